"""The desk while an agent asks a colleague about a caller: what both see, can press, and read when it fails."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import world
from tests.web.test_desk import a_call, drawn, put_on_desk, said
from tests.web.test_passing import a_step
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, Stream
from tocsin.authorities.models import Authority
from tocsin.calls.actions import write_note
from tocsin.calls.models import Call, Consultation, Topic
from tocsin.calls.rules import timing
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.consulting import NOBODY_FREE
from tocsin.calls.rules.hold import FORGOTTEN
from tocsin.calls.rules.states import CallState
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


@pytest.fixture
def dora(rivaal: Authority) -> Agent:
    return world.agent("Dora", ["nl"], serves=rivaal, skills={Stream.D2: 1})


@pytest.fixture
def call(flood: Activation, ann: Agent) -> Call:
    call = put_on_desk(ann, a_call(flood), state=AgentState.TALKING)
    a_step(call, ann, CallState.TALKING)
    return call


def consulted(call: Call, *, by: Agent, agent: Agent | None, stage: Stage, **fields: object) -> None:
    """A consultation as the switchboard keeps it; while it goes on, the colleague has the call on the desk."""
    values = {"to": "d2", "consent": True, "began_at": call.since, "since": call.since}
    Consultation.objects.create(name="x", call=call, by=by, agent=agent, stage=stage, **(values | fields))
    if agent and stage is not Stage.ENDED:
        state = AgentState.OFFERED if stage is Stage.RINGING else AgentState.TALKING
        Agent.objects.filter(pk=agent.pk).update(state=state, call=call.pk)


def keys(html: str) -> set[str]:
    """What the buttons on the desk's call do, by their keys."""
    return {f"{key} {asks}" for key, asks in re.findall(r"data-key=\"(F\d)\"[^>]*desk/ask/(\w+)/", html)}


@pytest.mark.parametrize(
    ("stage", "title", "can"),
    [
        (Stage.RINGING, "It rings at Dora", {"F7 resume"}),
        (Stage.SPEAKING, "You speak with Dora", {"F6 hand_over", "F3 join", "F7 resume"}),
        (Stage.TOGETHER, "The caller, Dora and you", {"F6 hand_over", "F7 resume"}),
    ],
)
def test_the_agent_who_asks_sees_how_far_it_is_and_what_to_press(
    ann: Agent, dora: Agent, call: Call, stage: Stage, title: str, can: set[str]
) -> None:
    consulted(call, by=ann, agent=dora, stage=stage)
    page = drawn(ann)
    assert title in said(page)
    assert keys(page) == can


@pytest.mark.parametrize(("stage", "title"), [(Stage.RINGING, "Asking 112"), (Stage.SPEAKING, "With 112")])
def test_the_title_of_the_window_says_who_is_asked_also_outside(
    ann: Agent, call: Call, stage: Stage, title: str
) -> None:
    consulted(call, by=ann, agent=None, stage=stage, to="112", number="112")
    assert f'data-title="{title}"' in drawn(ann)


@pytest.mark.parametrize(("number", "can"), [("+3232222222", {"F6 hand_over", "F7 resume"}), ("", {"F7 resume"})])
def test_while_it_rings_outside_and_nowhere_else_the_caller_can_be_handed_over(
    ann: Agent, dora: Agent, call: Call, number: str, can: set[str]
) -> None:
    consulted(call, by=ann, agent=None if number else dora, stage=Stage.RINGING, number=number)
    html = drawn(ann)
    assert keys(html) == can
    assert ("whoever answers has the caller at once" in html) is bool(number)


@pytest.mark.parametrize("stage", [Stage.RINGING, Stage.SPEAKING, Stage.TOGETHER])
def test_112_is_one_key_away_from_the_agent_who_asks_and_not_in_an_exercise(
    ann: Agent, dora: Agent, call: Call, stage: Stage
) -> None:
    consulted(call, by=ann, agent=dora, stage=stage)
    assert 'data-key="F12"' not in drawn(ann)
    Activation.objects.update(kind=Kind.REAL)
    [button] = re.findall(r"<button[^>]*data-key=\"F12\".*?>", drawn(ann), re.DOTALL)
    assert '"to": "112"' in button
    assert 'data-key="F12"' not in drawn(dora)
    Consultation.objects.update(number="112", agent=None)
    assert 'data-key="F12"' not in drawn(ann)


