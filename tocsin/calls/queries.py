"""What an agent's desk shows. PERSONAL marks reads of numbers and notes, which need `viewing` around them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, OuterRef, Subquery

from tocsin.activations.rules import Kind
from tocsin.calls.models import Call, Caller, CallStep, Note, Pulse, TelephoneLogin, Topic
from tocsin.calls.rules.states import CallState
from tocsin.workforce.models import Agent

# A switchboard that has said nothing for this long is away.
SILENT_SWITCHBOARD = timedelta(seconds=10)
MOST_EARLIER_CALLS = 20


@dataclass(frozen=True, slots=True)
class CallOnDesk:
    """The call that an agent is offered, speaks with or wraps up, without anything about the person."""

    leg: str
    number: str
    language: str
    state: CallState
    since: datetime
    arrived_at: datetime
    # When an agent first spoke with the caller; None while nobody did.
    answered_at: datetime | None
    ended_at: datetime | None
    first_in_line: bool
    authority: int
    authority_name: str
    activation_title: str
    exercise: bool
    timezone: str


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A call that came from the same number before, with what was written about it."""

    arrived_at: datetime
    language: str
    answered: bool
    agent: str
    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """What is written about a call so far."""

    topic: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """Who waits for an agent, of those that the agent may be offered."""

    waiting: int
    longest_since: datetime | None


@dataclass(frozen=True, slots=True)
class Plant:
    """Whether the switchboard decides, and whether it reaches the telephone switch."""

    switchboard: bool
    switch: bool


def call_on_desk(*, agent: Agent) -> CallOnDesk | None:
    """The call on an agent's desk, if there is one."""
    if not agent.call:
        return None
    answered = CallStep.objects.filter(call=OuterRef("pk"), after=CallState.TALKING).order_by("at", "id")
    call = (
        Call.objects.filter(pk=agent.call, activation__isnull=False)
        .select_related("activation__authority")
        .annotate(answered_at=Subquery(answered.values("at")[:1]))
        .first()
    )
    if call is None or call.activation is None:
        return None
    state = CallState(call.state)
    return CallOnDesk(
        leg=call.pk,
        number=call.number,
        language=call.language,
        state=state,
        since=call.since,
        arrived_at=call.arrived_at,
        answered_at=call.answered_at,
        ended_at=call.since if state is CallState.ENDED else None,
        first_in_line=call.first_in_line,
        authority=call.activation.authority_id,
        authority_name=call.activation.authority.name,
        activation_title=call.activation.title,
        exercise=call.activation.kind == Kind.EXERCISE,
        timezone=call.activation.timezone,
    )


def number_of_caller(*, call: str) -> str:
    """PERSONAL. The number somebody called from, in E.164; empty where it is hidden or not to be seen."""
    return Caller.objects.filter(pk=call).values_list("number", flat=True).first() or ""


def earlier_calls(*, number: str, before: CallOnDesk) -> tuple[EarlierCall, ...]:
    """PERSONAL. Calls from the same number earlier on the same local day, the latest first."""
    zone = ZoneInfo(before.timezone)
    day = before.arrived_at.astimezone(zone).date()
    callers = (
        Caller.objects.filter(
            number=number, at__gte=datetime.combine(day, time(0), tzinfo=zone), at__lt=before.arrived_at
        )
        .exclude(pk=before.leg)
        .select_related("call__agent__person", "call__note__topic", "call__note__agent__person")
        .order_by("-at")[:MOST_EARLIER_CALLS]
    )
    return tuple(_earlier(caller.call) for caller in callers)


def _earlier(call: Call) -> EarlierCall:
    note: Note | None = getattr(call, "note", None)
    agent = note.agent if note else call.agent
    return EarlierCall(
        arrived_at=call.arrived_at,
        language=call.language,
        answered=call.answered,
        agent=agent.person.name if agent else "",
        topic=note.topic.name if note and note.topic else "",
        text=note.text if note else "",
    )


def note_on(*, call: str) -> WrittenNote:
    """PERSONAL. The note on a call; an empty one where nothing is written yet."""
    note = Note.objects.filter(pk=call).first()
    return WrittenNote(note.topic_id, note.text) if note else WrittenNote(None, "")


def topics_of(*, authority: int) -> tuple[tuple[int, str], ...]:
    """What calls of an authority can be about: keys and names, by name."""
    return tuple(Topic.objects.filter(authority=authority).order_by("name").values_list("id", "name"))


def waiting_for(*, agent: Agent) -> Line:
    """Those who wait and may be offered to this agent."""
    found = Call.objects.filter(
        state=CallState.WAITING,
        language__in=agent.languages,
        activation__authority__in=agent.serves.all(),
    ).aggregate(waiting=Count("pk"), longest=Min("arrived_at"))
    return Line(waiting=found["waiting"], longest_since=found["longest"])


def state_of_plant(*, at: datetime) -> Plant:
    """How the switchboard and the telephone switch are, by the switchboard's own word."""
    pulse = Pulse.objects.first()
    speaks = pulse is not None and at - pulse.at < SILENT_SWITCHBOARD
    return Plant(switchboard=speaks, switch=bool(speaks and pulse and pulse.switch_connected))


def login_of(*, session: str) -> TelephoneLogin | None:
    """The telephone that was issued to a web session, if any."""
    return TelephoneLogin.objects.filter(session=session).select_related("agent").first()
