"""What is recorded: only who agreed by a key, only conversations, and never two streams on one tape."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import ANN, BRAM, SCRIPT, Story
from tocsin.activations.rules import Stream, Tapes
from tocsin.calls import ports
from tocsin.calls.ports import Answer, CoordinatorAsked, SupervisorVerb, Verb
from tocsin.calls.rules import hearing_words, timing
from tocsin.calls.rules import script as words
from tocsin.calls.rules.states import CallState, Question
from tocsin.calls.rules.tapes import Tape

TERMS = Tapes(7, {"nl": "Wij nemen op.", "fr": "Nous enregistrons."})
TAPED = replace(SCRIPT, tapes=TERMS)
VOICE, NAME = "c1", "c1-tape-1"
STOPPED = ports.StopRecording(VOICE, NAME)


class Asked(Story):
    """A caller heard the front message."""

    def __init__(self, tapes: Tapes | None = TERMS) -> None:
        super().__init__(replace(TAPED, tapes=tapes, streams=(Stream.D5, Stream.D2)))
        self.make_ready(ANN)
        self.arrive()
        self.tell(ports.KeyPressed(VOICE, "1"))
        self.hear_out()

    def press(self, key: str) -> None:
        self.tell(ports.KeyPressed(VOICE, key))

    def is_answered(self, key: str = "1") -> None:
        """The caller says yes, or no, asks for information, and Ann answers."""
        self.press(key)
        self.press("1")
        self.ask(ANN, Verb.ACCEPT)

    def order(self, verb: SupervisorVerb) -> Answer:
        return self.tell(CoordinatorAsked(1, verb, 1, VOICE)).answers[1]

    @property
    def tape(self) -> Tape | None:
        return self.floor.tapes.get(VOICE)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def taped() -> Asked:
    story = Asked()
    story.is_answered()
    return story


def test_who_agrees_is_asked_before_anything_else_and_told_why(asked: Asked) -> None:
    assert (asked.state(), asked.call().question) == (CallState.CHOOSING, Question.CONSENT)
    assert asked.told()[VOICE] == hearing_words.question(TERMS, "nl")
    asked.press("1")
    assert (asked.call().agrees, asked.call().terms) == (True, 7)
    assert asked.call().question is Question.STREAM
    assert asked.last.steps[-1].why == "pressed 1"


@pytest.mark.parametrize("key", ["2", "0", "#"])
def test_every_other_key_says_no_and_the_caller_is_served_as_all_are(asked: Asked, key: str) -> None:
    asked.is_answered(key)
    assert asked.state() is CallState.TALKING
    assert asked.call().agrees is False
    assert asked.tape is None
    assert not [move for move in asked.last.moves if isinstance(move, ports.Record)]


def test_who_presses_nothing_says_no(asked: Asked) -> None:
    asked.hear_out()
    asked.later(timing.KEY)
    assert asked.call().agrees is False
    assert asked.call().question is Question.STREAM


def test_nobody_is_asked_twice(asked: Asked) -> None:
    asked.press("2")
    asked.press("*")
    asked.press("1")
    asked.hear_out()
    assert asked.call().question is Question.STREAM


def test_nobody_is_asked_where_nothing_is_recorded() -> None:
    story = Asked(tapes=None)
    assert story.call().question is Question.STREAM
    story.press("1")
    story.ask(ANN, Verb.ACCEPT)
    assert (story.call().agrees, story.tape) == (None, None)


def test_everything_that_is_asked_is_spoken_before_the_line_opens() -> None:
    spoken = {words.spoken_name(*text) for text in words.opening_texts(replace(TAPED, tells_hearing=True))}
    for language in TAPED.languages:
        assert set(hearing_words.question(TERMS, language)) <= spoken
        assert words.spoken_name(language, hearing_words.MAY_BE_HEARD[language]) in spoken


def test_that_a_coordinator_may_listen_in_is_told_with_the_front_message_where_that_is_wanted() -> None:
    told = words.spoken_name("nl", hearing_words.MAY_BE_HEARD["nl"])
    assert told in words.front(replace(SCRIPT, tells_hearing=True), "nl")
    assert told not in words.front(SCRIPT, "nl")


def test_a_conversation_is_recorded_from_its_first_word(taped: Asked) -> None:
    assert taped.last.moves[-2:] == (ports.Connect(VOICE, "leg-ann"), ports.Record(VOICE, NAME))
    tape = taped.tape
    assert tape
    assert (tape.stream, tape.terms, tape.agent, tape.authority) == (Stream.D5, 7, ANN, 1)


def test_the_tape_ends_with_a_hold_and_another_begins_after_it(taped: Asked) -> None:
    taped.ask(ANN, Verb.HOLD)
    assert taped.last.moves[0] == STOPPED
    assert taped.tape is None
    taped.ask(ANN, Verb.RESUME)
    assert taped.last.moves[-1] == ports.Record(VOICE, "c1-tape-2")


@pytest.mark.parametrize("end", [ports.LegEnded(VOICE), ports.AgentAsked(ANN, Verb.HANG_UP, VOICE)])
def test_the_tape_ends_with_the_conversation(taped: Asked, end: ports.Event) -> None:
    taped.tell(end)
    assert taped.last.moves[0] == STOPPED
    (tape,) = taped.last.tapes
    assert tape.ended_at == taped.now
    assert taped.tape is None


def test_the_tape_ends_when_the_agents_telephone_is_lost(taped: Asked) -> None:
    taped.tell(ports.LegEnded("leg-ann"))
    assert taped.last.moves[0] == STOPPED


def test_a_caller_who_is_passed_on_is_on_another_tape_of_the_other_stream(taped: Asked) -> None:
    bram = replace(taped.agent(BRAM), skills={Stream.D2: 1})
    taped.floor = replace(taped.floor, agents={**taped.floor.agents, BRAM: bram})
    taped.make_ready(BRAM)
    taped.tell(ports.AgentAsked(ANN, Verb.TRANSFER, VOICE, to=Stream.D2, consent=True))
    assert taped.last.moves[0] == STOPPED
    taped.ask(BRAM, Verb.ACCEPT)
    assert taped.last.moves[-1] == ports.Record(VOICE, "c1-tape-2")
    assert taped.tape and taped.tape.stream is Stream.D2


def test_while_three_speak_nothing_is_recorded_and_who_is_handed_over_is_on_a_tape_of_the_other_stream(
    taped: Asked,
) -> None:
    bram = replace(taped.agent(BRAM), skills={Stream.D2: 1})
    taped.floor = replace(taped.floor, agents={**taped.floor.agents, BRAM: bram})
    taped.make_ready(BRAM)
    taped.tell(ports.AgentAsked(ANN, Verb.CONSULT, VOICE, to=Stream.D2, consent=True))
    taped.ask(BRAM, Verb.ACCEPT)
    taped.ask(ANN, Verb.JOIN)
    assert taped.tape is None
    taped.ask(ANN, Verb.HAND_OVER)
    assert taped.last.moves[-1] == ports.Record(VOICE, "c1-tape-2")
    assert taped.tape and taped.tape.stream is Stream.D2


def test_the_agent_pauses_the_tape_and_has_it_go_on(taped: Asked) -> None:
    taped.ask(ANN, Verb.TAPE_OFF)
    assert taped.last.moves == (ports.PauseRecording(VOICE, NAME),)
    assert taped.tape and taped.tape.paused
    taped.ask(ANN, Verb.TAPE_OFF)
    assert taped.last.moves == ()
    taped.ask(ANN, Verb.TAPE_ON)
    assert taped.last.moves == (ports.Record(VOICE, NAME),)
    assert taped.tape and not taped.tape.paused


def test_a_pause_outlasts_a_hold(taped: Asked) -> None:
    taped.ask(ANN, Verb.TAPE_OFF)
    taped.ask(ANN, Verb.HOLD)
    taped.ask(ANN, Verb.RESUME)
    assert taped.tape is None
    taped.ask(ANN, Verb.TAPE_ON)
    assert taped.last.moves == (ports.Record(VOICE, "c1-tape-2"),)


def test_an_agent_who_has_another_call_pauses_nothing(taped: Asked) -> None:
    taped.ask(BRAM, Verb.TAPE_OFF)
    assert taped.last.moves == ()


def test_where_not_every_conversation_is_recorded_a_coordinator_asks_for_it() -> None:
    story = Asked(replace(TERMS, every=False))
    story.is_answered()
    assert story.tape is None
    assert story.order(SupervisorVerb.TAPE) is Answer.DONE
    assert story.last.moves == (ports.Record(VOICE, NAME),)
    assert story.order(SupervisorVerb.TAPE) is Answer.AS_IT_WAS
    assert story.order(SupervisorVerb.STOP_TAPE) is Answer.DONE
    assert story.last.moves == (STOPPED,)
    assert story.order(SupervisorVerb.STOP_TAPE) is Answer.AS_IT_WAS


def test_nobody_is_recorded_on_demand_without_having_agreed(asked: Asked) -> None:
    asked.is_answered("2")
    assert asked.order(SupervisorVerb.TAPE) is Answer.NOT_AGREED
    assert asked.tape is None


def test_nothing_is_recorded_outside_a_conversation(asked: Asked) -> None:
    assert asked.order(SupervisorVerb.TAPE) is Answer.OVER


def test_where_the_terms_are_withdrawn_the_tape_ends(taped: Asked) -> None:
    taped.floor = replace(taped.floor, lines={"1771": replace(TAPED, tapes=None)})
    assert taped.tell().moves == (STOPPED,)
    assert taped.tape is None


def test_a_full_disk_ends_the_tape_and_not_the_conversation(taped: Asked) -> None:
    taped.tell(ports.Recorded(VOICE, NAME, 3, whole=False))
    assert (taped.state(), taped.tape, taped.last.moves) == (CallState.TALKING, None, ())
    taped.ask(ANN, Verb.HOLD)
    taped.ask(ANN, Verb.RESUME)
    assert taped.tape is None, "what cannot be written is not tried again in this call"


def test_a_tape_that_ends_for_no_reason_is_followed_by_another(taped: Asked) -> None:
    taped.tell(ports.Recorded(VOICE, NAME, 3))
    assert taped.last.moves == (ports.Record(VOICE, "c1-tape-2"),)
    assert taped.last.recorded == (ports.Recorded(VOICE, NAME, 3),)


def test_the_end_that_was_ordered_is_kept_when_it_is_told(taped: Asked) -> None:
    taped.tell(ports.LegEnded(VOICE))
    taped.tell(ports.Recorded(VOICE, NAME, 12))
    assert taped.last.recorded == (ports.Recorded(VOICE, NAME, 12),)
    assert taped.last.tapes == ()


def test_after_a_census_another_tape_begins(taped: Asked) -> None:
    taped.restart()
    arrival = ports.CallArrived(VOICE, "1771", "", taped.now - timedelta(seconds=9))
    taped.tell(ports.Census({VOICE: ports.CallerSeen(arrival, frozenset({"leg-ann"}))}, agents={"leg-ann": "ann"}))
    assert taped.last.moves == (STOPPED, ports.Record(VOICE, "c1-tape-2"))


def test_after_a_census_without_the_caller_no_tape_runs(taped: Asked) -> None:
    taped.restart()
    taped.tell(ports.Census(agents={"leg-ann": "ann"}))
    assert taped.tape is None


def test_a_tape_whose_end_was_told_when_nobody_listened_is_ended_by_the_census(taped: Asked) -> None:
    taped.tell(ports.Disconnected())
    taped.ask(ANN, Verb.HOLD)
    seen = ports.CallerSeen(ports.CallArrived(VOICE, "1771", "", taped.now), frozenset({"leg-ann"}))
    taped.tell(ports.Census(callers={VOICE: seen}, agents={"leg-ann": "ann"}))
    assert STOPPED in taped.last.moves
    taped.ask(ANN, Verb.RESUME)
    assert taped.last.moves[-1] == ports.Record(VOICE, "c1-tape-2")


def test_every_tape_that_ended_or_began_when_nobody_listened_is_ended_by_the_census(taped: Asked) -> None:
    taped.tell(ports.Disconnected())
    taped.ask(ANN, Verb.HOLD)
    taped.ask(ANN, Verb.RESUME)
    seen = ports.CallerSeen(ports.CallArrived(VOICE, "1771", "", taped.now), frozenset({"leg-ann"}))
    taped.tell(ports.Census(callers={VOICE: seen}, agents={"leg-ann": "ann"}))
    ended = [move.tape for move in taped.last.moves if isinstance(move, ports.StopRecording)]
    assert ended == [NAME, "c1-tape-2"]
    assert taped.last.moves[-1] == ports.Record(VOICE, "c1-tape-3")


def test_once_the_colleague_has_left_the_three_the_two_are_recorded_again(taped: Asked) -> None:
    bram = replace(taped.agent(BRAM), skills={Stream.D2: 1})
    taped.floor = replace(taped.floor, agents={**taped.floor.agents, BRAM: bram})
    taped.make_ready(BRAM)
    taped.tell(ports.AgentAsked(ANN, Verb.CONSULT, VOICE, to=Stream.D2, consent=True))
    taped.ask(BRAM, Verb.ACCEPT)
    taped.ask(ANN, Verb.JOIN)
    taped.ask(BRAM, Verb.HANG_UP)
    assert taped.last.moves[-1] == ports.Record(VOICE, "c1-tape-2")
