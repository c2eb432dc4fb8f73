"""What coordinators ask about callers in line: kept, decided by the switchboard, answered, and noted."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests import world
from tests.switchboards import call, in_thread, play, sign_in, state_of, switchboard, until
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State, Stream
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls.daemon import memory
from tocsin.calls.models import Call, LineOrder
from tocsin.calls.ports import Answer
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.states import CallState, Rank
from tocsin.calls.rules.switchboard import decide
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.insights.queries.line import agents_for, line_now
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Ask = Callable[..., LineOrder]
WHY = "Calls from the building"


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    activation = world.activation(rivaal, kind=Kind.REAL)
    Activation.objects.update(streams=[Stream.D5, Stream.D2])
    activation.refresh_from_db()
    return activation


def waiting(activation: Activation, leg: str = "c1", *, waited: int = 60, **known: object) -> Call:
    since = NOON - timedelta(seconds=waited)
    caller = {"language": "nl", "state": CallState.WAITING, "number": "1771", "caller_mark": leg}
    times = {"since": since, "arrived_at": since, "queued_at": since}
    return Call.objects.create(**({"leg": leg, "activation": activation} | caller | times | known))


def decided(*, at: datetime = NOON) -> None:
    """One decision of a switchboard that has just begun to lead."""
    floor = Floor(memory.load_scripts(State.OPEN), memory.load_calls(), memory.load_agents())
    actions.decide_and_record(
        decide=lambda asked: decide(floor, asked, now=at), at=at, max_order_age=timedelta(seconds=10)
    )


def lines() -> list[tuple[str, str]]:
    """What the logbook has of orders: what, and by whom."""
    found = Line.objects.filter(kind__startswith="call.").order_by("id")
    return [(line.kind, line.by.name if line.by else "") for line in found]


def test_a_caller_whom_a_coordinator_raises_goes_first_and_it_is_noted_who_asked_and_why(
    fire: Activation, carl: Person
) -> None:
    waiting(fire, "early")
    waiting(fire, "late", waited=1)
    actions.raise_call(call="late", activation=fire, by=carl, why=f"  {WHY} ", at=NOON)
    decided()
    assert Call.objects.get(pk="late").rank == Rank.RAISED
    assert [caller.leg for caller in line_now(activation=fire, now=NOON, most=9).waiting] == ["late", "early"]
    assert LineOrder.objects.get().answer == Answer.DONE
    assert lines() == [("call.raise_ordered", "Carl"), ("call.order_answered", "")]
    facts = Line.objects.get(kind="call.raise_ordered").facts
    assert facts == {"call": "late", "why": WHY}


def test_raising_is_undone(fire: Activation, carl: Person) -> None:
    waiting(fire, rank=Rank.RAISED)
    actions.lower_call(call="c1", activation=fire, by=carl, why=WHY, at=NOON)
    decided()
    assert Call.objects.get().rank == Rank.ORDINARY


def test_a_caller_is_moved_to_another_language_and_stream(fire: Activation, carl: Person) -> None:
    waiting(fire)
    actions.move_call(call="c1", activation=fire, language="fr", stream=Stream.D2, by=carl, why=WHY, at=NOON)
    decided()
    call = Call.objects.get()
    assert (call.language, call.stream, call.state) == ("fr", Stream.D2, CallState.WAITING)


def test_an_agent_without_a_telephone_is_not_given_a_caller_and_the_answer_says_so(
    fire: Activation, carl: Person, ann: Agent
) -> None:
    waiting(fire)
    actions.give_call(call="c1", activation=fire, agent=ann, by=carl, why=WHY, at=NOON)
    decided()
    assert LineOrder.objects.get().answer == Answer.AGENT_NOT_FREE
    assert Call.objects.get().state == CallState.WAITING


def test_what_was_asked_while_the_switchboard_was_away_is_not_done_later(fire: Activation, carl: Person) -> None:
    waiting(fire)
    actions.raise_call(call="c1", activation=fire, by=carl, why=WHY, at=NOON)
    decided(at=NOON + timedelta(seconds=11))
    assert Call.objects.get().rank == Rank.ORDINARY
    assert LineOrder.objects.get().answer == Answer.TOO_LATE


def test_an_order_is_answered_once(fire: Activation, carl: Person) -> None:
    waiting(fire)
    actions.raise_call(call="c1", activation=fire, by=carl, why=WHY, at=NOON)
    decided()
    Call.objects.update(rank=Rank.ORDINARY)
    decided()
    assert Call.objects.get().rank == Rank.ORDINARY
    assert len(lines()) == 2


def ways(fire: Activation, ann: Agent) -> dict[str, tuple[Ask, dict[str, object]]]:
    return {
        "raise": (actions.raise_call, {}),
        "lower": (actions.lower_call, {}),
        "move": (actions.move_call, {"language": "fr", "stream": Stream.D5}),
        "give": (actions.give_call, {"agent": ann}),
    }


@pytest.mark.parametrize("verb", ["raise", "lower", "move", "give"])
def test_only_a_coordinator_of_the_authority_asks(
    fire: Activation, dirk: Person, otto: Person, ann: Agent, verb: str
) -> None:
    waiting(fire)
    ask, where = ways(fire, ann)[verb]
    for person in (dirk, otto, ann.person):
        with pytest.raises(Refusal, match="Only a coordinator of this authority may ask for this"):
            ask(call="c1", activation=fire, by=person, why=WHY, at=NOON, **where)
    assert not LineOrder.objects.exists()
    assert lines() == []


@pytest.mark.parametrize("state", [CallState.TALKING, CallState.ENDED, CallState.INFORMING])
@pytest.mark.parametrize("verb", ["raise", "lower", "move", "give"])
def test_a_caller_who_is_in_line_no_more_is_said_to_be(
    fire: Activation, carl: Person, ann: Agent, verb: str, state: CallState
) -> None:
    waiting(fire, state=state)
    ask, where = ways(fire, ann)[verb]
    with pytest.raises(Refusal, match="in line no more"):
        ask(call="c1", activation=fire, by=carl, why=WHY, at=NOON, **where)


def test_a_caller_of_another_authority_is_not_in_this_line(
    fire: Activation, carl: Person, elsewhere: Authority
) -> None:
    waiting(world.activation(elsewhere))
    with pytest.raises(Refusal, match="in line no more"):
        actions.raise_call(call="c1", activation=fire, by=carl, why=WHY, at=NOON)


@pytest.mark.parametrize("why", ["", "  ", "a" * 201])
def test_a_coordinator_says_why(fire: Activation, carl: Person, why: str) -> None:
    waiting(fire)
    with pytest.raises(Refusal, match="Say why"):
        actions.raise_call(call="c1", activation=fire, by=carl, why=why, at=NOON)


@pytest.mark.parametrize(("language", "stream"), [("de", Stream.D5), ("nl", Stream.D2)])
def test_a_caller_is_not_moved_where_the_line_takes_no_calls(
    rivaal: Authority, carl: Person, language: str, stream: Stream
) -> None:
    line = world.activation(rivaal)
    waiting(line)
    with pytest.raises(Refusal, match="does not take such calls"):
        actions.move_call(call="c1", activation=line, language=language, stream=stream, by=carl, why=WHY, at=NOON)


def test_an_agent_of_another_authority_is_not_given_a_caller(
    fire: Activation, carl: Person, elsewhere: Authority
) -> None:
    waiting(fire)
    stranger = world.agent("Sofie", ["nl"], serves=elsewhere)
    with pytest.raises(Refusal, match="does not work for your authority"):
        actions.give_call(call="c1", activation=fire, agent=stranger, by=carl, why=WHY, at=NOON)


def test_the_line_is_shown_in_the_order_in_which_it_is_served_and_without_who_is_elsewhere(
    fire: Activation, rivaal: Authority, elsewhere: Authority
) -> None:
    waiting(fire, "d5", waited=90)
    waiting(fire, "d2", waited=1, stream=Stream.D2)
    waiting(fire, "returned", waited=2, rank=Rank.RETURNED)
    waiting(fire, "again", waited=3, place_since=NOON - timedelta(seconds=100))
    waiting(fire, "ended", state=CallState.ENDED)
    waiting(world.activation(elsewhere), "theirs")
    seen = line_now(activation=fire, now=NOON, most=3)
    assert [caller.leg for caller in seen.waiting] == ["returned", "d2", "again"]
    assert seen.others == 1


def test_a_call_that_rings_is_shown_with_its_agent(fire: Activation, ann: Agent) -> None:
    waiting(fire, state=CallState.OFFERED, agent=ann)
    seen = line_now(activation=fire, now=NOON, most=9)
    assert [(caller.leg, caller.agent) for caller in seen.ringing] == [("c1", "Ann")]
    assert seen.waiting == ()


def test_a_coordinator_chooses_among_the_agents_who_are_ready_and_may_take_the_call(
    fire: Activation, ann: Agent, bram: Agent, rivaal: Authority, elsewhere: Authority
) -> None:
    call = waiting(fire)
    trained = world.agent("Cem", ["nl"], serves=rivaal, skills={"d2": 1})
    world.agent("Sofie", ["nl"], serves=elsewhere)
    Agent.objects.update(state=AgentState.READY, connected=True)
    assert agents_for(call, activation=fire) == [ann, trained]
    call.stream = Stream.D2
    assert agents_for(call, activation=fire) == [trained]
    Agent.objects.filter(pk=trained.pk).update(d2_time=timedelta(hours=2))
    assert agents_for(call, activation=fire) == [trained], "the coordinator is told, and decides"
    Agent.objects.update(connected=False)
    call.stream = Stream.D5
    assert agents_for(call, activation=fire) == []


@pytest.mark.django_db(transaction=True)
def test_a_running_switchboard_gives_a_caller_to_the_agent_who_was_chosen(
    rivaal: Authority, carl: Person, ann: Agent
) -> None:
    line = world.activation(rivaal)
    # More is asked than Ann has, so that the caller waits although she is ready.
    Activation.objects.update(language_level=3)
    switch = RehearsalSwitch()

    async def story() -> None:
        async with switchboard(switch):
            await sign_in(switch, ann, session="s")
            leg = call(switch)
            await until(lambda: state_of(leg) == "waiting")
            await until(lambda: Agent.objects.filter(state=AgentState.READY, connected=True).exists())
            await in_thread(
                lambda: actions.give_call(
                    call=leg, activation=line, agent=ann, by=carl, why=WHY, at=datetime.now(NOON.tzinfo)
                )
            )
            await until(lambda: state_of(leg) == "offered")
            order = await in_thread(LineOrder.objects.get)
            assert order.answer == Answer.DONE

    play(story)
