"""What an agent's desk shows. PERSONAL marks reads of numbers and notes, which need `viewing` around them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min, OuterRef, Prefetch, QuerySet, Subquery

from tocsin.accounts.rules import Role
from tocsin.activations.queries import live_activations
from tocsin.activations.rules import Kind, Stream
from tocsin.calls.models import (
    Broadcast,
    Call,
    Caller,
    CallStep,
    HelpStep,
    Note,
    Pulse,
    Sms,
    TelephoneLogin,
    Topic,
)
from tocsin.calls.queries.passing import Consulting, PassedOn, consulting, passed_on, stream_for
from tocsin.calls.rules.help import Help
from tocsin.calls.rules.returning import midnight
from tocsin.calls.rules.seal import Row, steps_digest
from tocsin.calls.rules.sms import SmsState
from tocsin.calls.rules.states import CallState
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent, AgentStep
from tocsin.workforce.rules import AgentState

# A switchboard that has said nothing for this long is away.
SILENT_SWITCHBOARD = timedelta(seconds=10)
MOST_EARLIER_CALLS = 20
# The kind of logbook line that seals the steps of one batch.
BATCH = "calls.decided"


@dataclass(frozen=True, slots=True)
class CallOnDesk:
    """The call that an agent is offered, speaks with or wraps up, without anything about the person."""

    leg: str
    number: str
    language: str
    # Those of the line.
    languages: tuple[str, ...]
    # The one in which the agent has the call.
    stream: Stream
    passed_on: PassedOn | None
    consulting: Consulting | None
    state: CallState
    since: datetime
    arrived_at: datetime
    # When an agent first spoke with the caller; None while nobody did.
    answered_at: datetime | None
    ended_at: datetime | None
    first_in_line: bool
    # Hung up, and waits to be called back.
    to_be_dialled: bool
    authority: int
    authority_name: str
    activation_title: str
    exercise: bool
    timezone: str
    # The tape that runs, and what was asked for of tapes in this call.
    tape: str
    taping: str


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
class WaitingCallers:
    """Who waits for an agent, of those that the agent may be offered."""

    waiting: int
    longest_since: datetime | None


@dataclass(frozen=True, slots=True)
class Presence:
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
    stream = stream_for(call=call, agent=agent.pk) or Stream(call.stream)
    return CallOnDesk(
        leg=call.pk,
        number=call.number,
        language=call.language,
        languages=tuple(call.activation.languages),
        stream=stream,
        passed_on=passed_on(call, agent=agent.pk, stream=stream),
        consulting=consulting(call, agent=agent.pk),
        state=state,
        since=call.since,
        arrived_at=call.arrived_at,
        answered_at=call.answered_at,
        ended_at=call.since if state is CallState.ENDED else None,
        first_in_line=call.first_in_line,
        to_be_dialled=call.promised_by is not None and not call.dialled,
        authority=call.activation.authority_id,
        authority_name=call.activation.authority.name,
        activation_title=call.activation.title,
        exercise=call.activation.kind == Kind.EXERCISE,
        timezone=call.activation.timezone,
        tape=call.tape,
        taping=call.taping,
    )


def number_of_caller(*, call: str) -> str:
    """PERSONAL. The number to call back, or that of the call, in E.164; empty where hidden or not to be seen."""
    caller = Caller.objects.filter(pk=call).first()
    return (caller.call_back or caller.number) if caller else ""


def earlier_calls(*, number: str, before: CallOnDesk) -> tuple[EarlierCall, ...]:
    """PERSONAL. Calls from the same number earlier on the same local day, the latest first.

    Only those to the same authority, and real ones apart from exercises, whatever else the viewer may see. Who
    gives information does not learn here that somebody called as a victim or a relative, and whom they spoke with.
    """
    callers = (
        Caller.objects.filter(
            number=number,
            authority=before.authority,
            call__activation__kind=Kind.EXERCISE if before.exercise else Kind.REAL,
            call__stream__in={Stream.D5, before.stream},
            at__gte=midnight(before.arrived_at, timezone=before.timezone),
            at__lt=before.arrived_at,
        )
        .exclude(pk=before.leg)
        .select_related("call__agent__person")
        .prefetch_related(
            Prefetch("call__notes", Note.objects.select_related("topic", "agent__person").order_by("-at"))
        )
        .order_by("-at")[:MOST_EARLIER_CALLS]
    )
    return tuple(_earlier(caller.call) for caller in callers)


def _earlier(call: Call) -> EarlierCall:
    note = next(iter(call.notes.all()), None)
    agent = note.agent if note else call.agent
    return EarlierCall(
        arrived_at=call.arrived_at,
        language=call.language,
        answered=call.answered,
        agent=agent.person.name if agent else "",
        topic=note.topic.name if note and note.topic else "",
        text=note.text if note else "",
    )


def note_on(*, call: CallOnDesk, agent: int) -> WrittenNote:
    """PERSONAL. What an agent goes on writing about a call. Where nothing is written yet in the stream, an empty
    note, with the topic that came with a caller who was passed on."""
    note = last_note(call=call.leg, agent=agent, stream=call.stream)
    if note:
        return WrittenNote(note.topic_id, note.text)
    return WrittenNote(call.passed_on.topic if call.passed_on else None, "")


def last_note(*, call: str, agent: int, stream: Stream) -> Note | None:
    """PERSONAL. The agent's own note on a call in a stream; before there is one, the last that another wrote."""
    notes = Note.objects.filter(call=call, stream=stream).select_related("topic").order_by("-at")
    return next((note for note in notes if note.agent_id == agent), None) or next(iter(notes), None)


