"""This moment: who waits in which language and stream, who is there to answer, and whether it goes well."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from tocsin.activations.rules import Stream
from tocsin.calls.rules.states import CONVERSATION, IN_LINE, CallState
from tocsin.insights.rules.figures import TARGET
from tocsin.workforce.rules import AT_WORK, AgentState

LISTENING = frozenset({CallState.GREETING, CallState.INFORMING, CallState.CHOOSING})
# Past this, callers start to leave (median patience 293 s at a bank) and to call again.
TOO_LONG = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that has not ended; `since` is when its wait began (`Course.waiting_since`)."""

    language: str
    state: CallState
    since: datetime
    stream: Stream = Stream.D5


class Wanted(NamedTuple):
    """What callers who wait for the same agents have in common."""

    language: str
    stream: Stream = Stream.D5


@dataclass(frozen=True, slots=True)
class AgentNow:
    """An agent who is signed in: what the agent does, and since when."""

    name: str
    languages: tuple[str, ...]
    state: AgentState
    since: datetime
    reason: str = ""
    # The agent's key, for whoever asks something of the agent.
    id: int = field(default=0, compare=False)
    # Whose calls the agent may take; and those not for now, because of a break from victims, which ends
    # at `rested_at` (None: has yet to begin).
    takes: frozenset[Wanted] = frozenset()
    rests_from: frozenset[Wanted] = frozenset()
    rested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Since when callers wait in line in one language and stream, the oldest first, and how many could answer."""

    wanted: Wanted
    since: tuple[datetime, ...]
    ready: int
    at_work: int
    # At work, but in a break from victims and relatives; and when the first of these is over, where that is known.
    resting: int = 0
    rested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The live calls. `longest_since` is None where nobody waits, in line or in the switch's fallback;
    `longest_in_reach` is of those alone whom somebody at work may take, and of those in the fallback."""

    listening: int
    fallback: int
    in_line: int
    talking: int
    longest_since: datetime | None
    longest_in_reach: datetime | None
    queues: tuple[Queue, ...]

    @property
    def waiting(self) -> int:
        """All who wait, whether the switchboard has them in line or not."""
        return self.in_line + self.fallback


@dataclass(frozen=True, slots=True)
class CallBackOwed:
    """A call-back that was promised and whose caller was not reached yet, after so many attempts; of which so many
    did not come to the number's network."""

    promised_by: datetime
    attempts: int
    outages: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """How many callers are to be called back; by when the first of those was promised to be who were never called,
    None where there is none or somebody is late; how many are late; and how many were dialled in vain, because the
    trunk or the network did not carry a single call to them."""

    callers: int
    next_by: datetime | None
    late: int
    out_of_reach: int = 0


def owed(call_backs: Collection[CallBackOwed], *, now: datetime) -> Owed:
    """What is owed to those who hung up; whoever was called once and did not answer was called in time."""
    never_called = [each for each in call_backs if each.attempts == each.outages]
    late = sum(each.promised_by < now for each in never_called)
    next_by = None if late else min((each.promised_by for each in never_called), default=None)
    return Owed(len(call_backs), next_by, late, sum(each.attempts > 0 for each in never_called))


def moment(
    calls: Collection[LiveCall],
    *,
    agents: Collection[AgentNow],
    languages: Iterable[str],
    streams: Collection[Stream] = (Stream.D5,),
) -> Moment:
    """The moment, from the live calls; a queue for every language given, in each stream, or waited in."""
    queues: dict[Wanted, list[datetime]] = {Wanted(*each): [] for each in product(languages, streams)}
    for call in calls:
        if call.state in IN_LINE:
            queues.setdefault(Wanted(call.language, call.stream), []).append(call.since)
    states = [call.state for call in calls]
    fallback = [call.since for call in calls if call.state is CallState.FALLBACK]
    shown = tuple(queue_of(wanted, since, agents) for wanted, since in queues.items())
    return Moment(
        listening=sum(state in LISTENING for state in states),
        fallback=len(fallback),
        in_line=sum(state in IN_LINE for state in states),
        talking=sum(state in CONVERSATION for state in states),
        longest_since=min([*fallback, *(since for queue in shown for since in queue.since)], default=None),
        longest_in_reach=min(
            [*fallback, *(since for queue in shown if queue.at_work for since in queue.since)], default=None
        ),
        queues=shown,
    )


