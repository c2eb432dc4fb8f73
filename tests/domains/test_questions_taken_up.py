"""Questions left by voice that agents take up: by whom, for how long, and what is kept of what was done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls.models import LONGEST_NOTE_ON_QUESTION, Sms, Tape
from tocsin.calls.queries.questions import claimed_question, open_questions, takes_questions
from tocsin.calls.rules.question_claims import LEASE, QuestionOutcome
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
MOBILE = "+32470112233"
FREE = [AgentState.READY, AgentState.PAUSED, AgentState.ON_TASK]


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal, languages=["nl", "fr", "de"])


@pytest.fixture
def free(rivaal: Authority) -> Callable[..., Agent]:
    """Makes an agent with nobody on the line."""

    def made(name: str = "Ann", *, state: AgentState = AgentState.READY, **able: Any) -> Agent:
        agent = world.agent(name, ["nl", "fr"], **{"serves": rivaal} | able)
        agent.state = state
        agent.save()
        return agent

    return made


def row(name: str = "q1-tape-1") -> Tape:
    with acting_as_centre():
        return Tape.objects.get(pk=name)


def found_by(agent: Agent, *, after: timedelta = SECOND) -> list[str]:
    with acting_as_centre():
        return [tape.call_id for tape in open_questions(agent, now=NOON + after)]


def claim(agent: Agent, name: str = "q1-tape-1", *, after: timedelta = SECOND) -> None:
    actions.claim_question(tape=name, agent=agent, at=NOON + after)


def answer(agent: Agent, outcome: QuestionOutcome = QuestionOutcome.CALLED, text: str = "Zei waar.") -> None:
    actions.answer_as_agent(tape="q1-tape-1", agent=agent, outcome=outcome, answer=text, at=NOON + 2 * SECOND)


def lines() -> list[tuple[str, str]]:
    kept = Line.objects.filter(kind__startswith="question.").order_by("id")
    return [(line.kind, str(line.by)) for line in kept]


# --- Which there are


def test_an_agent_finds_the_questions_of_the_own_languages_and_authorities_the_oldest_first(
    fire: Activation, free: Callable[..., Agent], elsewhere: Authority
) -> None:
    ann, foreign = free(), free("Fons", serves=elsewhere)
    assert not takes_questions(ann)
    world.question(fire, leg="q2", language="fr")
    world.question(fire, leg="q1")
    world.question(fire, leg="q3", language="de")
    with acting_as_centre():
        Tape.objects.filter(call="q2").update(began_at=NOON - SECOND)
    assert found_by(ann) == ["q2", "q1"]
    assert found_by(foreign) == []
    assert (takes_questions(ann), takes_questions(foreign)) == (True, False)


def test_those_of_victims_and_relatives_are_for_agents_trained_for_them(
    fire: Activation, free: Callable[..., Agent]
) -> None:
    world.question(fire, stream="d2")
    ann, trained = free(), free("Tine", skills={"d2": 1})
    assert (found_by(ann), found_by(trained)) == ([], ["q1"])
    with pytest.raises(Refusal):
        claim(ann)
    claim(trained)
    assert row().claimed_by == trained


def test_without_a_viewer_the_wall_shows_an_agent_none(fire: Activation, free: Callable[..., Agent]) -> None:
    world.question(fire)
    assert not open_questions(free(), now=NOON).exists()


# --- Taking one up


@pytest.mark.parametrize("state", list(AgentState))
def test_a_question_is_taken_up_with_nobody_on_the_line(
    fire: Activation, free: Callable[..., Agent], state: AgentState
) -> None:
    world.question(fire)
    agent = free(state=state)
    if state in FREE:
        claim(agent)
        assert (row().claimed_by, row().claimed_until) == (agent, NOON + SECOND + LEASE)
        assert lines() == [("question.claimed", "Ann")]
    else:
        with pytest.raises(Refusal, match="nobody on the line"):
            claim(agent)


def test_what_one_agent_has_no_other_takes_until_the_lease_is_over(
    fire: Activation, free: Callable[..., Agent]
) -> None:
    world.question(fire)
    ann, bea = free(), free("Bea")
    claim(ann)
    assert (found_by(ann), found_by(bea)) == (["q1"], [])
    with pytest.raises(Refusal, match="A colleague was first"):
        claim(bea, after=LEASE)
    assert found_by(bea, after=LEASE + SECOND) == ["q1"]
    claim(bea, after=LEASE + SECOND)
    assert row().claimed_by == bea
    with pytest.raises(Refusal, match="do not have this question any more"):
        answer(ann)


def test_an_agent_has_one_question_at_a_time_and_may_give_it_back(
    fire: Activation, free: Callable[..., Agent]
) -> None:
    ann, bea = free(), free("Bea")
    for leg in ("q1", "q2"):
        world.question(fire, leg=leg)
    claim(ann)
    with pytest.raises(Refusal, match="You have another question"):
        claim(ann, "q2-tape-1")
    actions.give_back_question(tape="q1-tape-1", agent=bea, at=NOON + SECOND)
    assert row().claimed_by == ann
    actions.give_back_question(tape="q1-tape-1", agent=ann, at=NOON + SECOND)
    claim(ann, "q2-tape-1")
    claim(bea)
    assert lines() == [
        ("question.claimed", "Ann"),
        ("question.given_back", "Ann"),
        ("question.claimed", "Ann"),
        ("question.claimed", "Bea"),
    ]


def test_who_has_a_question_keeps_it_when_it_is_taken_once_more(
    fire: Activation, free: Callable[..., Agent]
) -> None:
    world.question(fire)
    ann = free()
    claim(ann)
    claim(ann, after=LEASE)
    with acting_as_centre():
        held = [claimed_question(ann, now=NOON + 2 * LEASE + more) for more in (-SECOND, SECOND)]
    assert held == [row(), None]


# --- What was done


def test_what_was_done_about_a_question_is_kept_and_the_note_is_not_in_the_logbook(
    fire: Activation, free: Callable[..., Agent]
) -> None:
    world.question(fire)
    ann, bea = free(), free("Bea")
    claim(ann)
    answer(ann)
    kept = row()
    assert (kept.answered_by, kept.outcome, kept.answer) == (ann.person, "called", "Zei waar.")
    assert lines() == [("question.claimed", "Ann"), ("question.answered", "Ann")]
    assert "Zei waar" not in str([line.facts for line in Line.objects.all()])
    assert found_by(ann) == []
    for again in (lambda: answer(ann), lambda: claim(bea, after=LEASE + SECOND)):
        with pytest.raises(Refusal):
            again()


def test_whoever_was_slow_may_say_so_where_nobody_else_took_it(
    fire: Activation, free: Callable[..., Agent]
) -> None:
    world.question(fire)
    ann = free()
    claim(ann, after=-2 * LEASE)
    answer(ann)
    assert row().answered_by == ann.person


@pytest.mark.parametrize("text", ["", " \n", "x" * (LONGEST_NOTE_ON_QUESTION + 1)])
def test_where_nothing_is_to_be_done_a_reason_is_said_and_no_more(
    fire: Activation, free: Callable[..., Agent], text: str
) -> None:
    world.question(fire)
    ann = free()
    claim(ann)
    with pytest.raises(Refusal):
        answer(ann, QuestionOutcome.OTHERWISE, text)
    assert row().answered_at is None
    answer(ann, QuestionOutcome.OTHERWISE, "Sprak al met een medewerker.")
    assert row().outcome == "otherwise"


def test_an_approved_answer_is_sent_by_sms_and_the_question_is_answered_with_it(
    fire: Activation, free: Callable[..., Agent], settings: Any
) -> None:
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "somewhere"}
    world.question(fire, caller=MOBILE)
    approved = world.keypad_answer(fire)
    ann = free()
    claim(ann)
    said = {"tape": "q1-tape-1", "agent": ann, "outcome": QuestionOutcome.SMS, "answer": "", "at": NOON}
    with pytest.raises(Refusal, match="changed meanwhile"):
        actions.answer_as_agent(**said, text=approved.pk + 1)
    assert row().answered_at is None
    actions.answer_as_agent(**said, text=approved.pk)
    sms = Sms.objects.get()
    assert (sms.call_id, sms.answer, sms.agent) == ("q1", approved, ann)
    assert approved.text in sms.text
    assert row().outcome == "sms"


@pytest.mark.parametrize("caller", ["", "+3222211000"])
def test_to_who_hides_the_number_or_has_no_mobile_no_sms_is_said_to_be_sent(
    fire: Activation, free: Callable[..., Agent], settings: Any, caller: str
) -> None:
    settings.GATEWAYS = {**settings.GATEWAYS, "sms": "somewhere"}
    world.question(fire, caller=caller)
    ann = free()
    claim(ann)
    with pytest.raises(Refusal, match="No SMS can be sent"):
        answer(ann, QuestionOutcome.SMS)
    assert not Sms.objects.exists()
    assert row().answered_at is None
