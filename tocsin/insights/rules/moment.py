"""This moment: who waits in which language, who is there to answer, and whether it goes well."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.calls.rules.states import CONVERSATION, IN_LINE, CallState
from tocsin.insights.rules.figures import TARGET
from tocsin.workforce.rules import AT_WORK, AgentState

# Past this, callers start to leave (median patience 293 s at a bank) and to call again.
TOO_LONG = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that has not ended; `since` is when its wait began (`Course.waiting_since`)."""

    language: str
    state: CallState
    since: datetime


@dataclass(frozen=True, slots=True)
class AgentNow:
    """An agent who is signed in: what the agent does, and since when."""

    name: str
    languages: tuple[str, ...]
    state: AgentState
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """Since when callers wait in line in one language, the oldest first, and how many could answer them."""

    language: str
    since: tuple[datetime, ...]
    ready: int
    at_work: int


@dataclass(frozen=True, slots=True)
class Moment:
    """The live calls. `longest_since` is None where nobody waits, in line or in the switch's fallback."""

    listening: int
    fallback: int
    in_line: int
    talking: int
    longest_since: datetime | None
    queues: tuple[Queue, ...]

    @property
    def waiting(self) -> int:
        """All who wait, whether the switchboard has them in line or not."""
        return self.in_line + self.fallback


def moment(calls: Collection[LiveCall], *, agents: Collection[AgentNow], languages: Iterable[str]) -> Moment:
    """The moment, from the live calls; a queue for every language given or waited in."""
    queues: dict[str, list[datetime]] = {language: [] for language in languages}
    for call in calls:
        if call.state in IN_LINE:
            queues.setdefault(call.language, []).append(call.since)
    states = [call.state for call in calls]
    waiting = [call.since for call in calls if call.state in IN_LINE or call.state is CallState.FALLBACK]
    return Moment(
        listening=states.count(CallState.GREETING) + states.count(CallState.INFORMING),
        fallback=states.count(CallState.FALLBACK),
        in_line=sum(state in IN_LINE for state in states),
        talking=sum(state in CONVERSATION for state in states),
        longest_since=min(waiting, default=None),
        queues=tuple(queue_of(language, since, agents) for language, since in queues.items()),
    )


def queue_of(language: str, since: Iterable[datetime], agents: Collection[AgentNow]) -> Queue:
    """The queue of one language."""
    speakers = [agent for agent in agents if language in agent.languages]
    return Queue(
        language=language,
        since=tuple(sorted(since)),
        ready=sum(agent.state is AgentState.READY for agent in speakers),
        at_work=sum(agent.state in AT_WORK for agent in speakers),
    )


class Strain(StrEnum):
    """What the longest wait means to those who wait."""

    NONE = "none"
    FELT = "felt"
    TOO_MUCH = "too_much"


def strain(moment: Moment, *, now: datetime) -> Strain:
    """What the longest wait means now."""
    waited = now - moment.longest_since if moment.longest_since else timedelta()
    if waited > TOO_LONG:
        return Strain.TOO_MUCH
    return Strain.FELT if waited > TARGET else Strain.NONE


class Verdict(StrEnum):
    """What a coordinator must see first, the worst first."""

    SWITCHBOARD_AWAY = "switchboard_away"
    SWITCH_AWAY = "switch_away"
    NOBODY_ANSWERS = "nobody_answers"
    WAITS_TOO_LONG = "waits_too_long"
    LANGUAGE_UNANSWERED = "language_unanswered"
    CALLERS_WAIT = "callers_wait"
    NOBODY_AT_WORK = "nobody_at_work"
    GOES_WELL = "goes_well"


def verdict(
    *, moment: Moment, agents: Collection[AgentNow], switchboard: bool, switch: bool, now: datetime
) -> Verdict:
    """How it goes, in one word; `switchboard` and `switch` say whether these are there."""
    if not switchboard:
        return Verdict.SWITCHBOARD_AWAY
    return _answering(moment, agents, now=now) if switch else Verdict.SWITCH_AWAY


def _answering(moment: Moment, agents: Collection[AgentNow], *, now: datetime) -> Verdict:
    """How it goes where everything is there to answer with."""
    is_anybody_at_work = any(agent.state in AT_WORK for agent in agents)
    if moment.in_line and not is_anybody_at_work:
        return Verdict.NOBODY_ANSWERS
    felt = strain(moment, now=now)
    if felt is Strain.TOO_MUCH:
        return Verdict.WAITS_TOO_LONG
    if unanswered(moment):
        return Verdict.LANGUAGE_UNANSWERED
    if felt is Strain.FELT:
        return Verdict.CALLERS_WAIT
    return Verdict.GOES_WELL if is_anybody_at_work else Verdict.NOBODY_AT_WORK


def unanswered(moment: Moment) -> tuple[str, ...]:
    """The languages in which callers wait and nobody at work answers."""
    return tuple(queue.language for queue in moment.queues if queue.since and not queue.at_work)
