"""An agent as the switchboard sees one, and whom an agent may be offered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.activations.rules import Requirement, Stream
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import Call
from tocsin.workforce.rules import AgentState, Standing


# Without slots, to be changed quickly (`values.changed`).
@dataclass(frozen=True)
class Agent:
    """An agent as the switchboard sees one. `leg` is the agent's connected telephone, or empty."""

    id: int
    # By language and by skill, the level of it.
    languages: Mapping[str, int]
    authorities: frozenset[int]
    state: AgentState
    since: datetime
    idle_since: datetime
    skills: Mapping[str, int] = field(default_factory=dict)
    # Spent with victims and relatives since the last break from them.
    d2_time: timedelta = timedelta()
    # Away from them since, added up until the last conversation with one; and when that makes a break if no
    # other comes before: None while with one, or where no break is needed.
    d2_away: timedelta = timedelta()
    d2_rested_at: datetime | None = None
    leg: str = ""
    # The call offered to or spoken with, or just finished while wrapping up.
    call: str = ""
    missed: int = 0
    reason: str = ""
    due_at: datetime | None = None

    def standing(self) -> Standing:
        """What is kept of this agent; of the telephone only whether it was up, for the screens to show."""
        return Standing(
            agent=self.id,
            state=self.state,
            since=self.since,
            idle_since=self.idle_since,
            d2_time=self.d2_time,
            d2_away=self.d2_away,
            d2_rested_at=self.d2_rested_at,
            reason=self.reason,
            missed=self.missed,
            call=self.call,
            connected=self.leg != "",
            due_at=self.due_at,
        )

    @property
    def is_free(self) -> bool:
        """Whether this agent can be offered a call now."""
        return self.state is AgentState.READY and self.leg != ""

    @property
    def is_awaited(self) -> bool:
        """Whether the telephone was lost in the middle of a conversation, and may come back.

        After a restart, before the census, no telephone is known and none is awaited for that.
        """
        return self.state is AgentState.TALKING and not self.leg and self.due_at is not None

    @property
    def takes_d2(self) -> bool:
        """Whether trained for victims and relatives, and not in need of a break from them."""
        return Stream.D2 in self.skills and self.d2_time < timing.D2_LIMIT

    def may_take(self, call: Call, wanted: Requirement, *, now: datetime, waives_break: bool = False) -> bool:
        """Whether this agent, being free, can be offered this call; never a D2 call without the training.

        A break from victims and relatives that is due is waived by a coordinator alone.
        """
        relaxed = is_relaxed(call, wanted, now=now)
        return (
            call.authority in self.authorities
            and self.languages.get(call.language, 0) >= (1 if relaxed else wanted.language_level)
            and (call.stream is not Stream.D2 or self.takes_d2 or (waives_break and Stream.D2 in self.skills))
            and (relaxed or all(self.skills.get(name, 0) >= level for name, level in wanted.skills.items()))
        )


def is_relaxed(call: Call, wanted: Requirement, *, now: datetime) -> bool:
    """Whether the caller has waited so long that less is asked of the agent."""
    return wanted.relaxed_after is not None and now - call.place.since >= wanted.relaxed_after
