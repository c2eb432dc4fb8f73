"""Callers who are passed on, and colleagues who are asked before."""

from dataclasses import dataclass

from django.db.models import Count, Q

from tocsin.accounts.rules import Role
from tocsin.activations.rules import Stream
from tocsin.calls.models import Call, CallStep, Consultation, OutsideNumber
from tocsin.calls.rules import timing
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.transfer import COORDINATOR, EMERGENCY
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState


@dataclass(frozen=True, slots=True)
class AtWork:
    """How many colleagues at work could take a caller now, and how many later."""

    free: int
    busy: int


@dataclass(frozen=True, slots=True)
class Outside:
    """Somebody outside who can be called."""

    name: str
    number: str

    @property
    def is_emergency(self) -> bool:
        """Whether this is 112, for which nobody is asked to agree."""
        return self.number == EMERGENCY


@dataclass(frozen=True, slots=True)
class PassedOn:
    """That another agent passed the caller on, and what came with it."""

    by: str
    topic: int | None


@dataclass(frozen=True, slots=True)
class Consulting:
    """What an agent asks a colleague about a caller, or is asked; `why` is how it ended."""

    asks: bool
    other: str
    stage: Stage
    why: str
    # What is called, where the other is outside.
    number: str

    @property
    def is_emergency(self) -> bool:
        """Whether 112 is called."""
        return self.number == EMERGENCY

    @property
    def is_live(self) -> bool:
        """Whether it goes on."""
        return self.stage is not Stage.ENDED


def directory(*, authority: int, exercise: bool) -> tuple[Outside, ...]:
    """Whom agents may call about a caller: 112 first, then those of the authority by name.

    In an exercise 112 is not called, and of the others the numbers to practise with are.
    """
    rows = OutsideNumber.objects.filter(authority=authority).order_by("name")
    if exercise:
        return tuple(Outside(row.name, row.practice) for row in rows if row.practice)
    return (Outside(EMERGENCY, EMERGENCY), *(Outside(row.name, row.number) for row in rows))


def at_work(*, authority: int, language: str, stream: Stream, besides: int) -> AtWork:
    """The agents who could take a caller of a language and a stream over: who is free now, and who is not."""
    able = Agent.objects.filter(connected=True, serves=authority, languages__has_key=language).exclude(pk=besides)
    if stream is Stream.D2:
        able = able.filter(skills__has_key=Stream.D2, d2_time__lt=timing.D2_LIMIT)
    found = able.aggregate(
        free=Count("pk", filter=Q(state=AgentState.READY)),
        busy=Count("pk", filter=~Q(state__in=(AgentState.READY, AgentState.SIGNED_OUT))),
    )
    return AtWork(free=found["free"], busy=found["busy"])


def coordinators_of(*, authority: int, language: str, stream: Stream, besides: int) -> list[Agent]:
    """The coordinators of an authority who are agents, too, and could take such a caller over, by name."""
    able = Agent.objects.filter(
        serves=authority,
        languages__has_key=language,
        person__memberships__authority=authority,
        person__roles__contains=[Role.COORDINATOR],
    ).exclude(pk=besides)
    if stream is Stream.D2:
        able = able.filter(skills__has_key=Stream.D2)
    return list(able.select_related("person").order_by("person__name", "pk"))


def stream_for(*, call: Call, agent: int) -> Stream | None:
    """In which stream an agent has a call, or had it last; None where it is not theirs."""
    if call.agent_id == agent:
        return Stream(call.stream)
    if asked := _asked(call, agent=agent):
        # Who asks a coordinator stays in the stream.
        return Stream(call.stream if asked.to == COORDINATOR else asked.to)
    spoken = CallStep.objects.filter(call=call, agent=agent, after=CallState.TALKING).order_by("-id")
    stream = spoken.values_list("stream", flat=True).first()
    return Stream(stream) if stream else None


def passed_on(call: Call, *, agent: int, stream: Stream) -> PassedOn | None:
    """Who passed the caller on within this stream or to it, or asks this agent to take the caller over."""
    came = CallStep.objects.filter(call=call, stream=stream, after__in=(CallState.WAITING, CallState.TALKING))
    step = came.filter(reason__has_key="by").exclude(reason__by=agent).order_by("-id").first()
    if step and step.reason:
        by = Agent.objects.select_related("person").filter(pk=step.reason["by"]).first()
        return PassedOn(by.person.name if by else "", step.reason["topic"])
    asked = _asked(call, agent=agent)
    return PassedOn(asked.by.person.name, asked.topic_id) if asked and asked.by else None


def consulting(call: Call, *, agent: int) -> Consulting | None:
    """The consultation that goes on about a call, or has just come to nothing, where the agent has part in it."""
    last = (
        Consultation.objects.filter(call=call)
        .filter(Q(by=agent) | Q(agent=agent))
        .select_related("by__person", "agent__person")
        .order_by("-began_at", "-name")
        .first()
    )
    # The agent who asked has done something since.
    if last is None or (last.stage == Stage.ENDED and last.since < call.since):
        return None
    asks = last.by_id == agent
    other = last.agent if asks else last.by
    return Consulting(asks, other.person.name if other else last.to, Stage(last.stage), last.why, last.number)


def _asked(call: Call, *, agent: int) -> Consultation | None:
    asked = Consultation.objects.filter(call=call, agent=agent).select_related("by__person")
    return asked.order_by("-began_at").first()
