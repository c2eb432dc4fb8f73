"""What coordinators ask of the line: a caller goes earlier, to another queue, or to an agent whom they chose."""

from dataclasses import replace

import pytest

from tests.rules.test_routing import NOW, TRAINED, agent, talking, waiting
from tocsin.activations.rules import Requirement, Stream
from tocsin.calls import ports
from tocsin.calls.ports import Answer, CoordinatorAsked, LineVerb
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.line import Line
from tocsin.calls.rules.routing import order_of_service
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import Call, CallState, Question, Rank, Reason, Why
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.workforce.rules import AgentState

STREAMS = (Stream.D5, Stream.D2)


def floor(*calls: Call, agents: tuple[Agent, ...] = (), requirement: Requirement | None = None) -> Floor:
    wanted = requirement or Requirement()
    script = Script(1, 1, ("nl", "fr"), exercise=False, streams=STREAMS, requirement=wanted)
    return Floor({"1771": script}, {call.leg: call for call in calls}, {each.id: each for each in agents})


def asked(before: Floor, verb: LineVerb, **what: object) -> tuple[Answer, Decision]:
    """What is answered about the call `a`, and what follows."""
    event = CoordinatorAsked(**({"order": 7, "verb": verb, "activation": 1, "call": "a"} | what))
    decision = decide(before, [event], now=NOW)
    return decision.answers[7], decision


def order(floor: Floor) -> list[str]:
    return [place.leg for _, place in order_of_service(Line.of(floor.calls.values(), floor.agents.values()))]


def test_a_caller_who_is_raised_goes_before_those_who_came_earlier() -> None:
    answer, decision = asked(floor(waiting("b"), waiting("a", waited=1)), LineVerb.RAISE)
    assert answer is Answer.DONE
    assert order(decision.floor) == ["a", "b"]
    assert decision.steps == (), "a rank is no transition, and the figures count transitions"


def test_whoever_was_given_back_still_goes_before_whoever_was_raised() -> None:
    before = floor(waiting("b", rank=Rank.RETURNED), waiting("a", waited=90))
    _, decision = asked(before, LineVerb.RAISE)
    assert order(decision.floor) == ["b", "a"]


def test_raising_is_undone_and_the_place_is_what_it_was() -> None:
    before = floor(waiting("b"), waiting("a", waited=1))
    _, raised = asked(before, LineVerb.RAISE)
    answer, lowered = asked(raised.floor, LineVerb.LOWER)
    assert answer is Answer.DONE
    assert lowered.floor == before


@pytest.mark.parametrize(
    ("rank", "verb"),
    [
        (Rank.RAISED, LineVerb.RAISE),
        (Rank.RETURNED, LineVerb.RAISE),
        (Rank.ORDINARY, LineVerb.LOWER),
        # Neither is a coordinator's to take away: an agent was lost, a promise was made.
        (Rank.RETURNED, LineVerb.LOWER),
        (Rank.CALL_BACK, LineVerb.LOWER),
        (Rank.TRANSFER, LineVerb.LOWER),
    ],
)
def test_what_changes_nothing_is_answered_so(rank: Rank, verb: LineVerb) -> None:
    before = floor(waiting("a", rank=rank))
    assert asked(before, verb) == (Answer.AS_IT_WAS, decide_nothing(before, Answer.AS_IT_WAS))


def decide_nothing(before: Floor, answer: Answer) -> Decision:
    return Decision(before, (), (), (), (), (), {7: answer})


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("language", ["", "fr"])
def test_a_caller_moves_to_another_language_or_stream_and_keeps_the_place(language: str, stream: Stream) -> None:
    other = Stream.D2 if stream is Stream.D5 else Stream.D5
    before = floor(waiting("a", stream=stream, rank=Rank.RAISED))
    answer, decision = asked(before, LineVerb.MOVE, language=language, stream=other)
    assert answer is Answer.DONE
    moved = decision.floor.calls["a"]
    assert (moved.language, moved.stream) == (language or "nl", other)
    assert (moved.place, moved.rank) == (before.calls["a"].place, Rank.RAISED)


def test_whoever_an_agent_spoke_with_in_d2_is_not_moved_back_to_d5_and_another_language_is_open() -> None:
    before = floor(waiting("a", stream=Stream.D2, answered=True))
    answer, decision = asked(before, LineVerb.MOVE, language="fr", stream=Stream.D5)
    assert (answer, decision.floor) == (Answer.STAYS_IN_D2, before)
    answer, decision = asked(before, LineVerb.MOVE, language="fr", stream=Stream.D2)
    assert (answer, decision.floor.calls["a"].language) == (Answer.DONE, "fr")
    answer, _ = asked(floor(waiting("a", answered=True)), LineVerb.MOVE, stream=Stream.D2)
    assert answer is Answer.DONE


def test_a_caller_who_was_moved_is_offered_to_an_agent_of_that_language_in_the_same_decision() -> None:
    before = floor(waiting("a"), agents=(agent(1, languages={"fr": 1}),))
    _, decision = asked(before, LineVerb.MOVE, language="fr")
    assert decision.floor.calls["a"].agent == 1


def test_whoever_is_moved_while_a_key_answers_is_told_the_place_in_the_other_language() -> None:
    asking = replace(
        waiting("a"), question=Question.ANSWERS, answer=5, told_by=NOW + timing.AGENT_RETURN, told_place=1
    )
    _, decision = asked(floor(asking), LineVerb.MOVE, language="fr")
    moved = decision.floor.calls["a"]
    assert (moved.question, moved.answer, moved.heard, moved.told_by) == (None, None, None, None)
    [told] = [move.media for move in decision.moves if isinstance(move, ports.Play)]
    assert told[:1] == words.position("fr", 1)


