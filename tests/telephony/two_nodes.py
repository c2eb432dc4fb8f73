"""Callers and agents on one or the other of two nodes."""

from contextlib import suppress
from time import monotonic

from tests.patience import PATIENCE_SECONDS
from tests.telephony.line import AGENT_HZ, CALLER_HZ, House, tone
from tests.telephony.people import Caller, Desk, caller, desk, hear_each_other, hears
from tocsin.calls.models import Call
from tocsin.calls.ports import Verb, node_of
from tocsin.calls.rules.states import CallState
from tocsin.gateways.asterisk.front import nodes_that_answer
from tocsin.project.telephony import front_settings

FIRST, SECOND = "engine-1", "engine-2"


def node_of_caller(somebody: Caller) -> str:
    """The node that the front handed a call to."""
    somebody.passed(CallState.GREETING)
    return node_of(Call.objects.filter(caller_mark=somebody.mark).latest("arrived_at").leg)


def caller_on(house: House, node: str) -> Caller:
    """Somebody whose call the front handed to this node: it does so in turn."""
    deadline = monotonic() + PATIENCE_SECONDS
    while node_of_caller(somebody := caller(house.centre)) != node:
        assert monotonic() < deadline, f"The front hands {node} no call."
        somebody.telephone.hang_up()
    return somebody


def node_of_agent(ann: Desk) -> str:
    """The node that an agent's telephone is connected to."""

    def found() -> str:
        for name, node in ann.centre.nodes.items():
            for channel in node.ask("GET", "channels"):
                if channel["dialplan"]["app_data"] == f"tocsin,agent,{ann.login}":
                    return name
        return ""

    return ann.centre.until(found, "an agent's telephone to be connected")


def agent_on(house: House, node: str) -> Desk:
    """An agent at work whose telephone is connected to this node."""
    ann = desk(house.centre, "nl", serves=house.authority)
    deadline = monotonic() + PATIENCE_SECONDS
    while node_of_agent(ann) != node:
        assert monotonic() < deadline, f"The front hands {node} no telephone of an agent."
        ann.telephone.hang_up()
        ann.connect()
    return ann


def all_nodes_answer(house: House) -> None:
    """Return when the front hands calls to every node: one that does not answer it in time gets none."""
    control = front_settings(house.centre.instance).control

    def answering() -> bool:
        with suppress(ConnectionError):
            return nodes_that_answer(control) == house.centre.nodes.keys()
        return False

    house.centre.until(answering, "all nodes to answer the front")


def conversation_between(zoe: Caller, ann: Desk) -> None:
    ann.takes(zoe.chooses("1"))
    zoe.telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, ann)


def calls_back(ann: Desk, somebody: Caller) -> None:
    """Call back who is offered, speak, and be ready for the next."""
    ann.is_offered(somebody).asks(Verb.ACCEPT)
    telephone = ann.centre.outside.answer(somebody.shown)
    telephone.press("1")
    somebody.comes_to(CallState.TALKING)
    telephone.sound(tone(CALLER_HZ))
    ann.telephone.sound(tone(AGENT_HZ))
    hears(telephone, AGENT_HZ)
    hears(ann.telephone, CALLER_HZ)
    ann.finishes(somebody)
