"""A line that was open over a weekend, and the calls it had."""

from datetime import UTC, datetime, timedelta

from tests import world
from tocsin.activations.models import Activation, ActivationStep
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call, CallStep
from tocsin.calls.rules.states import CallState


def closed_activation(authority: Authority, *, kind: Kind = Kind.REAL) -> Activation:
    """Open from a Friday morning to the Monday after, in Brussels."""
    made = world.activation(authority, kind=kind, state=State.CLOSED)
    opened_at = datetime(2026, 3, 6, 7, tzinfo=UTC)
    for after, at in ((State.OPEN, opened_at), (State.CLOSING, opened_at + timedelta(days=3))):
        ActivationStep.objects.create(activation=made, before="", after=after, at=at)
    return made


def keep_call(
    activation: Activation,
    *,
    arrived_at: datetime,
    leg: str,
    language: str = "nl",
    caller: str = "",
    waited: float = 10,
    answered: bool = True,
) -> None:
    """Write a call that waited so many seconds, was answered or not, and has ended."""
    heard_at = arrived_at + timedelta(seconds=waited)
    story = [(CallState.WAITING, arrived_at)]
    if answered:
        story.append((CallState.TALKING, heard_at))
    story.append((CallState.ENDED, heard_at + answered * timedelta(minutes=4)))
    Call.objects.create(
        leg=leg,
        number="1771",
        caller_mark=caller or f"mark-{leg}",
        activation=activation,
        language=language,
        state=CallState.ENDED,
        since=story[-1][1],
        arrived_at=arrived_at,
    )
    for after, at in story:
        CallStep.objects.create(
            call_id=leg, activation=activation, before="", after=after, at=at, language=language, why=""
        )


def flood_of(authority: Authority) -> Activation:
    """One call on Friday, three on Saturday, two on Sunday, none on Monday."""
    made = closed_activation(authority)
    for day, calls in {6: 1, 7: 3, 8: 2}.items():
        for n in range(calls):
            arrived_at = datetime(2026, 3, day, 9 + n, 30, tzinfo=UTC)
            keep_call(made, arrived_at=arrived_at, leg=f"leg-{day}-{n}", language="fr" if n else "nl")
    return made
