"""The states of an agent, and what is kept of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from tocsin.refusals import Refusal

LONGEST_TEAM = 40


class Level(IntEnum):
    """How well somebody has a language or a skill."""

    SOME = 1
    GOOD = 2
    FULL = 3


class AgentState(StrEnum):
    """What an agent is doing, as far as calls are concerned."""

    SIGNED_OUT = "signed_out"
    PAUSED = "paused"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    # Works on something else than calls: writes, looks something up, is briefed.
    ON_TASK = "on_task"


AT_WORK = frozenset({AgentState.READY, AgentState.OFFERED, AgentState.TALKING, AgentState.WRAP_UP})
# In these states only a telephone that stays away for long ends the agent's work.
AT_TELEPHONE = frozenset({AgentState.READY, AgentState.PAUSED, AgentState.ON_TASK, AgentState.TALKING})

# What tires, and what is a break from it where it is long enough.
WORKING = frozenset({AgentState.TALKING, AgentState.WRAP_UP})
AWAY_FROM_CALLS = frozenset({AgentState.SIGNED_OUT, AgentState.PAUSED, AgentState.ON_TASK})
BREAK = timedelta(minutes=5)
# After so much of it the desk advises a break. Directive 90/270/EEC, article 7, asks for "breaks or changes of
# activity" and names no figure; this one is ours, and nobody is forced.
BREAK_ADVISED = timedelta(minutes=90)


@dataclass(frozen=True, slots=True)
class AgentChange:
    """One change of an agent's state, as it is kept in the journal."""

    agent: int
    before: AgentState
    after: AgentState
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The present state of an agent, as it is kept. `call` is the key of the call concerned, or empty."""

    agent: int
    state: AgentState
    since: datetime
    idle_since: datetime
    d2_time: timedelta
    d2_away: timedelta
    d2_rested_at: datetime | None
    reason: str
    missed: int
    call: str
    connected: bool
    due_at: datetime | None


def worked_since_break(stretches: Iterable[tuple[AgentState, timedelta]]) -> timedelta:
    """How long an agent has spoken and written since the last break, from how long the agent was in which state,
    the oldest first. A shorter pause is no break; other work is one, as a change of activity.

    >>> talking, minute = AgentState.TALKING, timedelta(minutes=1)
    >>> hour = [(talking, 50 * minute), (AgentState.PAUSED, 4 * minute), (AgentState.WRAP_UP, 10 * minute)]
    >>> print(worked_since_break(hour), worked_since_break([*hour, (AgentState.ON_TASK, 5 * minute)]))
    1:00:00 0:00:00
    """
    worked = timedelta()
    for state, span in stretches:
        if state in WORKING:
            worked += span
        elif state in AWAY_FROM_CALLS and span >= BREAK:
            worked = timedelta()
    return worked


def team_name(said: str) -> str:
    """The name of a team as it is kept: spaces put in order, empty for none.

    Refuses what is too long, and what has neither a letter nor a digit in it.

    >>> team_name("  Night   shift ")
    'Night shift'
    """
    name = " ".join(said.split())
    if len(name) > LONGEST_TEAM:
        raise Refusal("The name of a team has at most %(longest)d characters.", longest=LONGEST_TEAM)
    if name and not any(letter.isalnum() for letter in name):
        raise Refusal("The name of a team has at least one letter or digit.")
    return name
