"""Agents who are called at their own number: the key, offers taken by it, and every way in which it ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.story import ANN, BRAM, CEM, SCRIPT, SECOND, Story
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import DialFailure, Verb
from tocsin.calls.rules import called_telephone_words as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.called_telephone import CalledTelephone, Calling
from tocsin.calls.rules.moves import Move
from tocsin.calls.rules.states import CallState
from tocsin.workforce.rules import AgentState

LOGIN = "called-a1"
NUMBER = "+32470112233"


def wanted(story: Story, login: str = LOGIN, *, agent: int = ANN) -> Story:
    """An agent asked at the desk to be called; an earlier call of the same web session is over."""
    logins = {name: key for name, key in story.floor.logins.items() if not (key == agent and "called" in name)}
    called = dict(story.floor.called_telephones) | {login: CalledTelephone(login, agent, NUMBER, "nl")}
    story.floor = replace(story.floor, logins=logins | {login: agent}, called_telephones=called)
    story.tell()
    return story


def asked() -> Story:
    story = wanted(Story())
    story.tell(ports.DialAnswered(LOGIN))
    return story


def connected() -> Story:
    story = asked()
    story.tell(ports.KeyPressed(LOGIN, "1"))
    return story


def offered() -> Story:
    story = connected()
    story.wait_in_line(key="1")
    assert story.agent().state is AgentState.OFFERED
    return story


def talking() -> Story:
    story = offered()
    story.tell(ports.KeyPressed(LOGIN, "1"))
    assert story.state() is CallState.TALKING
    return story


def telephone(story: Story) -> CalledTelephone:
    return story.floor.called_telephones[LOGIN]


def how(story: Story) -> tuple[Calling, str]:
    return telephone(story).stage, telephone(story).why


def test_the_number_is_called_from_the_line_that_is_open() -> None:
    story = wanted(Story())
    assert story.last.moves == (ports.Dial(LOGIN, NUMBER, shown="1771", patience=timing.RINGING),)
    assert story.last.called_telephones == (telephone(story),)
    story.tell()
    assert story.last.moves == ()


def test_who_answers_is_asked_for_a_key_and_is_no_agent_before() -> None:
    story = asked()
    assert story.told() == {LOGIN: words.question("nl")}
    assert (story.agent().leg, story.agent().state) == ("", AgentState.SIGNED_OUT)


def test_who_presses_the_key_is_at_work() -> None:
    story = connected()
    assert story.told() == {LOGIN: words.connected("nl")}
    assert (story.agent().leg, story.agent().state) == (LOGIN, AgentState.READY)


def test_another_key_is_nothing() -> None:
    story = asked()
    story.tell(ports.KeyPressed(LOGIN, "2"))
    assert (story.last.moves, story.agent().leg) == ((), "")


def test_a_machine_that_answers_is_hung_up_and_no_agent() -> None:
    story = asked()
    story.tell(ports.MessagePlayed(LOGIN, telephone(story).message))
    story.later(timing.GREETED - SECOND)
    assert telephone(story).stage is Calling.ASKED
    story.later(SECOND)
    assert story.last.moves == (ports.Release(LOGIN),)
    assert how(story) == (Calling.ENDED, "no key")
    story.tell(ports.KeyPressed(LOGIN, "1"))
    story.tell(ports.LegEnded(LOGIN))
    assert how(story) == (Calling.ENDED, "no key")
    assert story.agent().leg == ""


def test_a_question_whose_end_is_never_told_holds_nobody() -> None:
    story = asked()
    story.later(timing.LONGEST_MESSAGE)
    assert story.last.moves == (ports.Release(LOGIN),)


def test_a_call_of_which_nothing_is_told_is_over() -> None:
    story = wanted(Story())
    story.later(timing.RINGING + timing.SILENCE)
    assert story.last.moves == (ports.Release(LOGIN),)
    assert how(story) == (Calling.ENDED, "never told")


def test_what_is_due_is_known() -> None:
    story = wanted(Story())
    assert story.floor.next_due(after=story.now) == story.now + timing.RINGING + timing.SILENCE


@pytest.mark.parametrize("why", list(DialFailure))
def test_why_nobody_answered_is_kept(why: DialFailure) -> None:
    story = wanted(Story())
    story.tell(ports.DialFailed(LOGIN, why))
    assert how(story) == (Calling.ENDED, why.value)


def test_nobody_is_called_while_no_line_of_theirs_is_open() -> None:
    for story in (wanted(Story(None)), wanted(Story(replace(SCRIPT, authority=3)))):
        assert story.last.moves == ()
        assert how(story) == (Calling.ENDED, "no line")


def test_the_line_of_another_authority_is_not_shown() -> None:
    story = wanted(Story(), agent=CEM)
    assert story.last.moves == (ports.Dial(LOGIN, NUMBER, shown="1772", patience=timing.RINGING),)


def test_an_offer_is_told_and_taken_by_the_key() -> None:
    story = offered()
    assert story.told()[LOGIN] == words.offer("nl")
    story.tell(ports.KeyPressed(LOGIN, "1"))
    assert ports.Connect("c1", LOGIN) in story.last.moves
    assert story.state() is CallState.TALKING


def test_what_is_told_in_one_moment_has_names_of_its_own() -> None:
    story = asked()
    story.wait_in_line(key="1")
    story.tell(ports.KeyPressed(LOGIN, "1"))
    assert story.agent().state is AgentState.OFFERED
    told = [move.message for move in story.last.moves if isinstance(move, ports.Play) and move.leg == LOGIN]
    assert len(set(told)) == len(told) == 2


def test_the_offer_is_told_once_and_falls_silent_when_it_is_over() -> None:
    story = offered()
    story.tell(ports.KeyPressed(LOGIN, "5"))
    assert LOGIN not in story.told()
    playing = telephone(story).message
    story.tell(ports.LegEnded("c1"))
    assert ports.StopPlaying(LOGIN, playing) in story.last.moves
    assert story.agent().state is AgentState.READY


def test_an_offer_is_taken_at_the_desk_as_well() -> None:
    story = offered()
    story.ask(ANN, Verb.ACCEPT)
    assert ports.Connect("c1", LOGIN) in story.last.moves


def test_the_key_in_a_conversation_is_nothing() -> None:
    story = talking()
    story.tell(ports.KeyPressed(LOGIN, "1"))
    assert (story.last.moves, story.state()) == ((), CallState.TALKING)


def test_the_next_offer_is_told_again() -> None:
    story = talking()
    story.ask(ANN, Verb.HANG_UP)
    story.wait_in_line("c2", key="1")
    story.ask(ANN, Verb.DONE)
    assert story.told()[LOGIN] == words.offer("nl")


def test_who_hangs_up_in_a_conversation_has_twenty_seconds_and_may_be_called_again() -> None:
    story = talking()
    story.tell(ports.LegEnded(LOGIN))
    assert (story.state(), how(story)) == (CallState.RECONNECTING, (Calling.ENDED, "hung up"))
    wanted(story, "called-b2")
    assert LOGIN not in story.floor.called_telephones
    story.tell(ports.DialAnswered("called-b2"))
    story.tell(ports.KeyPressed("called-b2", "1"))
    assert ports.Connect("c1", "called-b2") in story.last.moves
    assert story.state() is CallState.TALKING


def test_whoever_is_not_back_in_time_loses_the_caller_and_may_still_press_the_key() -> None:
    story = talking()
    story.tell(ports.LegEnded(LOGIN))
    wanted(story, "called-b2")
    story.tell(ports.DialAnswered("called-b2"))
    story.later(timing.AGENT_RETURN)
    assert (story.state(), story.agent().state) == (CallState.WAITING, AgentState.SIGNED_OUT)
    story.tell(ports.KeyPressed("called-b2", "1"))
    # First in line, and nobody else is at work.
    assert (story.agent().state, story.agent().call) == (AgentState.OFFERED, "c1")


@pytest.mark.parametrize("before", [connected, offered, talking])
def test_who_signs_out_is_hung_up(before: Callable[[], Story]) -> None:
    story = before()
    story.ask(ANN, Verb.SIGN_OUT)
    assert ports.Release(LOGIN) in story.last.moves
    assert how(story) == (Calling.ENDED, "signed out")
    assert (story.agent().state, story.agent().leg) == (AgentState.SIGNED_OUT, "")


@pytest.mark.parametrize("before", [lambda: wanted(Story()), asked, connected, offered, talking])
def test_with_the_web_session_the_call_ends(before: Callable[[], Story]) -> None:
    story = before()
    logins = {name: agent for name, agent in story.floor.logins.items() if name != LOGIN}
    story.floor = replace(story.floor, logins=logins)
    story.tell()
    assert ports.Release(LOGIN) in story.last.moves
    assert (story.floor.called_telephones, story.agent().leg) == ({}, "")
    assert story.last.called_telephones[-1].stage is Calling.ENDED


def test_a_newer_telephone_takes_over_and_this_one_is_hung_up() -> None:
    story = talking()
    story.tell(ports.AgentLegUp("leg-ann", "ann"))
    assert ports.Connect("c1", "leg-ann") in story.last.moves
    assert ports.DropLeg(LOGIN) in story.last.moves
    assert how(story) == (Calling.ENDED, "replaced")
    story.tell(ports.LegEnded(LOGIN))
    assert story.agent().leg == "leg-ann"


def test_a_paused_agent_who_is_called_again_stays_paused() -> None:
    story = connected()
    story.ask(ANN, Verb.PAUSE, "")
    story.tell(ports.LegEnded(LOGIN))
    wanted(story, "called-b2")
    story.tell(ports.DialAnswered("called-b2"))
    story.tell(ports.KeyPressed("called-b2", "1"))
    assert story.agent().state is AgentState.PAUSED


def test_the_clock_that_is_put_changes_no_span() -> None:
    story = wanted(Story())
    story.now += timedelta(hours=1)
    story.tell(ports.ClockPut(timedelta(hours=1)))
    assert telephone(story).stage is Calling.RINGING


def seen(story: Story, *, answered: bool, at: str = LOGIN, together: set[str] | None = None) -> tuple[Move, ...]:
    story.restart()
    census = ports.Census(dialled={at: ports.DialledSeen(answered, frozenset(together or ()))})
    return story.tell(census).moves


def test_after_a_restart_who_pressed_the_key_is_an_agent_still() -> None:
    story = connected()
    assert seen(story, answered=True) == ()
    assert (story.agent().leg, story.agent().state) == (LOGIN, AgentState.READY)


def test_after_a_restart_a_conversation_goes_on() -> None:
    story = talking()
    story.restart()
    arrival = ports.CallArrived("c1", "1771", "+32477000001", story.now)
    story.tell(
        ports.Census(
            callers={"c1": ports.CallerSeen(arrival, frozenset({LOGIN}))},
            dialled={LOGIN: ports.DialledSeen(answered=True)},
        )
    )
    assert story.last.moves == ()
    assert (story.state(), story.agent().leg) == (CallState.TALKING, LOGIN)


def test_after_a_restart_who_had_not_pressed_the_key_is_asked_again() -> None:
    story = asked()
    assert ports.Play in {type(move) for move in seen(story, answered=True)}
    assert story.told() == {LOGIN: words.question("nl")}
    assert story.agent().leg == ""


def test_after_a_restart_what_rings_may_ring_on() -> None:
    story = wanted(Story())
    assert seen(story, answered=False) == ()
    story.tell(ports.DialAnswered(LOGIN))
    assert telephone(story).stage is Calling.ASKED


@pytest.mark.parametrize("before", [lambda: wanted(Story()), asked, connected, talking])
def test_a_telephone_that_is_not_found_is_gone(before: Callable[[], Story]) -> None:
    story = before()
    story.tell(ports.Census())
    assert telephone(story).stage is Calling.ENDED
    assert story.agent().leg == ""


def test_a_call_that_is_of_no_use_any_more_is_hung_up_when_it_is_found() -> None:
    story = asked()
    story.later(timing.LONGEST_MESSAGE)
    assert seen(story, answered=True) == (ports.Release(LOGIN),)
    assert ports.Release("called-unknown") in seen(Story(), answered=True, at="called-unknown")


def test_who_speaks_with_a_colleague_at_the_own_number_is_not_parted() -> None:
    story = talking()
    bram = replace(story.agent(BRAM), skills={Stream.D2: 2})
    story.floor = replace(story.floor, agents={**story.floor.agents, BRAM: bram})
    story.make_ready(BRAM)
    story.tell(ports.AgentAsked(ANN, Verb.CONSULT, "c1", to="d2", consent=True))
    story.ask(BRAM, Verb.ACCEPT)
    assert ports.Connect(LOGIN, "leg-bram") in story.last.moves
    story.restart()
    arrival = ports.CallArrived("c1", "1771", "+32477000001", story.now)
    story.tell(
        ports.Census(
            callers={"c1": ports.CallerSeen(arrival)},
            dialled={LOGIN: ports.DialledSeen(answered=True, together_with=frozenset({"leg-bram"}))},
            agents={"leg-bram": "bram"},
        )
    )
    assert story.last.moves == (ports.PlayMusic("c1"),)


def test_of_several_nodes_each_calls_as_many_and_names_the_leg() -> None:
    story = Story()
    story.tell(ports.Census(nodes=dict.fromkeys(["engine-1", "engine-2"], story.now)))
    wanted(story)
    wanted(story, "called-b2", agent=BRAM)
    legs = {each.leg for each in story.floor.called_telephones.values()}
    assert legs == {"engine-1-called-a1", "engine-2-called-b2"}


def test_after_a_restart_nobody_is_called_before_it_is_known_what_the_switch_has() -> None:
    story = Story()
    story.restart()
    wanted(story)
    assert story.last.moves == ()
    story.tell(ports.Census(nodes={"engine-2": story.now}))
    assert [move.leg for move in story.last.moves if isinstance(move, ports.Dial)] == ["engine-2-called-a1"]


def test_the_offer_is_silent_before_the_agent_is_connected() -> None:
    story = offered()
    offer = telephone(story).message
    story.tell(ports.KeyPressed(LOGIN, "1"))
    stop, connect = ports.StopPlaying(LOGIN, offer), ports.Connect("c1", LOGIN)
    assert story.last.moves.index(stop) < story.last.moves.index(connect)
    assert story.last.moves.count(stop) == 1
