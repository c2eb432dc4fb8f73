"""Callers who hang up, in every state there is: nothing is left of them, and the agent is free."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.patience import PATIENCE_SECONDS
from tests.telephony.centre import Centre, live_calls
from tests.telephony.line import House
from tests.telephony.people import Caller, Desk, caller, desk
from tocsin.activations.rules import State
from tocsin.calls.models import Call
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.gateways.asterisk.engine.settings import CALLERS_ADDRESS
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony

SCENARIOS = Path(__file__).parent / "scenarios"


def greeted(house: House, ann: Desk) -> Caller:
    return caller(house.centre).comes_to(CallState.GREETING)


def informed(house: House, ann: Desk) -> Caller:
    return caller(house.centre).chooses("2").passed(CallState.INFORMING)


def waiting(house: House, ann: Desk) -> Caller:
    return caller(house.centre).waits("2")


def offered(house: House, ann: Desk) -> Caller:
    return caller(house.centre).chooses("1").comes_to(CallState.OFFERED)


def talking(house: House, ann: Desk) -> Caller:
    somebody = caller(house.centre).chooses("1")
    ann.takes(somebody)
    return somebody


def held(house: House, ann: Desk) -> Caller:
    somebody = talking(house, ann)
    ann.asks(Verb.HOLD)
    return somebody.comes_to(CallState.HELD)


def reconnecting(house: House, ann: Desk) -> Caller:
    somebody = talking(house, ann)
    ann.telephone.hang_up()
    return somebody.comes_to(CallState.RECONNECTING)


@pytest.mark.parametrize(
    ("brought", "freed"),
    [
        (greeted, AgentState.READY),
        (informed, AgentState.READY),
        (waiting, AgentState.READY),
        (offered, AgentState.READY),
        (talking, AgentState.WRAP_UP),
        (held, AgentState.WRAP_UP),
        (reconnecting, AgentState.WRAP_UP),
    ],
)
def test_nothing_is_left_of_a_caller_who_hangs_up(
    house: House, brought: Callable[[House, Desk], Caller], freed: AgentState
) -> None:
    ann = desk(house.centre, "nl", serves=house.authority)
    zoe = brought(house, ann)
    zoe.telephone.hang_up()
    assert zoe.comes_to(CallState.ENDED).steps[-1].why == "caller hung up"
    assert ann.state == freed
    house.centre.until(lambda: nothing_left(house.centre), "everything of the call to be gone")


def test_nothing_is_left_of_callers_who_hang_up_before_they_are_answered(house: House) -> None:
    with house.centre.halted("switchboard"):
        ringing = [caller(house.centre) for _ in range(10)]
        house.centre.until(lambda: len(house.centre.switch.ask("GET", "channels")) == 10, "all to ring")
        for somebody in ringing:
            somebody.telephone.hang_up()
    for somebody in ringing:
        assert somebody.comes_to(CallState.ENDED).steps[-1].why == "caller hung up"
    house.centre.until(lambda: nothing_left(house.centre), "everything of the calls to be gone")


def test_nothing_is_left_of_many_callers_who_hang_up_at_any_moment(house: House) -> None:
    house.comes_to(State.OPEN, house.order("1772", languages=["nl"]))
    agents = [desk(house.centre, "nl", serves=house.authority) for _ in range(3)]
    ports = house.centre.instance.ports
    callers = ["sipp", f"127.0.0.1:{ports.sip}", "-sf", str(SCENARIOS / "hanging_up.xml"), "-s", "1772"]
    callers += ["-i", CALLERS_ADDRESS, "-p", str(ports.outside_sip + 1)]
    callers += ["-m", "60", "-r", "20", "-nostdin", "-timeout", str(2 * PATIENCE_SECONDS)]
    answer = subprocess.run(callers, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    house.centre.until(lambda: nothing_left(house.centre), "everything of the calls to be gone")
    assert Call.objects.filter(number="1772").count() == 60
    house.centre.until(lambda: all(agent.state == AgentState.READY for agent in agents), "the agents to be free")


def nothing_left(centre: Centre) -> bool:
    """Whether no call lives in the journal, and nothing but agents' telephones in the switch."""
    agents = "PJSIP/agents-trunk-"
    strangers = [leg for leg in centre.switch.ask("GET", "channels") if not leg["name"].startswith(agents)]
    return not live_calls() and not strangers and centre.switch.ask("GET", "bridges") == []