def topics_of(*, authority: int) -> tuple[tuple[int, str], ...]:
    """What calls of an authority can be about: keys and names of the topics in use, by name."""
    in_use = Topic.objects.filter(authority=authority, retired=False)
    return tuple(in_use.order_by("name").values_list("id", "name"))


def waiting_for(*, agent: Agent) -> WaitingCallers:
    """Those who wait and may be offered to this agent, and since when the first of them has a place in line."""
    found = Call.objects.filter(
        state=CallState.WAITING,
        language__in=list(agent.languages),
        stream__in=[stream for stream in Stream if stream is not Stream.D2 or stream in agent.skills],
        activation__authority__in=agent.serves.all(),
    ).aggregate(waiting=Count("pk"), longest=Min("queued_at"))
    return WaitingCallers(waiting=found["waiting"], longest_since=found["longest"])


def help_in_conversation(*, agent: Agent) -> HelpStep | None:
    """How it stands with the help that an agent asked for in this conversation; None where none was asked for."""
    if agent.state != AgentState.TALKING:
        return None
    steps = HelpStep.objects.filter(agent=agent, call=agent.call).select_related("by")
    return steps.order_by("-id").first()


def help_wanted(*, activation: int) -> list[HelpStep]:
    """The conversations of an activation in which help is asked for now, who asked first before the others."""
    last = HelpStep.objects.filter(agent=OuterRef("agent"), call=OuterRef("call")).order_by("-id")
    steps = HelpStep.objects.filter(
        activation=activation,
        agent__state=AgentState.TALKING,
        agent__call=F("call"),
        pk=Subquery(last.values("pk")[:1]),
    ).exclude(after=Help.OVER)
    return list(steps.select_related("agent__person", "by").order_by("id"))


def unread_broadcasts(*, agent: Agent) -> list[Broadcast]:
    """What the agent has to be told of lines that are open, or closing, and did not read yet; the oldest first."""
    told = Broadcast.objects.filter(
        activation__in=live_activations(), activation__authority__in=agent.serves.all()
    ).exclude(read_by=agent)
    return list(told.select_related("by", "activation").order_by("id"))


def sms_counts(*, activation: int) -> dict[str, int]:
    """How many SMS of an activation are in which state."""
    found = Sms.objects.filter(call__activation=activation).values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in SmsState} | dict(found.order_by())


def admitted_agents() -> QuerySet[Agent]:
    """The agents who may take calls: an administrator lets them in, and gave them the role."""
    return Agent.objects.filter(person__is_active=True, person__roles__contains=[Role.AGENT])


def presence(*, at: datetime) -> Presence:
    """How the switchboard and the telephone switch are, by the switchboard's own word."""
    pulse = Pulse.objects.first()
    speaks = pulse is not None and at - pulse.at < SILENT_SWITCHBOARD
    return Presence(switchboard=speaks, switch=bool(speaks and pulse and pulse.switch_connected))


def called_telephone(*, agent: Agent) -> TelephoneLogin | None:
    """The telephone of an agent that the switch calls; None where the newest telephone is another."""
    newest = TelephoneLogin.objects.filter(agent=agent).order_by("-made_at").first()
    return newest if newest and newest.stage else None


def login_of(*, session: str) -> TelephoneLogin | None:
    """The telephone that was issued to a web session, if any."""
    return TelephoneLogin.objects.filter(session=session).select_related("agent").first()


def journal_broken_at() -> datetime | None:
    """When the journal first differs from what the logbook sealed; None where each step is as it was recorded."""
    # In this order, because more is recorded meanwhile: steps that are looked up here have their line, and every
    # line that is looked up here has its steps.
    newest_call_step = CallStep.objects.aggregate(newest=Max("id", default=0))["newest"]
    newest_agent_step = AgentStep.objects.aggregate(newest=Max("id", default=0))["newest"]
    newest_line = Line.objects.aggregate(newest=Max("id", default=0))["newest"]
    call_steps = _up_to(CallStep.objects.order_by("id").values().iterator())
    agent_steps = _up_to(AgentStep.objects.order_by("id").values().iterator())
    for line in Line.objects.filter(kind=BATCH, id__lte=newest_line).order_by("id").iterator():
        digest = steps_digest(
            call_steps=call_steps(max(line.facts.get("call_steps", []), default=0)),
            agent_steps=agent_steps(max(line.facts.get("agent_steps", []), default=0)),
        )
        if digest != line.facts["digest"]:
            return line.at
    unsealed = [step["at"] for step in call_steps(newest_call_step)]
    unsealed += [step["at"] for step in agent_steps(newest_agent_step)]
    return min(unsealed, default=None)


def _up_to(steps: Iterator[Row]) -> Callable[[int], list[Row]]:
    """Answers a function that takes the steps that follow, as far as the key it is given."""
    upcoming = next(steps, None)

    def take(last: int) -> list[Row]:
        nonlocal upcoming
        taken = []
        while upcoming is not None and upcoming["id"] <= last:
            taken.append(upcoming)
            upcoming = next(steps, None)
        return taken

    return take
