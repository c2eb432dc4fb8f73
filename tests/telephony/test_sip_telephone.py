"""An agent speaks through a SIP telephone instead of the browser."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.telephony.line import CALLER_HZ, House, tone
from tests.telephony.people import Desk, an_agent, caller, hears
from tocsin.calls.actions import end_logins, issue_login
from tocsin.calls.ports import Verb
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony

SCENARIO = Path(__file__).parent / "scenarios" / "sip_telephone.xml"
# Where the telephone stands: neither a carrier nor an agent of a rehearsal comes from there.
TABLE = "127.0.0.30"


@contextmanager
def sip_telephone(
    house: House, folder: Path, *, username: str, password: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A telephone that signs in, dials 1, and sends back whatever is said into it."""
    known = f"endpoints/PJSIP/{username}"
    house.centre.until(lambda: house.centre.switch.ask("GET", known), "the telephone to be admitted")
    proof = f"[authentication username={username} password={password}]"
    (folder / "login.csv").write_text(f"SEQUENTIAL\n{username};{proof}\n")
    words = [
        *("sipp", "-sf", str(SCENARIO), "-inf", str(folder / "login.csv"), "-m", "1", "-rtp_echo", "-nostdin"),
        *("-i", TABLE, "-mi", TABLE, "-p", "5060", f"127.0.0.1:{house.centre.instance.ports.sip}"),
    ]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_an_agent_takes_a_call_through_a_telephone_that_ends_with_the_web_session(
    house: House, tmp_path: Path
) -> None:
    agent, session = an_agent("nl", serves=house.authority)
    login, password = issue_login(session=session, agent=agent, at=datetime.now(UTC), browser=False)
    with sip_telephone(house, tmp_path, username=login.username, password=password) as telephone:
        ann = Desk(house.centre, agent, login.username)
        house.centre.until(lambda: Agent.objects.get(pk=agent.pk).connected, "the telephone to call in")
        ann.asks(Verb.READY)
        zoe = caller(house.centre).chooses("1")
        ann.takes(zoe)
        zoe.telephone.sound(tone(CALLER_HZ))
        # What she hears went to the agent's telephone and came back.
        hears(zoe.telephone, CALLER_HZ)
        ann.finishes(zoe)
        end_logins(session=session, at=datetime.now(UTC))
        assert telephone.wait() == 0
    ann.comes_to(AgentState.SIGNED_OUT)


def test_a_telephone_with_the_password_of_an_earlier_session_is_not_let_in(house: House, tmp_path: Path) -> None:
    agent, session = an_agent("nl", serves=house.authority)
    _, earlier = issue_login(session=session, agent=agent, at=datetime.now(UTC), browser=False)
    login, _ = issue_login(session=session, agent=agent, at=datetime.now(UTC), browser=False)
    with sip_telephone(house, tmp_path, username=login.username, password=earlier) as telephone:
        assert telephone.wait() == 1
    assert not Agent.objects.get(pk=agent.pk).connected
