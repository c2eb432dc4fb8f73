"""How long the last answered calls were, as the switchboard loads it; what callers were promised outlasts it."""

from datetime import datetime, timedelta

import pytest

from tests import world
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, Stream
from tocsin.authorities.models import Authority
from tocsin.calls import actions, models, ports
from tocsin.calls.daemon import memory
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.line import Kind
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.switchboard import decide
from tocsin.calls.rules.waiting import Handled
from tocsin.workforce.models import Agent, AgentStep
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def answered(
    leg: str,
    *,
    on: Activation,
    by: Agent,
    at: datetime,
    talked: timedelta,
    wrote: timedelta | None,
    language: str = "nl",
) -> None:
    """A call that was answered at once; who answered it may write still."""
    end = at + talked
    call = models.Call.objects.create(
        leg=leg,
        number="1771",
        activation=on,
        language=language,
        state=CallState.ENDED,
        since=end,
        arrived_at=at,
        answered=True,
        agent=by,
    )
    for before, after, when in (
        (CallState.WAITING, CallState.TALKING, at),
        (CallState.TALKING, CallState.ENDED, end),
    ):
        models.CallStep.objects.create(
            call=call, activation=on, before=before, after=after, at=when, language=language, why="seed"
        )
    if wrote is not None:
        AgentStep.objects.create(agent=by, before=AgentState.WRAP_UP, after=AgentState.READY, at=end + wrote)


def test_the_length_of_a_call_is_from_the_first_word_to_the_end_of_the_wrap_up(
    rivaal: Authority, elsewhere: Authority, ann: Agent
) -> None:
    opened = world.activation(rivaal)
    over = world.activation(elsewhere, state=State.CLOSED)
    answered("c1", on=opened, by=ann, at=NOON, talked=3 * MINUTE, wrote=MINUTE)
    answered("c2", on=opened, by=ann, at=NOON + 9 * MINUTE, talked=5 * MINUTE, wrote=MINUTE / 2)
    answered("c3", on=opened, by=ann, at=NOON + 20 * MINUTE, talked=MINUTE, wrote=MINUTE, language="fr")
    answered("c4", on=over, by=ann, at=NOON, talked=MINUTE, wrote=MINUTE)
    answered("c5", on=opened, by=ann, at=NOON + 30 * MINUTE, talked=MINUTE, wrote=None)
    assert memory.load_handled(NOON + 31 * MINUTE) == {
        Kind(rivaal.pk, Stream.D5, "nl"): (
            Handled(NOON + 9 * MINUTE, NOON + 14.5 * MINUTE),
            Handled(NOON, NOON + 4 * MINUTE),
        ),
        Kind(rivaal.pk, Stream.D5, "fr"): (Handled(NOON + 20 * MINUTE, NOON + 22 * MINUTE),),
    }
    assert memory.load_handled(NOON + timedelta(days=1)) == {}


def test_what_a_caller_was_promised_is_stored_and_loaded_again(rivaal: Authority, ann: Agent) -> None:
    world.activation(rivaal, languages=("nl",))
    Agent.objects.update(state=AgentState.WRAP_UP, due_at=NOON + 9 * MINUTE)
    floor = Floor(lines=memory.load_scripts(State.OPEN), agents=memory.load_agents())
    for seconds, event in enumerate(
        [ports.CallArrived("c1", "1771", "", NOON), ports.MessagePlayed("c1", "c1-1")]
    ):
        at = NOON + timedelta(seconds=seconds)
        floor = actions.decide_and_record(
            decide=lambda orders, event=event, at=at, floor=floor: decide(floor, [event], now=at),  # type: ignore[misc]
            at=at,
            max_order_age=MINUTE,
        ).floor
    promised = floor.calls["c1"]
    assert promised.told_by is not None
    assert promised.told_place == 1
    assert memory.load_calls()["c1"] == promised
