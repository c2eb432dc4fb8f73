"""Whatever happens in whatever order: nobody is lost, with two others, or waiting beside a free agent.

A small model of the switch carries out the moves; events reach the decision late and in batches, as in life.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tocsin.activations.rules import Requirement, Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.line import Line
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import CONVERSATION, DIALLED, QUEUED, CallState, CallStep
from tocsin.calls.rules.switchboard import decide
from tocsin.workforce.rules import AgentState

BEGIN = datetime(2026, 3, 7, tzinfo=UTC)
AGENTS = (1, 2, 3, 4)
CALLERS = st.integers(0, 7)
# States that time alone must end.
PASSING = {
    CallState.GREETING,
    CallState.INFORMING,
    CallState.CHOOSING,
    CallState.RECONNECTING,
    CallState.PROMISED,
    CallState.DIALLING,
    CallState.RETRYING,
}


class Exchange(RuleBasedStateMachine):
    """Callers and agents do as they like; the switchboard decides; a model switch obeys."""

    def __init__(self) -> None:
        super().__init__()
        full = Script(
            1,
            1,
            ("nl", "fr"),
            exercise=False,
            front={"nl": FrontWords("Blijf binnen.")},
            streams=(Stream.D5, Stream.D2),
            requirement=Requirement(language_level=2, relaxed_after=timedelta(seconds=60)),
        )
        # On this number a caller is in line at once: most of what can go wrong happens from there on.
        short = Script(2, 1, ("nl",), exercise=False, call_backs=True)
        # Another authority's, whose agents are others but for one.
        others = Script(3, 2, ("nl",), exercise=False)
        languages = {1: {"nl": 1}, 2: {"nl": 2, "fr": 3}, 3: {"fr": 1}, 4: {"nl": 2}}
        skills = {2: {Stream.D2: 1}, 3: {Stream.D2: 1}}
        serves = {1: {1}, 2: {1, 2}, 3: {1}, 4: {2}}
        self.now = BEGIN
        self.floor = Floor(
            lines={"1771": full, "1772": short, "1773": others},
            agents={
                key: Agent(
                    id=key,
                    languages=languages[key],
                    skills=skills.get(key, {}),
                    authorities=frozenset(serves[key]),
                    state=AgentState.SIGNED_OUT,
                    since=BEGIN,
                    idle_since=BEGIN,
                )
                for key in AGENTS
            },
            logins={f"agent{key}": key for key in AGENTS},
        )
        self.made = 0
        self.pending: list[ports.Event] = []
        self.listening = True
        # The model switch: callers by leg with who is in their bridge, those of them who are in the fallback,
        # agents' legs by leg.
        self.bridges: dict[str, set[str]] = {}
        self.in_fallback: set[str] = set()
        self.arrivals: dict[str, ports.CallArrived] = {}
        self.returning: dict[str, LastCall] = {}
        self.agent_legs: dict[str, str] = {}
        # Numbers that ring, and those that were answered: these have a bridge.
        self.ringing: set[str] = set()
        self.dialled: set[str] = set()
        self.journal: dict[str, str] = {}
        self.taken_in: set[str] = set()

    @initialize(ready=st.booleans())
    def agents_come_in(self, ready: bool) -> None:
        for agent in AGENTS:
            self.agent_connects(agent)
            if ready:
                self.pending.append(ports.AgentAsked(agent, Verb.READY))
        self.switchboard_decides(seconds=0, congested=False)

    def happen(self, *events: ports.SwitchEvent) -> None:
        # What happens while nobody listens is never told.
        if self.listening:
            self.pending += events

    @rule(
        number=st.sampled_from(["1771", "1772", "1773"]),
        before=st.sampled_from([None, "nl", "fr"]),
        caller=st.sampled_from(["+32470112233", ""]),
    )
    def somebody_calls(self, number: str, before: str | None, caller: str) -> None:
        self.made += 1
        leg = f"c{self.made}"
        if before:
            # Gave up in line a moment ago, having heard the message.
            self.returning[leg] = LastCall(before, CallState.ENDED, self.now, BEGIN, self.now, answered=False)
        self.arrivals[leg] = ports.CallArrived(leg, number, caller, self.now)
        self.bridges[leg] = set()
        self.happen(self.arrivals[leg])

    @rule(which=CALLERS, key=st.sampled_from("123*#"))
    def caller_presses(self, which: int, key: str) -> None:
        if leg := _pick(self.bridges, which):
            self.happen(ports.KeyPressed(leg, key))

    @rule(which=CALLERS)
    def message_ends(self, which: int) -> None:
        leg = _pick(self.bridges, which)
        if leg and leg in self.floor.calls:
            self.happen(ports.MessagePlayed(leg, self.floor.calls[leg].message))

    @rule(which=CALLERS)
    def caller_hangs_up(self, which: int) -> None:
        if leg := _pick(self.bridges, which):
            del self.bridges[leg]
            if leg not in self.in_fallback:
                self.happen(ports.LegEnded(leg))
            self.in_fallback.discard(leg)

    @rule(which=CALLERS)
    def whoever_waits_asks_to_be_called_back(self, which: int) -> None:
        waiting = [leg for leg, call in self.floor.calls.items() if call.state is CallState.WAITING]
        leg = _pick(waiting, which)
        if leg and leg in self.bridges:
            self.happen(ports.KeyPressed(leg, "1"), ports.KeyPressed(leg, "1"))

    @rule()
    def somebody_is_called_back(self) -> None:
        for agent in AGENTS:
            self.pending.append(ports.AgentAsked(agent, Verb.PAUSE))
        self.somebody_calls("1772", before=None, caller="+32470112233")
        self.switchboard_decides(seconds=0, congested=False)
        leg = f"c{self.made}"
        if leg in self.bridges:
            self.happen(ports.KeyPressed(leg, "1"), ports.KeyPressed(leg, "1"))
        self.pending += [ports.AgentAsked(agent, Verb.READY) for agent in AGENTS]
        self.switchboard_decides(seconds=0, congested=False)
        self.whoever_is_offered_a_call_accepts()
        self.switchboard_decides(seconds=0, congested=False)

    @rule(which=CALLERS, ends=st.sampled_from([None, *ports.DialFailure]))
    def a_number_that_rings_ends(self, which: int, ends: ports.DialFailure | None) -> None:
        if leg := _pick(self.ringing, which):
            self.ringing.remove(leg)
            if ends:
                self.happen(ports.DialFailed(leg, ends))
            else:
                self.dialled.add(leg)
                self.bridges[leg] = set()
                self.happen(ports.DialAnswered(leg), ports.KeyPressed(leg, "1"))

    @rule(which=CALLERS)
    def fallback_tries_again(self, which: int) -> None:
        # Some time: its message may be longer than anybody waits for the caller to be seen again.
        leg = _pick(self.in_fallback, which)
        if leg and self.listening:
            self.in_fallback.remove(leg)
            self.happen(self.arrivals[leg])

    @rule(agent=st.sampled_from(AGENTS))
    def agent_connects(self, agent: int) -> None:
        self.made += 1
        leg = f"a{self.made}"
        self.agent_legs[leg] = f"agent{agent}"
        self.happen(ports.AgentLegUp(leg, f"agent{agent}"))

    @rule(which=CALLERS)
    def agent_disconnects(self, which: int) -> None:
        if leg := _pick(self.agent_legs, which):
            self.end_agent_leg(leg)

    def end_agent_leg(self, leg: str) -> None:
        del self.agent_legs[leg]
        for bridge in self.bridges.values():
            bridge.discard(leg)
        self.happen(ports.LegEnded(leg))

    @rule(agent=st.sampled_from(AGENTS), verb=st.sampled_from(Verb), stale=st.booleans())
    def agent_asks(self, agent: int, verb: Verb, stale: bool) -> None:
        call = "c1" if stale else self.floor.agents[agent].call
        self.pending.append(ports.AgentAsked(agent, verb, call, reason="break"))

    @rule(
        which=CALLERS,
        verb=st.sampled_from(ports.LineVerb),
        agent=st.sampled_from(AGENTS),
        language=st.sampled_from(["", "nl", "fr"]),
        stream=st.sampled_from([None, *Stream]),
    )
    def coordinator_asks(
        self, which: int, verb: ports.LineVerb, agent: int, language: str, stream: Stream | None
    ) -> None:
        if leg := _pick(self.floor.calls, which):
            activation = self.floor.calls[leg].activation or 0
            self.pending.append(ports.CoordinatorAsked(1, verb, activation, leg, agent, language, stream))

    @rule()
    def whoever_is_offered_a_call_accepts(self) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.OFFERED:
                self.pending.append(ports.AgentAsked(agent.id, Verb.ACCEPT, agent.call))

    @rule()
    def a_conversation_begins(self) -> None:
        self.somebody_calls("1772", before=None, caller="+32470112233")
        self.switchboard_decides(seconds=0, congested=False)
        self.whoever_is_offered_a_call_accepts()
        self.switchboard_decides(seconds=0, congested=False)

    @rule(verb=st.sampled_from([Verb.HOLD, Verb.RESUME, Verb.HANG_UP, Verb.SIGN_OUT]))
    def whoever_talks_asks(self, verb: Verb) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.TALKING:
                self.pending.append(ports.AgentAsked(agent.id, verb, agent.call))

    @rule(back=st.booleans())
    def whoever_talks_loses_the_telephone(self, back: bool) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.TALKING:
                if agent.leg in self.agent_legs:
                    self.end_agent_leg(agent.leg)
                if back:
                    self.agent_connects(agent.id)

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
            agents={key: replace(agent, leg="") for key, agent in self.floor.agents.items()},
            calls={
                leg: replace(call, due_at=None) if call.state is CallState.FALLBACK else call
                for leg, call in self.floor.calls.items()
            },
        )

    @rule()
    def connection_comes_back(self) -> None:
        if not self.listening:
            self.listening = True
            there = self.bridges.keys() - self.in_fallback - self.dialled
            # As the daemon does: calls whose end was decided but never told are released first.
            for leg in [leg for leg in there & self.taken_in if self.journal[leg] == CallState.ENDED]:
                del self.bridges[leg]
            callers = {
                leg: ports.CallerSeen(self.arrivals[leg], frozenset(legs))
                for leg, legs in self.bridges.items()
                if leg not in self.in_fallback | self.dialled
            }
            dialled = {leg: ports.DialledSeen(answered=False) for leg in self.ringing}
            for leg in self.dialled & self.bridges.keys():
                dialled[leg] = ports.DialledSeen(answered=True, together_with=frozenset(self.bridges[leg]))
            self.happen(ports.Census(callers=callers, dialled=dialled, agents=dict(self.agent_legs)))

    @rule(seconds=st.sampled_from([0, 1, 5, 20, 45, 120, 300]), congested=st.booleans())
    def switchboard_decides(self, seconds: int, congested: bool) -> None:
        self.now += timedelta(seconds=seconds)
        events, self.pending = self.pending, []
        decision = decide(
            self.floor, events, now=self.now, room=0 if congested else 1000, returning=self.returning
        )
        self.floor = decision.floor
        for step in decision.steps:
            self.keep(step)
        if self.listening:
            for move in decision.moves:
                self.carry_out(move)
        self.check_nobody_waits_beside_a_free_agent()

    def keep(self, step: CallStep) -> None:
        before = self.journal.get(step.leg, "")
        if before == CallState.ENDED and step.leg not in self.taken_in:
            # Given up in the fallback, and a call again.
            before = ""
        assert before == step.before, "the journal has a gap"
        assert step.before != CallState.ENDED, "a call that ended is going on"
        self.journal[step.leg] = step.after
        if step.after not in (CallState.FALLBACK, CallState.ENDED):
            self.taken_in.add(step.leg)

    def carry_out(self, move: ports.Move) -> None:
        match move:
            case ports.Connect() if move.leg in self.bridges and move.other in self.agent_legs:
                for bridge in self.bridges.values():
                    bridge.discard(move.other)
                self.bridges[move.leg].add(move.other)
            case ports.Part() if move.leg in self.bridges:
                self.bridges[move.leg].discard(move.other)
            case ports.SendBack() if move.leg in self.bridges:
                self.in_fallback.add(move.leg)
            case ports.Dial():
                assert move.leg not in self.ringing | self.dialled, "somebody is called twice"
                self.ringing.add(move.leg)
            case ports.Release() if move.leg in self.ringing:
                self.ringing.remove(move.leg)
                self.happen(ports.DialFailed(move.leg, ports.DialFailure.GIVEN_UP))
            case ports.Release() if move.leg in self.bridges:
                assert move.leg not in self.in_fallback, "a caller in the fallback was hung up"
                del self.bridges[move.leg]
                self.happen(ports.LegEnded(move.leg))
            case ports.DropLeg() if move.leg in self.agent_legs:
                self.end_agent_leg(move.leg)
            case _:
                pass

    def check_nobody_waits_beside_a_free_agent(self) -> None:
        for call in self.floor.calls.values():
            if call.state in QUEUED:
                wanted = self.floor.wanted_for(call)
                assert not any(
                    agent.is_free and agent.may_take(call, wanted, now=self.now)
                    for agent in self.floor.agents.values()
                )

    @invariant()
    def the_line_is_as_if_it_were_put_in_order_anew(self) -> None:
        anew = Line.of(self.floor.calls.values(), self.floor.agents.values())
        assert (anew.waiting, anew.free) == (self.floor.line.waiting, self.floor.line.free)
        assert anew.served == {share: agents for share, agents in self.floor.line.served.items() if agents}

    @invariant()
    def a_call_and_its_agent_agree(self) -> None:
        for call in self.floor.calls.values():
            agent = self.floor.agents[call.agent] if call.agent is not None else None
            if call.state is CallState.OFFERED:
                assert agent and agent.state is AgentState.OFFERED and agent.call == call.leg
            elif call.state in CONVERSATION | {CallState.DIALLING}:
                assert agent and agent.state is AgentState.TALKING and agent.call == call.leg
            else:
                assert agent is None
            if agent:
                assert call.language in agent.languages
                assert call.stream is Stream.D5 or Stream.D2 in agent.skills
                assert call.authority in agent.authorities
        for agent in self.floor.agents.values():
            if agent.state in (AgentState.OFFERED, AgentState.TALKING):
                assert self.floor.calls[agent.call].agent == agent.id

    @invariant()
    def a_caller_is_with_at_most_one_agent_and_only_while_talking(self) -> None:
        if self.pending or not self.listening:
            return
        for leg, legs in self.bridges.items():
            call = self.floor.calls.get(leg.partition(DIALLED)[0])
            if call and call.state is CallState.TALKING and call.voice == leg:
                assert call.agent is not None
                assert legs == {self.floor.agents[call.agent].leg}
            else:
                assert legs == set()

    @invariant()
    def every_caller_in_the_switch_is_known(self) -> None:
        if self.pending or not self.listening:
            return
        here = {call.voice for call in self.floor.calls.values() if not call.to_be_dialled}
        # Who was promised a call-back may still hear the promise.
        promised = {call.leg for call in self.floor.calls.values() if call.to_be_dialled}
        assert (self.bridges.keys() | self.ringing) - self.in_fallback <= here | promised
        fallback = {call.leg for call in self.floor.calls.values() if call.state is CallState.FALLBACK}
        assert here - fallback <= self.bridges.keys() | self.ringing

    @invariant()
    def no_more_numbers_ring_than_agents_wait_for_them(self) -> None:
        if self.pending or not self.listening:
            return
        waiting_for = {c.voice for c in self.floor.calls.values() if c.state is CallState.DIALLING}
        assert self.ringing <= waiting_for

    @invariant()
    def an_agents_telephone_is_the_one_that_is_up(self) -> None:
        if self.pending or not self.listening:
            return
        used = {agent.leg for agent in self.floor.agents.values() if agent.leg}
        assert used == set(self.agent_legs)

    @invariant()
    def nobody_is_stuck(self) -> None:
        for call in self.floor.calls.values():
            if call.state in PASSING:
                assert call.due_at is not None
        for agent in self.floor.agents.values():
            if agent.state in (AgentState.OFFERED, AgentState.WRAP_UP):
                assert agent.due_at is not None
        if self.pending or not self.listening:
            # Whose telephones are up is known when the census was decided.
            return
        for call in self.floor.calls.values():
            if call.state in (CallState.OFFERED, CallState.TALKING, CallState.HELD) and call.agent is not None:
                assert self.floor.agents[call.agent].leg
            if call.state is CallState.FALLBACK:
                assert call.due_at is not None
        for agent in self.floor.agents.values():
            if agent.state is not AgentState.SIGNED_OUT and not agent.leg:
                assert agent.due_at is not None


def _pick(legs: Collection[str], which: int) -> str | None:
    return sorted(legs)[which % len(legs)] if legs else None


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
