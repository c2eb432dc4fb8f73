"""An activation and calls of the past, as the tables keep them."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from tests.journals import AGENTS, BESIDE, Journal
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation, ActivationStep
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority, Number
from tocsin.calls import models as calls
from tocsin.calls.rules.states import CallState
from tocsin.workforce.models import Agent, TeamStep

NOON = datetime(2026, 3, 7, 12, tzinfo=UTC)


def an_activation(
    *, opened_at: datetime, digits: str = "1771", kind: Kind = Kind.REAL, key: int = 1
) -> Activation:
    authority, _ = Authority.objects.get_or_create(
        slug="crisis-centre", defaults={"name": "Crisis centre", "languages": ["nl", "fr"]}
    )
    number, _ = Number.objects.get_or_create(digits=digits)
    activation = Activation.objects.create(
        authority=authority,
        number=number,
        key=key,
        title="Flood",
        kind=kind,
        languages=["nl", "fr"],
        timezone="Europe/Brussels",
        state=State.OPEN,
        ordered_at=opened_at,
    )
    ActivationStep.objects.create(activation=activation, before=State.ORDERED, after=State.OPEN, at=opened_at)
    return activation


def take_call(
    *, activation: Activation, arrived_at: datetime, waited: float = 10, talked: float | None = 240, leg: str
) -> None:
    """Write a call that waited so many seconds and, unless `talked` is None, was answered; it has ended."""
    end = arrived_at + timedelta(seconds=waited + (talked or 0))
    story = [(CallState.WAITING, arrived_at)]
    if talked is not None:
        story.append((CallState.TALKING, arrived_at + timedelta(seconds=waited)))
    keep_call(activation=activation, story=[*story, (CallState.ENDED, end)], leg=leg)


def keep_call(*, activation: Activation, story: list[tuple[CallState, datetime]], leg: str) -> None:
    state, since = story[-1]
    calls.Call.objects.create(
        leg=leg,
        number="1771",
        caller_mark=leg,
        activation=activation,
        language="nl",
        state=state,
        since=since,
        arrived_at=story[0][1],
    )
    befores = ["", *(state for state, _ in story)]
    calls.CallStep.objects.bulk_create(
        calls.CallStep(
            call_id=leg, activation=activation, before=before, after=after, at=at, language="nl", why="test"
        )
        for before, (after, at) in zip(befores, story, strict=False)
    )


def keep_journal(
    journal: Journal, *, activation: Activation, beside: Activation | None = None, written: int = 0
) -> int:
    """Put a journal into the tables, but for the steps already written; answers how many there are now.

    `beside` is the second incident, where the number that has two is not taken for one with all others.
    """
    of = defaultdict(lambda: activation, {BESIDE: beside or activation})
    agents = agents_of(activation, began=journal.began, now=journal.now)
    answer, _ = activation.keypad_answers.get_or_create(
        language="nl", key=3, defaults={"question": "Waar?", "text": "Hier.", "at": journal.now}
    )
    calls.Call.objects.bulk_create(
        (
            calls.Call(
                leg=call.leg,
                number=call.number,
                caller_mark=call.caller,
                activation=of[call.activation or 0],
                language=call.language,
                stream=call.stream,
                state=call.state,
                since=call.since,
                arrived_at=call.arrived_at,
                queued_at=call.queued_at,
                answered=call.answered,
                heard=answer if call.heard else None,
            )
            for call in journal.calls.values()
        ),
        update_conflicts=True,
        unique_fields=["leg"],
        update_fields=["activation", "language", "stream", "state", "since", "queued_at", "answered", "heard"],
    )
    calls.CallStep.objects.bulk_create(
        calls.CallStep(
            call_id=step.leg,
            activation=of[step.activation or 0],
            before=step.before,
            after=step.after,
            at=step.at,
            agent=agents[step.agent] if step.agent else None,
            language=step.language,
            stream=step.stream,
            why=step.why,
            answer=answer if step.answer else None,
        )
        for step in journal.steps[written:]
    )
    return len(journal.steps)


def agents_of(activation: Activation, *, began: datetime, now: datetime) -> dict[int, Agent]:
    """The agents of a journal, by the key that they have there; the first changed the team and left it."""
    agents = {}
    for key in AGENTS:
        person, _ = Person.objects.get_or_create(
            email=f"agent{key}@example.org", defaults={"name": f"Agent {key}"}
        )
        defaults = {"languages": {"nl": 2}, "since": began, "idle_since": began}
        agents[key], is_new = Agent.objects.get_or_create(person=person, defaults=defaults)
        if is_new and key == AGENTS[0]:
            for third, team in enumerate(("Noord", "Zuid", "")):
                at = began + third * (now - began) / 3
                TeamStep.objects.create(agent=agents[key], authority=activation.authority, team=team, at=at)
    return agents
