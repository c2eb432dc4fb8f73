"""Builders: the smallest piece of world a test needs, made through the models."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation, FrontMessage, HearingTerms, KeypadAnswer
from tocsin.activations.rules import Kind, State
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority, Membership, Number
from tocsin.calls.models import Call, Caller, Tape
from tocsin.workforce.models import Agent

NOON = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


def authority(name: str = "Rivaal", *, number: str = "1771") -> Authority:
    """A municipality with a number of its own or one it shares."""
    made = Authority.objects.create(name=name, slug=name.lower(), languages=["nl", "fr"])
    made.numbers.add(Number.objects.get_or_create(digits=number)[0])
    return made


def person(name: str, *roles: Role, acts_for: Authority | None = None) -> Person:
    """Somebody who signs in with PASSWORD."""
    made = Person.objects.create_user(
        f"{name.lower()}@example.org", PASSWORD, name=name, roles=[role.value for role in roles]
    )
    if acts_for:
        Membership.objects.create(authority=acts_for, person=made)
    return made


def agent(
    name: str, languages: Sequence[str], *, serves: Authority, skills: Mapping[str, int] | None = None
) -> Agent:
    """An agent who is signed out, and fluent in the languages."""
    made = Agent.objects.create(
        person=person(name, Role.AGENT),
        languages=dict.fromkeys(languages, 2),
        skills=skills or {},
        since=NOON,
        idle_since=NOON,
    )
    made.serves.add(serves)
    return made


def activation(
    of: Authority,
    *,
    languages: Sequence[str] = ("nl", "fr"),
    kind: Kind = Kind.EXERCISE,
    state: State = State.OPEN,
    key: int = 1,
    name: str = "",
) -> Activation:
    """An activation on the authority's first number, with a front message in each language, and maybe a name."""
    made = Activation.objects.create(
        authority=of,
        number=of.numbers.first(),
        key=key,
        title="Rook boven de haven",
        kind=kind.value,
        languages=list(languages),
        timezone=of.timezone,
        state=state.value,
        ordered_at=NOON,
    )
    for language in languages:
        FrontMessage.objects.create(activation=made, language=language, text=f"Bericht ({language}).", at=NOON)
        if name:
            made.incident_names.create(language=language, text=f"{name} ({language}).", at=NOON)
    return made


def closed(activation: Activation, *, at: datetime = NOON) -> Activation:
    """An activation that was open, and is closed for good."""
    for before, after in ((State.ORDERED, State.OPEN), (State.OPEN, State.CLOSING), (State.CLOSING, State.CLOSED)):
        activation.steps.create(before=before.value, after=after.value, at=at)
    activation.state = State.CLOSED.value
    activation.save(update_fields=["state"])
    return activation


def keypad_answer(
    on: Activation, *, language: str = "nl", key: int = 3, question: str = "Waar slapen?"
) -> KeypadAnswer:
    """A question that is in force on a key."""
    return KeypadAnswer.objects.create(
        activation=on, language=language, key=key, question=question, text="In hal 5.", at=NOON
    )


def question(
    on: Activation, *, leg: str = "q1", stream: str = "d5", language: str = "nl", caller: str = ""
) -> Tape:
    """A question that was left by voice at noon and is kept, without its file; `caller` empty hides the number."""
    left = {"state": "ended", "since": NOON, "arrived_at": NOON, "number": "1771", "language": language}
    call = Call.objects.create(leg=leg, activation=on, stream=stream, **left)
    terms = HearingTerms.objects.get_or_create(
        activation=on,
        questions=True,
        defaults={
            "basis": "Public task",
            "article": "GDPR, article 6(1)(e)",
            "notices": {},
            "days": 30,
            "at": NOON,
        },
    )[0]
    with acting_as_centre():
        if caller:
            Caller.objects.create(call=call, authority=on.authority, number=caller, at=NOON)
        return Tape.objects.create(
            name=f"{leg}-tape-1",
            call=call,
            activation=on,
            authority=on.authority,
            stream=stream,
            language=language,
            question=True,
            terms=terms,
            began_at=NOON,
            ended_at=NOON,
            seconds=9,
            whole=True,
            kept_at=NOON,
            sha256="f" * 64,
        )
