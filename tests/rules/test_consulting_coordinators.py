"""An agent asks a coordinator about a caller; and 112 is called in one step, whoever is asked at that moment."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, BRAM, CEM, Story
from tests.rules.test_consulting import is_with, ringing, speaking, states, together
from tests.rules.test_transfer import talking, with_d2
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.consulting import INSTEAD_112, NOBODY_FREE
from tocsin.calls.rules.states import CallState, Passing
from tocsin.calls.rules.transfer import COORDINATOR
from tocsin.workforce.rules import AgentState

ASKED = ports.AgentAsked(ANN, Verb.CONSULT, "c1", to=COORDINATOR, colleague=BRAM)
CALL_112 = ports.AgentAsked(ANN, Verb.CONSULT, "c1", to="112", number="112")


def asked_about(story: Story) -> Story:
    """Bram, a coordinator who is ready, is asked."""
    agents = {**story.floor.agents, BRAM: replace(story.agent(BRAM), skills={})}
    story.floor = replace(story.floor, agents=agents)
    story.make_ready(BRAM)
    story.tell(ASKED)
    return story


# --- A coordinator


def test_it_rings_at_the_coordinator_while_the_caller_hears_music_and_nobody_has_to_agree() -> None:
    story = asked_about(talking())
    consultation = story.floor.consultations["c1"]
    assert (consultation.stage, consultation.agent, story.state()) == (Stage.RINGING, BRAM, CallState.HELD)
    [step] = [step for step in story.last.steps if step.why == "consulting"]
    assert step.reason == Passing(by=ANN, to=COORDINATOR, consent=False, topic=None)


def test_then_all_three_hear_each_other_and_the_agent_goes_on_alone() -> None:
    story = asked_about(talking())
    story.ask(BRAM, Verb.ACCEPT)
    story.ask(ANN, Verb.JOIN)
    assert story.floor.consultations["c1"].stage is Stage.TOGETHER
    story.ask(ANN, Verb.RESUME)
    assert is_with(story, ANN)
    assert story.agent(BRAM).state is AgentState.WRAP_UP


def test_the_caller_may_stay_with_the_coordinator_in_the_same_stream() -> None:
    story = asked_about(talking())
    story.ask(BRAM, Verb.ACCEPT)
    story.ask(ANN, Verb.HAND_OVER)
    assert is_with(story, BRAM)
    assert story.call().stream is Stream.D5


def paused(story: Story) -> None:
    story.ask(BRAM, Verb.PAUSE)


def of_another_authority(story: Story) -> None:
    story.make_ready(CEM)
    story.tell(replace(ASKED, colleague=CEM))


def nobody(story: Story) -> None:
    story.tell(replace(ASKED, colleague=99))


def themselves(story: Story) -> None:
    story.tell(replace(ASKED, colleague=ANN))


@pytest.mark.parametrize("who", [paused, of_another_authority, nobody, themselves])
def test_who_is_not_free_or_may_not_have_the_caller_is_not_asked(who: Callable[[Story], None]) -> None:
    story = talking()
    story.make_ready(BRAM)
    who(story)
    if who is paused:
        story.tell(ASKED)
    assert is_with(story, ANN)
    assert [consultation.why for consultation in story.last.consultations] == [NOBODY_FREE]


def test_about_a_victim_only_a_coordinator_is_asked_who_is_trained() -> None:
    story = with_d2()
    story.ask(ANN, Verb.DONE)
    about = replace(ASKED, agent=BRAM, colleague=ANN)
    story.tell(about)
    assert story.floor.consultations == {}
    agents = {**story.floor.agents, ANN: replace(story.agent(ANN), skills={Stream.D2: 1})}
    story.floor = replace(story.floor, agents=agents)
    story.tell(about)
    assert story.floor.consultations["c1"].agent == ANN


def test_nobody_is_asked_without_being_named() -> None:
    story = talking()
    story.make_ready(BRAM)
    before = story.floor
    story.tell(replace(ASKED, colleague=None))
    assert story.floor == before


# --- 112 in the middle of it


@pytest.mark.parametrize("begin", [ringing, speaking, together])
def test_112_is_called_in_one_step_and_the_colleague_is_free(begin: Callable[[], Story]) -> None:
    story = begin()
    before = story.floor.consultations["c1"]
    story.tell(CALL_112)
    ended, begun = story.last.consultations
    assert (ended.name, ended.stage, ended.why) == (before.name, Stage.ENDED, INSTEAD_112)
    assert (begun.number, begun.stage) == ("112", Stage.RINGING)
    assert story.floor.consultations == {"c1": begun}
    assert story.state() is CallState.HELD
    assert [move.number for move in story.last.moves if isinstance(move, ports.Dial)] == ["112"]
    heard = AgentState.WRAP_UP if begin is together else AgentState.READY
    assert states(story) == (AgentState.TALKING, heard)


def test_an_interpreter_is_let_go_for_112() -> None:
    story = talking()
    story.tell(replace(CALL_112, to="Interpreter", number="+3225550100", consent=True))
    interpreter = story.floor.consultations["c1"].name
    story.tell(ports.DialAnswered(interpreter))
    story.ask(ANN, Verb.JOIN)
    story.tell(CALL_112)
    assert ports.Release(interpreter) in story.last.moves
    assert story.floor.consultations["c1"].number == "112"


def test_112_is_not_called_twice_by_pressing_the_key_again() -> None:
    story = talking()
    story.tell(CALL_112)
    before = story.floor
    story.tell(CALL_112)
    assert story.floor == before


def test_in_an_exercise_112_is_not_called_from_a_consultation_either() -> None:
    story = speaking()
    line = replace(story.floor.lines["1771"], exercise=True)
    story.floor = replace(story.floor, lines={"1771": line})
    before = story.floor
    story.tell(CALL_112)
    assert story.floor == before


@pytest.mark.parametrize("asks", [BRAM, CEM])
def test_only_the_agent_who_asks_calls_112_instead(asks: int) -> None:
    story = speaking()
    before = story.floor
    story.tell(replace(CALL_112, agent=asks))
    assert story.floor == before
