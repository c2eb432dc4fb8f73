"""Questions left by voice: the way there and back, every end of the tape, and what counts as one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rules.story import ANN, SCRIPT, SECOND, Story
from tocsin.activations.rules import Stream, VoiceQuestions
from tocsin.calls import ports
from tocsin.calls.rules import call_back_words, emergency_words, timing
from tocsin.calls.rules import voice_question_words as words
from tocsin.calls.rules.states import LEFT_QUESTION, CallState, Question
from tocsin.calls.rules.voice_questions import KEY, LONGEST
from tocsin.workforce.rules import AgentState

LINE = replace(SCRIPT, call_backs=True, voice_questions=VoiceQuestions(terms=7, days=30))
TAPE = "c1-tape-1"


def in_line() -> Story:
    """The caller c1 waits in French."""
    story = Story(LINE)
    story.wait_in_line("c1", "2")
    return story


def asked() -> Story:
    story = in_line()
    story.tell(ports.KeyPressed("c1", KEY))
    return story


def speaking() -> Story:
    story = asked()
    story.hear_out()
    return story


def ended(story: Story, *, seconds: int = 9, spoken: int | None = 8, whole: bool = True) -> None:
    story.tell(ports.Recorded("c1", TAPE, seconds, whole, spoken))


def thanked() -> Story:
    story = speaking()
    ended(story)
    return story


def test_it_is_offered_in_line_where_it_is_on_and_nowhere_else() -> None:
    assert words.offer("fr")[0] in in_line().told()["c1"]
    story = Story(SCRIPT)
    story.wait_in_line("c1", "2")
    assert words.offer("fr")[0] not in story.told()["c1"]
    story.tell(ports.KeyPressed("c1", KEY))
    assert story.last.moves == ()


def test_the_terms_are_told_and_then_a_tone_and_nothing_is_recorded_before() -> None:
    story = asked()
    assert (story.state(), story.call().question) == (CallState.CHOOSING, Question.VOICE)
    assert story.told() == {"c1": words.notice("fr", days=30)}
    assert story.floor.tapes == {}


def test_who_does_not_want_it_waits_on_at_the_same_place() -> None:
    story = asked()
    place = story.call().place
    story.tell(ports.KeyPressed("c1", "0"))
    assert (story.state(), story.call().place, story.floor.tapes) == (CallState.WAITING, place, {})


def test_after_the_tone_the_caller_is_recorded_on_the_terms_that_are_in_force() -> None:
    story = speaking()
    assert story.last.moves == (ports.RecordAlone("c1", TAPE, LONGEST),)
    [tape] = story.last.tapes
    assert (tape.question, tape.agent, tape.terms, tape.stream, tape.language) == (True, None, 7, Stream.D5, "fr")


def test_questions_that_are_taken_off_meanwhile_are_not_recorded() -> None:
    story = asked()
    lines = {**story.floor.lines, "1771": replace(LINE, voice_questions=None)}
    story.floor = replace(story.floor, lines=lines)
    story.hear_out()
    assert (story.state(), story.floor.tapes) == (CallState.WAITING, {})


def test_a_key_ends_the_question_and_the_caller_is_thanked_and_keeps_the_place() -> None:
    story = speaking()
    place = story.call().place
    story.tell(ports.KeyPressed("c1", "#"))
    assert story.last.moves == (ports.StopRecording("c1", TAPE),)
    ended(story)
    assert story.told() == {"c1": words.thanks("fr")}
    assert (story.state(), story.call().place, story.call().tape) == (CallState.WAITING, place, "")
    assert [step.why for step in story.last.steps] == [LEFT_QUESTION, LEFT_QUESTION]
    story.hear_out()
    assert story.last.moves == (ports.PlayMusic("c1"),)


def test_other_keys_are_part_of_what_is_said() -> None:
    story = speaking()
    for key in "05*":
        story.tell(ports.KeyPressed("c1", key))
        assert (story.last.moves, story.call().question) == ((), Question.SPEAKING)


@pytest.mark.parametrize("nothing", [{"spoken": 0}, {"seconds": 0}, {"whole": False}])
def test_silence_and_a_tape_that_could_not_be_written_are_no_question(nothing: dict[str, int]) -> None:
    story = speaking()
    ended(story, **nothing)  # type: ignore[arg-type]
    assert story.told() == {"c1": words.nothing("fr")}
    assert story.state() is CallState.WAITING
    assert [step.why for step in story.last.steps] == ["left no question"]
    # A conversation of the same caller may still be recorded.
    assert story.call().taping == ""


def test_an_end_that_is_never_told_holds_the_caller_no_longer_than_the_longest_question() -> None:
    story = speaking()
    story.later(LONGEST)
    assert story.state() is CallState.CHOOSING
    story.later(timing.KEY)
    assert ports.StopRecording("c1", TAPE) in story.last.moves
    assert (story.state(), story.floor.tapes) == (CallState.WAITING, {})


def test_a_notice_whose_end_is_never_told_records_nothing() -> None:
    story = asked()
    story.later(timing.LONGEST_MESSAGE)
    assert (story.state(), story.floor.tapes) == (CallState.WAITING, {})


def test_nobody_is_offered_who_speaks_and_at_the_end_the_place_counts() -> None:
    story = speaking()
    story.make_ready(ANN)
    assert story.agent().state is AgentState.READY
    ended(story)
    assert (story.agent().state, story.agent().call) == (AgentState.OFFERED, "c1")


def test_who_hangs_up_while_speaking_left_what_was_said_until_then() -> None:
    story = speaking()
    # The switch tells the end of the tape first.
    story.tell(ports.Recorded("c1", TAPE, 4, spoken_seconds=4), ports.LegEnded("c1"))
    assert [step.why for step in story.last.steps] == [LEFT_QUESTION, LEFT_QUESTION, "caller hung up"]
    assert story.floor.tapes == {}


@pytest.mark.parametrize("before", [asked, speaking, thanked])
def test_a_hang_up_ends_the_call_and_the_tape(before: Callable[[], Story]) -> None:
    story = before()
    story.tell(ports.LegEnded("c1"))
    assert (story.floor.calls, story.floor.tapes) == ({}, {})
    story.tell(ports.Recorded("c1", TAPE, 4, spoken_seconds=4))
    assert story.last.steps == ()


def test_112_goes_before_a_question() -> None:
    story = speaking()
    story.tell(*(ports.KeyPressed("c1", key) for key in "112"))
    assert story.state() is CallState.EMERGENCY
    assert story.last.moves[0] == ports.StopRecording("c1", TAPE)
    assert story.told() == {"c1": emergency_words.being_called("fr")}


def test_a_victim_or_relative_leaves_a_question_behind_the_wall() -> None:
    story = speaking()
    assert story.last.tapes[0].stream is Stream.D5
    story = Story(replace(LINE, streams=(Stream.D5, Stream.D2)))
    story.arrive()
    story.tell(ports.KeyPressed("c1", "2"))
    story.hear_out()
    story.tell(ports.KeyPressed("c1", "2"))
    story.tell(ports.KeyPressed("c1", KEY))
    story.hear_out()
    assert story.last.tapes[0].stream is Stream.D2


def test_a_second_question_is_on_a_tape_of_its_own() -> None:
    story = thanked()
    story.tell(ports.KeyPressed("c1", KEY))
    story.hear_out()
    assert story.last.moves == (ports.RecordAlone("c1", "c1-tape-2", LONGEST),)


def test_after_a_restart_the_tape_ends_and_the_caller_waits_on() -> None:
    story = speaking()
    arrival = ports.CallArrived("c1", "1771", "+32477000001", story.now)
    story.tell(ports.Census(callers={"c1": ports.CallerSeen(arrival)}))
    assert ports.StopRecording("c1", TAPE) in story.last.moves
    story.later(timing.KEY)
    assert (story.state(), story.floor.tapes) == (CallState.WAITING, {})


def test_who_asked_to_be_called_back_is_asked_for_no_question() -> None:
    story = in_line()
    story.tell(ports.KeyPressed("c1", "1"))
    assert story.told()["c1"] == call_back_words.confirm_question("fr", "+32477000001", region="BE")
    story.tell(ports.KeyPressed("c1", KEY))
    assert story.floor.tapes == {}
    assert story.call().question is None


def test_the_conversation_after_a_question_is_recorded_on_its_own_terms_alone() -> None:
    story = thanked()
    story.make_ready(ANN)
    story.now += SECOND
    story.tell(ports.AgentAsked(ANN, ports.Verb.ACCEPT, "c1"))
    assert story.state() is CallState.TALKING
    assert story.floor.tapes == {}
