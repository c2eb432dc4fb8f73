"""A coordinator at a conversation: who is told, who hears whom, and how it ends, whatever happens meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.rules.hearing_story import BARGE, CARL, LEAVE, LEG, LISTEN, TAKE_OVER, TOLD, WHISPER, Floor
from tests.rules.story import ANN, BRAM, CEM
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Answer, CoordinatorAsked, SupervisorVerb, Verb
from tocsin.calls.rules.hearing import Supervision
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.supervision import MANNERS, TAKEN_OVER
from tocsin.workforce.rules import AgentState


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_nothing_is_heard_before_the_agent_was_told(floor: Floor) -> None:
    assert floor.order(LISTEN) is Answer.DONE
    assert floor.last.moves == ()
    assert floor.agent(CARL).state is AgentState.ON_TASK, "who hears a conversation is offered no call"
    floor.later(TOLD - timedelta(milliseconds=1))
    assert floor.last.moves == ()
    assert floor.floor.next_due(after=floor.now) == floor.now + timedelta(milliseconds=1)
    floor.later(timedelta(milliseconds=1))
    assert floor.last.moves == (ports.Listen("c1", "leg-ann", LEG),)


@pytest.mark.parametrize(
    ("verb", "move"),
    [
        (LISTEN, ports.Listen("c1", "leg-ann", LEG)),
        (WHISPER, ports.Listen("c1", "leg-ann", LEG, whispers=True)),
        (BARGE, ports.Connect("c1", LEG)),
    ],
)
def test_each_manner_has_its_move(floor: Floor, verb: SupervisorVerb, move: ports.Move) -> None:
    floor.hear(verb)
    assert floor.last.moves == (move,)


@pytest.mark.parametrize("before", MANNERS)
@pytest.mark.parametrize("after", MANNERS)
def test_the_manner_is_changed_at_once(floor: Floor, before: SupervisorVerb, after: SupervisorVerb) -> None:
    floor.hear(before)
    answer = floor.order(after)
    if before is after:
        assert (answer, floor.last.moves) == (Answer.AS_IT_WAS, ())
        return
    assert answer is Answer.DONE
    *undone, told = floor.last.moves
    assert undone == ([ports.Part("c1", LEG)] if before is BARGE else [])
    assert told == (
        ports.Connect("c1", LEG)
        if after is BARGE
        else ports.Listen("c1", "leg-ann", LEG, whispers=after is WHISPER)
    )
    assert floor.heard and floor.heard.manner is MANNERS[after]


@pytest.mark.parametrize("verb", MANNERS)
def test_who_leaves_hears_nothing_any_more(floor: Floor, verb: SupervisorVerb) -> None:
    floor.hear(verb)
    assert floor.order(LEAVE) is Answer.DONE
    undone = ports.Part("c1", LEG) if verb is BARGE else ports.StopListening("c1", LEG)
    assert floor.last.moves == (undone,)
    assert floor.ended == "left"
    assert floor.order(LEAVE) is Answer.AS_IT_WAS


def test_who_goes_back_to_taking_calls_hears_nothing_any_more(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.ask(CARL, Verb.READY)
    assert floor.last.moves == (ports.StopListening("c1", LEG),)
    assert floor.ended == "left"


def test_a_conversation_that_the_agent_ends_is_heard_no_more(floor: Floor) -> None:
    floor.hear(BARGE)
    floor.ask(ANN, Verb.HANG_UP)
    assert floor.last.moves == (ports.Part("c1", LEG), ports.Release("c1"))
    assert floor.ended == "call ended"
    assert floor.agent(CARL).state is AgentState.ON_TASK


def test_a_conversation_that_the_caller_ends_is_heard_no_more(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.tell(ports.LegEnded("c1"))
    assert floor.ended == "call ended"
    assert floor.agent(ANN).state is AgentState.WRAP_UP


def test_a_coordinator_whose_telephone_is_lost_hears_nothing_any_more(floor: Floor) -> None:
    floor.hear(WHISPER)
    floor.tell(ports.LegEnded(LEG))
    assert floor.ended == "telephone lost"
    assert floor.state() is CallState.TALKING


def test_a_coordinator_with_another_telephone_goes_on_hearing(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.tell(ports.AgentLegUp("leg-new", "bram"))
    assert floor.last.moves == (
        ports.StopListening("c1", LEG),
        ports.DropLeg(LEG),
        ports.Listen("c1", "leg-ann", "leg-new"),
    )


def test_an_agent_with_another_telephone_is_heard_there(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.tell(ports.AgentLegUp("leg-new", "ann"))
    assert floor.last.moves[-1] == ports.Listen("c1", "leg-new", LEG)


@pytest.mark.parametrize("verb", MANNERS)
def test_while_the_caller_is_on_hold_nothing_is_heard(floor: Floor, verb: SupervisorVerb) -> None:
    floor.hear(verb)
    before = floor.last.moves
    floor.ask(ANN, Verb.HOLD)
    undone, *rest = floor.last.moves
    assert undone == (ports.Part("c1", LEG) if verb is BARGE else ports.StopListening("c1", LEG))
    assert rest == [ports.Part("c1", "leg-ann"), ports.PlayMusic("c1")]
    floor.ask(ANN, Verb.RESUME)
    assert floor.last.moves[-1:] == before


@pytest.mark.parametrize("verb", [LISTEN, WHISPER])
def test_a_caller_put_on_hold_and_taken_back_in_one_decision_is_heard_on(
    floor: Floor, verb: SupervisorVerb
) -> None:
    floor.hear(verb)
    floor.tell(ports.AgentAsked(ANN, Verb.HOLD, "c1"), ports.AgentAsked(ANN, Verb.RESUME, "c1"))
    # The switch ends it when the agent leaves the caller.
    assert floor.last.moves[-1] == ports.Listen("c1", "leg-ann", LEG, whispers=verb is WHISPER)


def test_while_the_agents_telephone_is_lost_nothing_is_heard_and_then_again(floor: Floor) -> None:
    floor.hear(BARGE)
    floor.tell(ports.LegEnded("leg-ann"))
    assert floor.last.moves[0] == ports.Part("c1", LEG)
    floor.tell(ports.AgentLegUp("leg-back", "ann"))
    assert floor.last.moves[-1] == ports.Connect("c1", LEG)


def test_a_caller_who_is_passed_on_is_heard_no_more_for_the_next_agent_was_not_told(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.ask(ANN, Verb.SIGN_OUT)
    assert floor.state() is CallState.WAITING
    assert floor.ended == "passed on"


def test_who_takes_over_has_the_caller_and_the_agent_finishes_the_note(floor: Floor) -> None:
    floor.hear(WHISPER)
    assert floor.order(TAKE_OVER) is Answer.DONE
    assert floor.last.moves == (
        ports.StopPlaying("c1", "c1-2"),
        ports.Connect("c1", LEG),
        ports.Part("c1", "leg-ann"),
    )
    assert (floor.call().agent, floor.state()) == (CARL, CallState.TALKING)
    assert floor.agent(CARL).state is AgentState.TALKING
    assert floor.agent(ANN).state is AgentState.WRAP_UP
    assert [step.why for step in floor.last.steps] == [TAKEN_OVER]
    assert floor.ended == TAKEN_OVER
    floor.ask(CARL, Verb.HANG_UP)
    assert floor.agent(CARL).state is AgentState.WRAP_UP


def test_a_caller_on_hold_can_be_taken_over(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.ask(ANN, Verb.HOLD)
    assert floor.order(TAKE_OVER) is Answer.DONE
    assert floor.last.moves == (ports.StopPlaying("c1", "c1-2"), ports.Connect("c1", LEG))


def test_nobody_takes_over_a_conversation_unheard(floor: Floor) -> None:
    assert floor.order(TAKE_OVER) is Answer.NOT_HEARD


def test_who_does_not_speak_the_language_does_not_take_over() -> None:
    floor = Floor()
    ann = replace(floor.agent(CARL), languages={"de": 3})
    floor.floor = replace(floor.floor, agents={**floor.floor.agents, CARL: ann})
    floor.hear(LISTEN)
    assert floor.order(TAKE_OVER) is Answer.NOT_TRAINED
    assert floor.heard


@pytest.mark.parametrize("leg", ["c9", "c2"])
def test_what_is_no_conversation_is_not_heard(floor: Floor, leg: str) -> None:
    floor.wait_in_line("c2")
    assert floor.order(LISTEN, leg) is Answer.OVER


def test_the_conversation_of_another_line_is_not_heard(floor: Floor) -> None:
    assert floor.tell(CoordinatorAsked(9, LISTEN, 2, "c1", CARL)).answers[9] is Answer.OVER


def test_without_a_telephone_nothing_is_heard(floor: Floor) -> None:
    floor.tell(ports.LegEnded(LEG))
    assert floor.order(LISTEN) is Answer.NO_TELEPHONE


def test_who_does_not_serve_the_authority_hears_nothing(floor: Floor) -> None:
    floor.tell(ports.AgentLegUp("leg-cem", "cem"))
    assert floor.order(LISTEN, agent=CEM) is Answer.NO_TELEPHONE


def test_victims_and_relatives_are_heard_by_those_trained_alone(floor: Floor) -> None:
    call = replace(floor.call(), stream=Stream.D2)
    floor.floor = replace(floor.floor, calls={"c1": call})
    assert floor.order(LISTEN) is Answer.NOT_TRAINED


def test_who_talks_hears_nobody_else(floor: Floor) -> None:
    assert floor.order(LISTEN, agent=ANN) is Answer.BUSY


def test_a_restart_of_the_switchboard_leaves_the_ear_open(floor: Floor) -> None:
    floor.hear(WHISPER)
    floor.restart()
    floor.floor = replace(floor.floor, supervisions={CARL: replace(floor.heard or _never(), told=None)})
    assert floor.later(timedelta()).moves == ()
    seen = ports.ListenerSeen("c1", "leg-ann", whispers=True)
    floor.tell(census(floor, together={"leg-ann"}, listeners={LEG: seen}))
    assert floor.last.moves == ()
    assert floor.heard


def test_a_restart_of_the_switchboard_leaves_who_joined_in_the_conversation(floor: Floor) -> None:
    floor.hear(BARGE)
    floor.restart()
    floor.tell(census(floor, together={"leg-ann", LEG}))
    assert not [move for move in floor.last.moves if isinstance(move, ports.Part)]
    assert floor.heard


def test_what_was_decided_and_not_told_is_told_after_the_census(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.restart()
    floor.tell(census(floor, together={"leg-ann"}))
    assert floor.last.moves == (ports.Listen("c1", "leg-ann", LEG),)


def test_an_ear_that_nobody_knows_is_closed(floor: Floor) -> None:
    seen = ports.ListenerSeen("c1", "leg-ann", whispers=False)
    floor.tell(census(floor, together={"leg-ann"}, listeners={LEG: seen}))
    assert floor.last.moves == (ports.StopListening("c1", LEG),)


def test_a_coordinator_who_was_gone_when_the_switchboard_came_back_hears_nothing_any_more(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.restart()
    seen = {"c1": ports.CallerSeen(_arrival(floor), frozenset({"leg-ann"}))}
    floor.tell(ports.Census(callers=seen, agents={"leg-ann": "ann"}))
    assert floor.ended == "telephone lost"


def test_who_hears_one_conversation_and_asks_for_another_leaves_the_first(floor: Floor) -> None:
    floor.hear(LISTEN)
    floor.tell(ports.AgentLegUp("leg-cem", "cem"), ports.AgentAsked(CEM, Verb.READY))
    floor.tell(ports.CallArrived("o1", "1772", "", floor.now), ports.KeyPressed("o1", "1"))
    floor.ask(CEM, Verb.ACCEPT, "o1")
    bram = floor.agent(CARL)
    both = replace(bram, authorities=frozenset({1, 2}))
    floor.floor = replace(floor.floor, agents={**floor.floor.agents, CARL: both})
    assert floor.tell(CoordinatorAsked(50, LISTEN, 2, "o1", CARL)).answers[50] is Answer.DONE
    assert floor.last.moves == (ports.StopListening("c1", LEG),)
    assert floor.heard and floor.heard.call == "o1"


def census(
    floor: Floor, *, together: set[str], listeners: dict[str, ports.ListenerSeen] | None = None
) -> ports.Census:
    return ports.Census(
        callers={"c1": ports.CallerSeen(_arrival(floor), frozenset(together))},
        agents={"leg-ann": "ann", LEG: "bram"},
        listeners=listeners or {},
    )


def _arrival(floor: Floor) -> ports.CallArrived:
    return ports.CallArrived("c1", "1771", "+32477000001", floor.now)


def _never() -> Supervision:
    raise AssertionError("nobody hears anything")


# What coordinators ask of agents.


def test_an_agent_whom_a_coordinator_pauses_is_offered_nothing(floor: Floor) -> None:
    floor.make_ready(BRAM)
    assert floor.order(SupervisorVerb.PAUSE, "", agent=BRAM) is Answer.DONE
    assert (floor.agent(BRAM).state, floor.agent(BRAM).reason) == (AgentState.PAUSED, "by coordinator")


def test_a_conversation_is_not_ended_by_a_pause(floor: Floor) -> None:
    assert floor.order(SupervisorVerb.PAUSE, "", agent=ANN) is Answer.BUSY
    floor.ask(ANN, Verb.HANG_UP)
    assert floor.order(SupervisorVerb.PAUSE, "", agent=ANN) is Answer.BUSY, "the note is finished first"


def test_the_caller_of_an_agent_who_is_signed_out_is_first_in_line(floor: Floor) -> None:
    assert floor.order(SupervisorVerb.SIGN_OUT, "", agent=ANN) is Answer.DONE
    assert floor.state() is CallState.WAITING
    assert (floor.agent(ANN).state, floor.agent(ANN).reason) == (AgentState.SIGNED_OUT, "by coordinator")
    assert floor.order(SupervisorVerb.SIGN_OUT, "", agent=ANN) is Answer.AS_IT_WAS


def test_who_leaves_in_the_decision_in_which_a_census_joins_them_again_has_left(floor: Floor) -> None:
    floor.hear(BARGE)
    seen = ports.CallerSeen(ports.CallArrived("c1", "1771", "", floor.now), frozenset({"leg-ann"}))
    census = ports.Census(callers={"c1": seen}, agents={"leg-ann": "ann", LEG: "bram"})
    floor.tell(census, CoordinatorAsked(9, LEAVE, 1, "c1", CARL))
    assert floor.last.moves[0] == ports.Part("c1", LEG)
    assert ports.Connect("c1", LEG) not in floor.last.moves


def test_who_asked_to_join_while_nobody_listened_and_leaves_as_the_census_comes_hears_nothing_any_more(
    floor: Floor,
) -> None:
    floor.hear(LISTEN)
    floor.tell(ports.Disconnected())
    floor.hear(BARGE)
    seen = census(
        floor, together={"leg-ann"}, listeners={LEG: ports.ListenerSeen("c1", "leg-ann", whispers=False)}
    )
    floor.tell(seen, ports.AgentAsked(CARL, Verb.PAUSE))
    assert ports.StopListening("c1", LEG) in floor.last.moves
    assert ports.Connect("c1", LEG) not in floor.last.moves
