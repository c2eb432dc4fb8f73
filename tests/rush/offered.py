"""The desks of a benchmark, which take the time: how long after an agent's word the screen is told of an offer."""

import heapq
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from tocsin.calls.ports import Verb
from tocsin.project.instance import instance
from tocsin.workforce.rules import AgentState

_ASK = """
WITH asked AS (
    INSERT INTO calls_deskorder (agent_id, verb, call, reason, "to", consent, number, at)
    VALUES (%s, %s, %s, '', '', false, '', now())
)
SELECT pg_notify('tocsin_switchboard', 'orders')
"""


@dataclass
class Desks:
    """Every agent takes what is offered, talks for so long, and says at once to be done with it."""

    talk_seconds: float
    # One agent after the other comes in, so long apart.
    apart_seconds: float
    # Milliseconds from the agent's word to the news of the offer.
    waited_ms: list[float] = field(default_factory=list)
    _free_since: dict[int, float] = field(default_factory=dict)
    # When whom to have say what about which call.
    _planned: list[tuple[float, int, Verb, str]] = field(default_factory=list)
    _seen: dict[int, tuple[str, str]] = field(default_factory=dict)

    def work(self, agents: Sequence[int], *, samples: int, patience_seconds: float) -> list[float]:
        """Let the agents come in and work until there are so many samples; TimeoutError where they do not come."""
        began = time.perf_counter()
        self._planned = [
            (began + place * self.apart_seconds, agent, Verb.READY, "") for place, agent in enumerate(agents)
        ]
        # News have a connection to themselves: none is read beside something else.
        with (
            psycopg.connect(instance.database_dsn, autocommit=True) as news,
            psycopg.connect(instance.database_dsn, autocommit=True) as desks,
        ):
            news.execute("LISTEN tocsin_live")
            while len(self.waited_ms) < samples:
                now = time.perf_counter()
                if now - began > patience_seconds:
                    raise TimeoutError(f"{len(self.waited_ms)} offers of {samples} in {patience_seconds} s.")
                while self._planned and self._planned[0][0] <= now:
                    _, agent, verb, call = heapq.heappop(self._planned)
                    self._ask(desks, agent, verb, call)
                due = self._planned[0][0] - now if self._planned else 1
                if list(news.notifies(timeout=min(due, 1), stop_after=1)):
                    self._look(desks, told_at=time.perf_counter())
        return self.waited_ms

    def _ask(self, desks: psycopg.Connection, agent: int, verb: Verb, call: str) -> None:
        if verb in (Verb.READY, Verb.DONE):
            self._free_since[agent] = time.perf_counter()
        desks.execute(_ASK, (agent, verb, call))

    def _look(self, desks: psycopg.Connection, *, told_at: float) -> None:
        """See what has become of the agents, and have each say once what follows."""
        for agent, state, call in desks.execute("SELECT id, state, call FROM workforce_agent").fetchall():
            if self._seen.get(agent) == (state, call):
                continue
            self._seen[agent] = state, call
            match state:
                case AgentState.OFFERED:
                    if since := self._free_since.pop(agent, None):
                        self.waited_ms.append((told_at - since) * 1000)
                    self._ask(desks, agent, Verb.ACCEPT, call)
                case AgentState.TALKING:
                    heapq.heappush(self._planned, (told_at + self.talk_seconds, agent, Verb.HANG_UP, call))
                case AgentState.WRAP_UP:
                    self._ask(desks, agent, Verb.DONE, call)