@pytest.mark.parametrize("where", [{"language": "de"}, {"stream": Stream.D2}])
def test_nobody_is_moved_where_the_line_takes_no_calls(where: dict[str, object]) -> None:
    before = floor(waiting("a"))
    before = Floor({"1771": Script(1, 1, ("nl", "fr"), exercise=False)}, before.calls)
    assert asked(before, LineVerb.MOVE, **where)[0] is Answer.NOT_TAKEN


def test_moving_to_where_the_caller_is_changes_nothing() -> None:
    assert asked(floor(waiting("a")), LineVerb.MOVE, language="nl", stream=Stream.D5)[0] is Answer.AS_IT_WAS


def test_a_caller_is_given_to_an_agent_who_has_less_than_the_line_asks_for_and_it_is_kept() -> None:
    wanted = Requirement(language_level=3, skills={"radiation": 1})
    answer, decision = asked(floor(waiting("a"), agents=(agent(1),), requirement=wanted), LineVerb.GIVE, agent=1)
    assert answer is Answer.DONE
    assert decision.floor.calls["a"].agent == 1
    assert decision.floor.agents[1].state is AgentState.OFFERED
    assert [step.reason for step in decision.steps] == [Reason(Why.PICKED, "", Why.PICKED, relaxed=True)]


def test_a_caller_whose_offer_rings_is_given_to_another_and_the_first_has_missed_nothing() -> None:
    ringing = waiting("a", state=CallState.OFFERED, agent=1)
    ann = agent(1, idle=90, state=AgentState.OFFERED, call="a", due_at=NOW + timing.OFFER)
    answer, decision = asked(floor(ringing, agents=(ann, agent(2))), LineVerb.GIVE, agent=2)
    assert answer is Answer.DONE
    assert decision.floor.calls["a"].agent == 2
    first = decision.floor.agents[1]
    assert (first.state, first.missed, first.call, first.due_at) == (AgentState.READY, 0, "", None)
    assert first.idle_since == ann.idle_since
    assert [step.after for step in decision.steps] == [CallState.WAITING, CallState.OFFERED]
    assert decision.floor.calls["a"].rank is Rank.ORDINARY


def test_a_caller_who_heard_nothing_yet_is_not_left_in_silence_by_being_given_to_another() -> None:
    ringing = waiting("a", state=CallState.OFFERED, agent=1, due_at=NOW + timing.SILENCE / 2)
    ann = agent(1, state=AgentState.OFFERED, call="a")
    _, decision = asked(floor(ringing, agents=(ann, agent(2))), LineVerb.GIVE, agent=2)
    assert decision.floor.calls["a"].due_at == NOW + timing.SILENCE


@pytest.mark.parametrize(
    ("chosen", "answer"),
    [
        (agent(2, state=AgentState.WRAP_UP, call="z"), Answer.AGENT_NOT_FREE),
        (agent(2, state=AgentState.PAUSED), Answer.AGENT_NOT_FREE),
        (agent(2, leg=""), Answer.AGENT_NOT_FREE),
        (agent(3), Answer.AGENT_NOT_FREE),
        (agent(2, languages={"fr": 3}), Answer.AGENT_UNABLE),
        (agent(2, authorities=frozenset({2})), Answer.AGENT_UNABLE),
        (agent(2), Answer.AGENT_UNABLE),
    ],
    ids=["writes", "paused", "no telephone", "nobody", "language", "authority", "untrained"],
)
def test_nobody_is_given_to_an_agent_who_cannot_take_the_call(chosen: Agent, answer: Answer) -> None:
    before = floor(waiting("a", stream=Stream.D2), agents=(chosen,))
    assert asked(before, LineVerb.GIVE, agent=2) == (answer, decide_nothing(before, answer))


@pytest.mark.parametrize("verb", [LineVerb.RAISE, LineVerb.LOWER, LineVerb.MOVE])
def test_a_caller_whose_offer_rings_is_left_where_that_is(verb: LineVerb) -> None:
    ringing = waiting("a", state=CallState.OFFERED, agent=1)
    before = floor(ringing, agents=(agent(1, state=AgentState.OFFERED, call="a", due_at=NOW + timing.OFFER),))
    assert asked(before, verb, language="fr")[0] is Answer.RINGING


@pytest.mark.parametrize("verb", LineVerb)
@pytest.mark.parametrize(
    "call", [None, talking("a", 1), waiting("a", activation=2)], ids=["hung up", "speaks", "of another line"]
)
def test_a_caller_who_is_not_in_this_line_is_gone(verb: LineVerb, call: Call | None) -> None:
    calls = (call,) if call else ()
    before = floor(*calls, agents=(agent(1, state=AgentState.TALKING, call="a"),))
    assert asked(before, verb, agent=1) == (Answer.GONE, decide_nothing(before, Answer.GONE))


def test_the_line_is_told_in_the_order_in_which_it_is_served() -> None:
    relatives = [waiting(f"r{n}", waited=60 - n, stream=Stream.D2) for n in range(6)]
    informed = [waiting(f"i{n}", waited=90 - n) for n in range(2)]
    # Four of D2 for each of D5 and one more: after four, information has its turn.
    assert order(floor(*informed, *relatives)) == ["r0", "r1", "r2", "r3", "i0", "r4", "r5", "i1"]
    decision = decide(
        floor(*informed, *relatives, agents=tuple(agent(key, skills=TRAINED) for key in range(8))), [], now=NOW
    )
    served = [step.leg for step in decision.steps if step.after is CallState.OFFERED]
    assert served == ["r0", "r1", "r2", "r3", "i0", "r4", "r5", "i1"]
