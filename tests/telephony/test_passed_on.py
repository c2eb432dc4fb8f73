"""A caller who asked for information is passed on to somebody trained for victims and relatives."""

from datetime import UTC, datetime

import pytest

from tests.telephony.line import AGENT_HZ, CALLER_HZ, COLLEAGUE_HZ, MUSIC_HZ, House, tone
from tests.telephony.people import Caller, Desk, conversation, desk, hear_each_other, hears, hears_just
from tocsin.activations.rules import Stream
from tocsin.calls.actions import pass_on
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState, Rank
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.telephony


def passes_on(ann: Desk, verb: Verb = Verb.TRANSFER) -> None:
    """The caller agrees, and the agent clicks."""
    ann.agent.refresh_from_db()
    pass_on(
        agent=ann.agent,
        verb=verb,
        call=ann.agent.call,
        stream=Stream.D5,
        to=Stream.D2,
        consent=True,
        topic=None,
        at=datetime.now(UTC),
    )


def test_a_caller_is_passed_on_hears_music_and_then_the_colleague_and_the_first_agent_no_more(
    house: House,
) -> None:
    zoe, ann = conversation(house)
    passes_on(ann)
    zoe.comes_to(CallState.WAITING)
    ann.comes_to(AgentState.WRAP_UP)
    hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    at_zoe, at_ann = zoe.telephone.listen(), ann.telephone.listen()
    assert at_zoe().share_of(AGENT_HZ) == 0
    assert at_ann().share_of(CALLER_HZ) == 0
    dora = desk(house.centre, "nl", serves=house.authority, skills={Stream.D2: 1})
    dora.takes(zoe)
    dora.telephone.sound(tone(AGENT_HZ))
    hear_each_other(zoe, dora)
    passed = next(step for step in zoe.steps if step.why == "transferred")
    assert passed.reason == {"by": ann.agent.pk, "to": "d2", "consent": True, "topic": None}
    assert zoe.call is not None
    assert zoe.call.stream == Stream.D2
    assert [step.after for step in zoe.steps][-4:] == ["talking", "waiting", "offered", "talking"]
    assert Rank(zoe.call.rank) is Rank.ORDINARY


def consulting(house: House) -> tuple[Caller, Desk, Desk]:
    """A caller with music, an agent, and a colleague with whom the agent speaks; each has a voice."""
    zoe, ann = conversation(house)
    dora = desk(house.centre, "nl", serves=house.authority, skills={Stream.D2: 1})
    dora.telephone.sound(tone(COLLEAGUE_HZ))
    dora.comes_to(AgentState.READY)
    passes_on(ann, Verb.CONSULT)
    dora.is_offered(zoe).asks(Verb.ACCEPT)
    dora.comes_to(AgentState.TALKING)
    assert zoe.state == CallState.HELD
    hears(zoe.telephone, *MUSIC_HZ, share=0.3)
    hears_just(ann.telephone, COLLEAGUE_HZ)
    hears_just(dora.telephone, AGENT_HZ)
    return zoe, ann, dora


def test_a_colleague_is_asked_then_all_three_speak_and_then_the_colleague_has_the_caller(house: House) -> None:
    zoe, ann, dora = consulting(house)
    hears_just(zoe.telephone)
    ann.asks(Verb.JOIN)
    zoe.comes_to(CallState.TALKING)
    hears_just(zoe.telephone, AGENT_HZ, COLLEAGUE_HZ)
    hears_just(ann.telephone, CALLER_HZ, COLLEAGUE_HZ)
    hears_just(dora.telephone, CALLER_HZ, AGENT_HZ)
    ann.asks(Verb.HAND_OVER)
    ann.comes_to(AgentState.WRAP_UP)
    hears_just(zoe.telephone, COLLEAGUE_HZ)
    hears_just(dora.telephone, CALLER_HZ)
    hears_just(ann.telephone)
    assert zoe.call is not None
    assert (zoe.call.stream, zoe.call.agent) == (Stream.D2, dora.agent)


def test_an_agent_goes_back_to_the_caller_whom_the_colleague_never_heard(house: House) -> None:
    zoe, ann, dora = consulting(house)
    ann.asks(Verb.RESUME)
    zoe.comes_to(CallState.TALKING)
    hears_just(zoe.telephone, AGENT_HZ)
    hears_just(ann.telephone, CALLER_HZ)
    hears_just(dora.telephone)
    dora.comes_to(AgentState.READY)


def test_a_consultation_outlives_the_switchboard(house: House) -> None:
    zoe, ann, dora = consulting(house)
    with house.centre.without("switchboard"):
        hears_just(ann.telephone, COLLEAGUE_HZ)
        hears_just(dora.telephone, AGENT_HZ)
    hears_just(ann.telephone, COLLEAGUE_HZ)
    ann.asks(Verb.HAND_OVER)
    ann.comes_to(AgentState.WRAP_UP)
    hears_just(zoe.telephone, COLLEAGUE_HZ)
    hears_just(dora.telephone, CALLER_HZ)
