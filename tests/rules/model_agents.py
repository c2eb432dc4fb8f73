"""What agents and coordinators do in the random model, one at a time."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.rules.model_callers import Callers
from tests.rules.model_exchange import WHICH, pick
from tests.rules.model_floor import ACTIVATIONS, AGENTS
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import calling_agents
from tocsin.calls.rules.called_telephone import CALLED, CalledTelephone
from tocsin.calls.rules.states import CallState
from tocsin.calls.rules.transfer import COORDINATOR
from tocsin.calls.rules.treatment import Treatment
from tocsin.workforce.rules import AgentState

DISMISSALS = {ports.SupervisorVerb.PAUSE, ports.SupervisorVerb.SIGN_OUT}


class Agents(Callers):
    """They come and go, take calls, and ask for whatever the desk offers, or does not."""

    @initialize(ready=st.booleans())
    def agents_come_in(self, ready: bool) -> None:
        for agent in AGENTS:
            self.agent_connects(agent)
            if ready:
                self.pending.append(ports.AgentAsked(agent, Verb.READY))
        self.switchboard_decides(seconds=0, congested=False)

    @rule(agent=st.sampled_from(AGENTS))
    def agent_connects(self, agent: int) -> None:
        self.made += 1
        leg = f"a-{self.made}"
        self.agent_legs[leg] = f"agent{agent}"
        self.happen(ports.AgentLegUp(leg, f"agent{agent}"))

    @rule(which=WHICH)
    def agent_disconnects(self, which: int) -> None:
        if leg := pick(self.agent_legs, which):
            self.end_agent_leg(leg)

    @rule(agent=st.sampled_from(AGENTS))
    def agent_asks_to_be_called(self, agent: int) -> None:
        self.made += 1
        login = f"{CALLED}{self.made}"
        # What was asked for before is over.
        logins = {name: key for name, key in self.floor.logins.items() if key != agent or CALLED not in name}
        called = {**self.floor.called_telephones, login: CalledTelephone(login, agent, "+32471000000", "nl")}
        self.floor = replace(self.floor, logins={**logins, login: agent}, called_telephones=called)

    @rule(which=WHICH, ends=st.sampled_from([None, None, *ports.DialFailure]))
    def a_telephone_at_home_rings(self, which: int, ends: ports.DialFailure | None) -> None:
        leg = pick([leg for leg, up in self.called.items() if not up], which)
        if leg and ends:
            self.end_called(leg, why=ends)
        elif leg:
            self.answer_called(leg)

    @rule(which=WHICH)
    def somebody_presses_a_key_at_home(self, which: int) -> None:
        if leg := pick([leg for leg, up in self.called.items() if up], which):
            self.happen(ports.KeyPressed(leg, calling_agents.KEY))

    @rule(agent=st.sampled_from(AGENTS))
    def a_session_of_a_called_agent_ends(self, agent: int) -> None:
        logins = {name: key for name, key in self.floor.logins.items() if key != agent or CALLED not in name}
        self.floor = replace(self.floor, logins=logins)

    @rule(agent=st.sampled_from(AGENTS), verb=st.sampled_from(Verb), stale=st.booleans())
    def agent_asks(self, agent: int, verb: Verb, stale: bool) -> None:
        call = "c-1" if stale else self.floor.agents[agent].call
        self.pending.append(ports.AgentAsked(agent, verb, call, "break", to=Stream.D2, consent=True))

    @rule(
        which=WHICH,
        verb=st.sampled_from(ports.LineVerb),
        agent=st.sampled_from(AGENTS),
        language=st.sampled_from(["", "nl", "fr"]),
        stream=st.sampled_from([None, *Stream]),
    )
    def coordinator_asks(
        self, which: int, verb: ports.LineVerb, agent: int, language: str, stream: Stream | None
    ) -> None:
        if leg := pick(self.floor.calls, which):
            activation = self.floor.calls[leg].activation or 0
            self.pending.append(ports.CoordinatorAsked(1, verb, activation, leg, agent, language, stream))

    @rule(
        which=WHICH,
        verb=st.sampled_from([verb for verb in ports.SupervisorVerb if verb not in DISMISSALS]),
        agent=st.sampled_from(AGENTS),
    )
    def coordinator_hears(self, which: int, verb: ports.SupervisorVerb, agent: int) -> None:
        talking = [leg for leg, call in self.floor.calls.items() if call.state is CallState.TALKING]
        if leg := pick(talking, which):
            self.orders += 1
            activation = self.floor.calls[leg].activation or 0
            self.pending.append(ports.CoordinatorAsked(self.orders, verb, activation, leg, agent))

    @rule(activation=st.sampled_from(ACTIVATIONS), treatment=st.sampled_from(Treatment))
    def coordinator_decides_how_a_caller_is_treated(self, activation: int, treatment: Treatment) -> None:
        self.decided[activation] = treatment

    @rule(verb=st.sampled_from(sorted(DISMISSALS)), agent=st.sampled_from(AGENTS))
    def coordinator_dismisses(self, verb: ports.SupervisorVerb, agent: int) -> None:
        self.pending.append(ports.CoordinatorAsked(0, verb, 1, "", agent))

    @rule()
    def whoever_is_offered_a_call_accepts(self) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.OFFERED:
                self.pending.append(ports.AgentAsked(agent.id, Verb.ACCEPT, agent.call))

    @rule(verb=st.sampled_from([Verb.HOLD, Verb.RESUME, Verb.HANG_UP, Verb.SIGN_OUT]))
    def whoever_talks_asks(self, verb: Verb) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.TALKING:
                self.pending.append(ports.AgentAsked(agent.id, verb, agent.call))

    @rule(verb=st.sampled_from([Verb.TAPE_OFF, Verb.TAPE_ON]))
    def whoever_talks_spares_the_tape(self, verb: Verb) -> None:
        self.whoever_talks_asks(verb)

    @rule(verb=st.sampled_from([Verb.TRANSFER, Verb.CONSULT, Verb.CONSULT]))
    def whoever_talks_passes_the_caller_on(self, verb: Verb) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.TALKING:
                self.pending.append(ports.AgentAsked(agent.id, verb, agent.call, to=Stream.D2, consent=True))

    @rule(to=st.sampled_from(["d5", "d2", "nl", "fr"]))
    def whoever_talks_has_the_caller_go_on_elsewhere(self, to: str) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.TALKING:
                self.pending.append(ports.AgentAsked(agent.id, Verb.TRANSFER, agent.call, to=to))

    @rule(coordinator=st.sampled_from(AGENTS))
    def whoever_talks_asks_a_coordinator(self, coordinator: int) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.TALKING:
                asked = ports.AgentAsked(agent.id, Verb.CONSULT, agent.call, to=COORDINATOR, colleague=coordinator)
                self.pending.append(asked)

    @rule()
    def whoever_talks_calls_outside(self) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.TALKING:
                asked = ports.AgentAsked(agent.id, Verb.CONSULT, agent.call, to="112", number="112")
                self.pending.append(asked)

    @rule(back=st.booleans())
    def whoever_talks_loses_the_telephone(self, back: bool) -> None:
        for agent in self.floor.agents.values():
            if agent.state is AgentState.TALKING:
                if agent.leg in self.agent_legs:
                    self.end_agent_leg(agent.leg)
                if back:
                    self.agent_connects(agent.id)

    @rule(which=WHICH, answers=st.booleans())
    def telephone_outside_rings(self, which: int, answers: bool) -> None:
        leg = pick([leg for leg, up in self.outside.items() if not up], which)
        if leg and answers:
            self.outside[leg] = True
            self.happen(ports.DialAnswered(leg))
        elif leg:
            self.end_outside(leg)

    @rule(which=WHICH)
    def somebody_outside_hangs_up(self, which: int) -> None:
        if leg := pick([leg for leg, up in self.outside.items() if up], which):
            self.end_outside(leg)

    @rule(verb=st.sampled_from([Verb.JOIN, Verb.HAND_OVER, Verb.RESUME, Verb.HANG_UP, Verb.SIGN_OUT]))
    def whoever_consults_asks(self, verb: Verb) -> None:
        for consultation in self.floor.consultations.values():
            self.pending.append(ports.AgentAsked(consultation.by, verb, consultation.call))

    @rule(verb=st.sampled_from([Verb.HANG_UP, Verb.SIGN_OUT, Verb.DECLINE]))
    def whoever_is_consulted_asks(self, verb: Verb) -> None:
        for consultation in self.floor.consultations.values():
            if consultation.agent is not None:
                self.pending.append(ports.AgentAsked(consultation.agent, verb, consultation.call))