def queue_of(wanted: Wanted, since: Iterable[datetime], agents: Collection[AgentNow]) -> Queue:
    """The queue of one language and stream."""
    at_work = [agent for agent in agents if agent.state in AT_WORK]
    able = [agent for agent in at_work if wanted in agent.takes]
    resting = [agent for agent in at_work if wanted in agent.rests_from]
    return Queue(
        wanted=wanted,
        since=tuple(sorted(since)),
        ready=sum(agent.state is AgentState.READY for agent in able),
        at_work=len(able),
        resting=len(resting),
        rested_at=min((agent.rested_at for agent in resting if agent.rested_at), default=None),
    )


class Strain(StrEnum):
    """What the longest wait means to those who wait."""

    NONE = "none"
    FELT = "felt"
    TOO_MUCH = "too_much"


def strain(moment: Moment, *, now: datetime, target: timedelta = TARGET) -> Strain:
    """What the longest wait means now."""
    waited = now - moment.longest_since if moment.longest_since else timedelta()
    if waited > TOO_LONG:
        return Strain.TOO_MUCH
    return Strain.FELT if waited > target else Strain.NONE


class Verdict(StrEnum):
    """What a coordinator must see first, the worst first."""

    SWITCHBOARD_AWAY = "switchboard_away"
    SWITCH_AWAY = "switch_away"
    NOBODY_ANSWERS = "nobody_answers"
    WAITS_TOO_LONG = "waits_too_long"
    CALL_BACKS_LATE = "call_backs_late"
    QUEUE_UNANSWERED = "queue_unanswered"
    CALLERS_WAIT = "callers_wait"
    MORE_WAIT_THAN_WORK = "more_wait_than_work"
    NOBODY_AT_WORK = "nobody_at_work"
    GOES_WELL = "goes_well"


def verdict(
    *,
    moment: Moment,
    agents: Collection[AgentNow],
    late: int,
    switchboard: bool,
    switch: bool,
    now: datetime,
    target: timedelta = TARGET,
) -> Verdict:
    """How it goes, in one word; `late` call-backs are owed, and `switchboard` and `switch` say whether these are
    there."""
    if not switchboard:
        return Verdict.SWITCHBOARD_AWAY
    if not switch:
        return Verdict.SWITCH_AWAY
    return _answering(moment, agents, late=late, now=now, target=target)


def _answering(
    moment: Moment, agents: Collection[AgentNow], *, late: int, now: datetime, target: timedelta
) -> Verdict:
    """How it goes where everything is there to answer with."""
    at_work = sum(agent.state in AT_WORK for agent in agents)
    felt = strain(moment, now=now, target=target)
    if moment.in_line and not at_work:
        return Verdict.NOBODY_ANSWERS
    if moment.longest_in_reach and now - moment.longest_in_reach > TOO_LONG:
        return Verdict.WAITS_TOO_LONG
    if late:
        return Verdict.CALL_BACKS_LATE
    if unanswered(moment):
        return Verdict.QUEUE_UNANSWERED
    if felt is Strain.FELT:
        return Verdict.CALLERS_WAIT
    # A flood begins before anybody has waited for long.
    calm = Verdict.GOES_WELL if at_work else Verdict.NOBODY_AT_WORK
    return Verdict.MORE_WAIT_THAN_WORK if moment.waiting > at_work > 0 else calm


def unanswered(moment: Moment) -> tuple[Wanted, ...]:
    """The languages and streams in which callers wait and nobody at work may take them."""
    return tuple(queue.wanted for queue in moment.queues if queue.since and not queue.at_work)
