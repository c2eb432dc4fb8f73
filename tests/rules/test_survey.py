"""The survey: one question after the agent has hung up, and every way out of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, BRAM, NAMES, SCRIPT, SECOND, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import survey_words as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.phrases import PHRASES
from tocsin.calls.rules.script import Script, opening_texts
from tocsin.calls.rules.states import CUT_OFF, RATED, UNSEEN_END, CallBack, CallState, Rating
from tocsin.workforce.rules import AgentState

HOW = words.Wording(7, "Hoe hebben wij u geholpen?")
COMMENT = words.Wording(8, "Comment vous avons-nous aidé ?")
LINE = replace(SCRIPT, survey={"nl": HOW, "fr": COMMENT})


def talking(script: Script = LINE) -> Story:
    """The caller c1, who speaks French, with Ann."""
    story = Story(script)
    story.talk()
    return story


def asked() -> Story:
    story = talking()
    story.ask(ANN, Verb.HANG_UP)
    assert story.state() is CallState.SURVEYED
    return story


def thanked() -> Story:
    story = asked()
    story.tell(ports.KeyPressed("c1", "4"))
    return story


def is_over(story: Story, *, why: str) -> bool:
    """Whether the call ended with the last decision, for that reason."""
    return "c1" not in story.floor.calls and story.last.steps[-1].why == why


# --- Asked


def test_when_the_agent_hangs_up_the_caller_hears_the_question_alone_and_the_agent_writes() -> None:
    story = asked()
    assert story.last.moves == (
        ports.Part("c1", "leg-ann"),
        ports.StopPlaying("c1", "c1-2"),
        ports.Play("c1", "c1-3", words.question("fr", COMMENT)),
    )
    assert (story.agent().state, story.agent().call) == (AgentState.WRAP_UP, "c1")
    assert [(step.before, step.after, step.agent) for step in story.last.steps] == [
        (CallState.TALKING, CallState.SURVEYED, ANN)
    ]


def test_a_caller_on_hold_hears_it_instead_of_the_music() -> None:
    story = talking()
    story.ask(ANN, Verb.HOLD)
    story.ask(ANN, Verb.HANG_UP)
    assert story.last.moves[0] == ports.StopPlaying("c1", "c1-2")
    assert story.told() == {"c1": words.question("fr", COMMENT)}


def test_the_agent_takes_the_next_call_while_the_question_is_heard() -> None:
    story = asked()
    story.wait_in_line("c2", "1")
    story.ask(ANN, Verb.DONE)
    story.ask(ANN, Verb.ACCEPT, "c2")
    assert (story.state("c2"), story.agent().call) == (CallState.TALKING, "c2")
    story.tell(ports.KeyPressed("c1", "5"))
    story.hear_out()
    assert is_over(story, why="thanked")
    assert (story.agent().state, story.agent().call) == (AgentState.TALKING, "c2")


# --- Not asked


def test_a_line_without_a_question_in_the_language_lets_the_caller_go() -> None:
    for script in (SCRIPT, replace(LINE, survey={"nl": HOW})):
        story = talking(script)
        story.ask(ANN, Verb.HANG_UP)
        assert is_over(story, why="agent hung up")
        assert story.last.moves == (ports.Release("c1"),)


def test_a_caller_who_hangs_up_first_is_not_asked() -> None:
    story = talking()
    story.tell(ports.LegEnded("c1"))
    assert is_over(story, why="caller hung up")
    assert story.told() == {}


def test_victims_and_relatives_are_not_asked() -> None:
    story = talking()
    call = replace(story.call(), stream=Stream.D2)
    story.floor = replace(story.floor, calls={"c1": call})
    story.ask(ANN, Verb.HANG_UP)
    assert is_over(story, why="agent hung up")


@pytest.mark.parametrize("answers", [True, False])
def test_whoever_112_was_called_for_is_not_asked_whether_it_answered_or_not(answers: bool) -> None:
    story = talking()
    story.tell(ports.AgentAsked(ANN, Verb.CONSULT, "c1", to="112", number="112"))
    leg = story.floor.consultations["c1"].name
    if answers:
        story.tell(ports.DialAnswered(leg))
        story.ask(ANN, Verb.JOIN)
    else:
        story.tell(ports.DialFailed(leg, ports.DialFailure.BUSY))
    story.ask(ANN, Verb.HANG_UP)
    assert is_over(story, why="agent hung up")


def test_nobody_is_asked_by_a_line_that_is_closed() -> None:
    story = talking()
    story.floor = replace(story.floor, lines={})
    story.ask(ANN, Verb.HANG_UP)
    assert is_over(story, why="agent hung up")


# --- Out of it


@pytest.mark.parametrize("key", "12345")
def test_a_key_from_1_to_5_is_the_answer_which_is_kept_and_thanked_for(key: str) -> None:
    story = asked()
    story.tell(ports.KeyPressed("c1", key))
    [step] = story.last.steps
    assert (step.why, step.reason) == (RATED, Rating(question=8, value=int(key)))
    assert (step.before, step.after) == (CallState.SURVEYED, CallState.SURVEYED)
    assert story.told() == {"c1": words.thanks("fr")}
    story.hear_out()
    assert is_over(story, why="thanked")
    assert story.last.moves == (ports.Release("c1"),)


@pytest.mark.parametrize("key", "06789*#")
def test_any_other_key_ends_the_call(key: str) -> None:
    story = asked()
    story.tell(ports.KeyPressed("c1", key))
    assert is_over(story, why=f"pressed {key}")
    assert story.last.moves == (ports.Release("c1"),)


def test_the_first_answer_counts() -> None:
    story = thanked()
    story.tell(ports.KeyPressed("c1", "1"), ports.KeyPressed("c1", "9"))
    assert (story.last.steps, story.state()) == ((), CallState.SURVEYED)


def test_whoever_says_nothing_is_let_go_a_moment_after_the_question() -> None:
    story = asked()
    story.hear_out()
    story.later(timing.KEY - SECOND)
    assert story.state() is CallState.SURVEYED
    story.later(SECOND)
    assert is_over(story, why="no key pressed")


@pytest.mark.parametrize(("begin", "why"), [(asked, "no key pressed"), (thanked, "thanked")])
def test_a_message_whose_end_is_never_told_holds_nobody(begin: Callable[[], Story], why: str) -> None:
    story = begin()
    story.later(timing.LONGEST_MESSAGE)
    assert is_over(story, why=why)


@pytest.mark.parametrize("begin", [asked, thanked])
def test_a_hang_up_ends_it_and_the_agent_goes_on_writing(begin: Callable[[], Story]) -> None:
    story = begin()
    story.tell(ports.LegEnded("c1"))
    assert is_over(story, why="caller hung up")
    assert story.agent().state is AgentState.WRAP_UP


# --- When something dies


@pytest.mark.parametrize("together", [frozenset[str](), frozenset({"leg-ann"})])
def test_after_a_restart_a_key_still_answers_for_a_moment_and_the_agent_is_not_heard(
    together: frozenset[str],
) -> None:
    story = asked()
    story.restart()
    seen = ports.CallerSeen(ports.CallArrived("c1", "1771", "+32477000001", story.now), together)
    story.tell(ports.Census(callers={"c1": seen}, agents={"leg-ann": "ann"}))
    assert story.last.moves == (*(ports.Part("c1", leg) for leg in together), ports.TakeIn("c1"))
    assert story.call().due_at == story.now + timing.KEY
    story.tell(ports.KeyPressed("c1", "2"))
    assert story.last.steps[0].why == RATED


def test_who_left_while_the_switchboard_was_away_is_known_to_be_gone() -> None:
    story = asked()
    story.tell(ports.Census(agents={"leg-ann": "ann"}))
    assert is_over(story, why=UNSEEN_END)


def test_whoever_was_cut_off_in_it_is_not_called_back() -> None:
    story = talking(replace(LINE, call_backs=True))
    story.ask(ANN, Verb.HANG_UP)
    story.later(SECOND)
    story.tell(ports.Census(nodes={"": story.now}))
    assert is_over(story, why=CUT_OFF)


def test_whoever_was_called_back_is_asked_at_the_leg_that_was_dialled() -> None:
    story = talking()
    call_back = CallBack("+32477000001", story.now, attempts=1, live=True, leg="leg-ann-for-c1~1")
    story.floor = replace(story.floor, calls={"c1": replace(story.call(), call_back=call_back)})
    story.ask(ANN, Verb.HANG_UP)
    assert list(story.told()) == ["leg-ann-for-c1~1"]


def test_a_coordinator_who_heard_the_conversation_hears_nothing_of_it() -> None:
    story = talking()
    story.make_ready(BRAM)
    story.ask(BRAM, Verb.TASK, "", reason="supervising")
    story.tell(ports.CoordinatorAsked(1, ports.SupervisorVerb.BARGE, 1, "c1", BRAM))
    story.later(timing.BEFORE_LISTENING)
    story.ask(ANN, Verb.HANG_UP)
    assert ports.Part("c1", f"leg-{NAMES[BRAM]}") in story.last.moves
    assert story.floor.supervisions == {}


# --- Spoken


def test_all_of_it_is_spoken_before_the_line_opens_and_only_where_it_is_asked() -> None:
    said = {("nl", HOW.text), *(("nl", sentence) for sentence in words.SENTENCES["nl"])}
    assert said <= set(opening_texts(LINE))
    assert not said & set(opening_texts(SCRIPT))
    assert words.SENTENCES.keys() == PHRASES.keys()


def test_a_question_that_could_not_be_spoken_is_not_asked() -> None:
    there = words.question("nl", HOW)
    assert words.that_sound(LINE.survey, lambda name: name in there) == {"nl": HOW}