@pytest.mark.parametrize(
    ("stage", "says", "can"),
    [
        (Stage.RINGING, "A colleague asks you", {"F2 accept", "F4 decline"}),
        (Stage.SPEAKING, "You speak with Ann", {"F4 hang_up"}),
        (Stage.TOGETHER, "The caller, Ann and you", {"F4 hang_up"}),
    ],
)
def test_the_colleague_sees_who_asks_and_cannot_take_the_caller_away(
    ann: Agent, dora: Agent, call: Call, stage: Stage, says: str, can: set[str]
) -> None:
    consulted(call, by=ann, agent=dora, stage=stage)
    page = drawn(dora)
    assert says in said(page)
    assert keys(page) == can


@pytest.mark.parametrize("stage", [Stage.RINGING, Stage.SPEAKING, Stage.TOGETHER])
def test_the_colleague_sees_what_may_cross_and_nothing_that_was_written(
    ann: Agent, dora: Agent, call: Call, flood: Activation, stage: Stage
) -> None:
    water = Topic.objects.create(authority=flood.authority, name="Water")
    write_note(agent=ann, call=call, topic=water, text="Asked about the tap water", at=NOON)
    consulted(call, by=ann, agent=dora, stage=stage, topic=water)
    page = drawn(dora)
    assert "tap water" not in page
    assert "+32 477 12 34 56" in page
    assert "Victims and relatives (D2)" in said(page)
    assert (f'<option value="{water.pk}" selected>' in page) is (stage is not Stage.RINGING)


@pytest.mark.parametrize(
    ("why", "says"),
    [
        (NOBODY_FREE, "Whom you asked for is not free at this moment."),
        ("declined", "Your colleague cannot take the caller."),
        ("not answered", "Your colleague did not answer."),
        ("colleague hung up", "Your colleague has left."),
        (FORGOTTEN, "The caller was on hold for five minutes."),
        ("agent's telephone lost", "telephone was cut off."),
    ],
)
def test_the_agent_reads_that_nobody_took_the_caller_and_whom_they_speak_with(
    ann: Agent, dora: Agent, call: Call, why: str, says: str
) -> None:
    consulted(call, by=ann, agent=dora, stage=Stage.ENDED, why=why)
    page = drawn(ann)
    assert says in said(page)
    assert "In conversation" in said(page)


@pytest.mark.parametrize("stage", [Stage.RINGING, Stage.SPEAKING])
def test_the_agent_who_asks_is_reminded_of_the_caller_who_hears_music_and_the_colleague_is_not(
    ann: Agent, dora: Agent, call: Call, stage: Stage
) -> None:
    consulted(call, by=ann, agent=dora, stage=stage)
    Call.objects.update(state=CallState.HELD, since=timezone.now() - timing.HOLD_REMINDER)
    assert "after five minutes, you speak with the caller again" in said(drawn(ann))
    assert "The caller is still on hold. Press F7 to speak again." in drawn(ann)
    assert "still on hold" not in drawn(dora)


def test_a_caller_on_hold_after_somebody_was_asked_is_reminded_of_as_well(
    ann: Agent, dora: Agent, call: Call
) -> None:
    consulted(call, by=ann, agent=dora, stage=Stage.ENDED, why="resumed")
    Call.objects.update(state=CallState.HELD, since=timezone.now() - timing.HOLD_REMINDER)
    assert "The caller is still on hold. Speak with" in drawn(ann)


def test_who_went_back_to_the_caller_is_told_nothing(ann: Agent, dora: Agent, call: Call) -> None:
    consulted(call, by=ann, agent=dora, stage=Stage.ENDED, why="resumed")
    page = said(drawn(ann))
    assert "In conversation" in page
    assert "the caller again" not in page


def test_what_failed_is_no_longer_said_after_the_next_thing_that_is_done(
    ann: Agent, dora: Agent, call: Call
) -> None:
    consulted(call, by=ann, agent=dora, stage=Stage.ENDED, why="declined")
    Call.objects.update(since=call.since + timedelta(seconds=1))
    assert "Your colleague" not in said(drawn(ann))


def test_whoever_is_cut_off_reads_until_when_the_caller_waits(ann: Agent, call: Call) -> None:
    Call.objects.update(state=CallState.RECONNECTING)
    page = said(drawn(ann))
    assert "If your telephone is not back in 20 seconds, the caller goes to another agent." in page
