"""What happens around callers and agents in the random model: clocks, lines, lost connections, late news."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.rules.model_exchange import WHICH, ModelExchange
from tests.rules.model_floor import AGENTS_NODE, BEGIN, CALLERS_NODE, INCIDENTS, NODES
from tocsin.calls import ports
from tocsin.calls.rules import hours
from tocsin.calls.rules.incidents import on_one_number
from tocsin.calls.rules.states import CallState


class Circumstances(ModelExchange):
    """Nobody in particular does this."""

    @rule(incident=st.sampled_from(INCIDENTS))
    def an_incident_closes_or_opens(self, incident: int) -> None:
        changed = [
            replace(each, accepts=each.accepts != (each.activation == incident))
            for each in self.floor.lines["1775"].incidents
        ]
        self.floor = replace(self.floor, lines={**self.floor.lines, "1775": on_one_number(changed)})

    @rule()
    def a_line_with_hours_opens_or_closes(self) -> None:
        line = self.floor.lines["1776"]
        changes = hours.closes_at if hours.is_open(line, now=self.now) else hours.opens_at
        at = changes(line, now=self.now)
        assert at
        self.now = at
        self.switchboard_decides(seconds=0, congested=False)

    @rule(languages=st.sampled_from([("nl",), ("fr",), ("nl", "fr")]))
    def a_line_serves_other_languages(self, languages: tuple[str, ...]) -> None:
        lines = {**self.floor.lines, "1771": replace(self.floor.lines["1771"], languages=languages)}
        self.floor = replace(self.floor, lines=lines)

    @rule(places=st.sampled_from([0, 1, 1000]))
    def the_line_has_so_many_places_left(self, places: int) -> None:
        self.places = places

    @rule(hours=st.sampled_from([-1, 1, 24]))
    def clock_is_put(self, hours: int) -> None:
        put = timedelta(hours=hours)
        self.now += put
        # Told before all else that is decided then.
        self.pending.insert(0, ports.ClockPut(put))
        self.switchboard_decides(seconds=0, congested=False)

    @rule(which=WHICH)
    def something_is_told_twice(self, which: int) -> None:
        if told := self.told():
            event = told[which % len(told)]
            self.pending.insert(self.pending.index(event), event)

    @rule(which=WHICH)
    def something_is_told_late(self, which: int) -> None:
        # What was told before a connection was lost is not told after it.
        breaks = [n for n, event in enumerate(self.pending) if isinstance(event, ports.Disconnected)]
        told = self.told(since=breaks[-1] if breaks else 0)
        # Of one leg, the switch tells everything in order.
        last = {event.leg: event for event in told}
        if late := [event for event in told if last[event.leg] is event]:
            event = late[which % len(late)]
            self.pending.remove(event)
            self.pending.append(event)

    def told(self, *, since: int = 0) -> list[ports.SwitchEvent]:
        """What the switch has told of its legs and was not decided yet."""
        return [event for event in self.pending[since:] if hasattr(event, "leg")]

    @rule()
    def connection_is_lost(self) -> None:
        if self.listening:
            self.happen(ports.Disconnected())
            self.listening = False

    @rule()
    def switchboard_restarts(self) -> None:
        # What had happened is forgotten, but for what people asked; of telephones nothing is stored.
        asked = (ports.AgentAsked, ports.CoordinatorAsked)
        self.pending = [event for event in self.pending if isinstance(event, asked)]
        self.listening = False
        self.floor = replace(
            self.floor,
            nodes=frozenset(),
            unsettled={},
            agents={key: replace(agent, leg="") for key, agent in self.floor.agents.items()},
            called_telephones={
                login: replace(called, due_at=None, message="", offered_since=None)
                for login, called in self.floor.called_telephones.items()
            },
            calls={
                leg: replace(
                    call,
                    entered="",
                    ones=(),
                    due_at=None if call.state is CallState.FALLBACK else call.due_at,
                )
                for leg, call in self.floor.calls.items()
            },
        )

    @rule(late=st.booleans())
    def connection_comes_back(self, late: bool) -> None:
        if not self.listening:
            self.listening = True
            there = self.bridges.keys() - self.in_fallback - self.dialled
            # As the daemon does: calls whose end was decided but never told are released first.
            for leg in [leg for leg in sorted(there & self.taken_in) if self.journal[leg] == CallState.ENDED]:
                del self.bridges[leg]
            if late:
                # One of both nodes answers only when what the other told is decided.
                self.happen(self.census_of(CALLERS_NODE))
                self.switchboard_decides(seconds=0, congested=False)
            self.happen(self.census_of(AGENTS_NODE if late else ""))

    def census_of(self, node: str) -> ports.Census:
        """What one node tells, or the whole switch."""

        def told(seen: Mapping[str, Any]) -> dict[str, Any]:
            return {leg: what for leg, what in seen.items() if ports.is_on(leg, node)}

        callers = {
            leg: ports.CallerSeen(self.arrivals[leg], frozenset(legs))
            for leg, legs in self.bridges.items()
            if leg not in self.in_fallback | self.dialled
        }
        dialled = {leg: ports.DialledSeen(answered=False) for leg in self.ringing}
        dialled |= {leg: ports.DialledSeen(answered=up) for leg, up in self.outside.items()}
        for leg in self.dialled & self.bridges.keys():
            dialled[leg] = ports.DialledSeen(answered=True, together_with=frozenset(self.bridges[leg]))
        consults = {leg: frozenset(legs - {leg}) for leg, legs in self.between_agents.items()}
        # Of those who were called, the switch does not know that they are agents.
        for leg, up in self.called.items():
            dialled[leg] = ports.DialledSeen(up, together_with=consults.pop(leg, frozenset()))
        agents = {leg: login for leg, login in self.agent_legs.items() if leg not in self.called}
        return ports.Census(
            callers=told(callers),
            dialled=told(dialled),
            agents=told(agents),
            consults=told(consults),
            listeners=told(self.ears),
            nodes=dict.fromkeys([node] if node else NODES, BEGIN - timedelta(days=365)),
            of=NODES,
        )
