"""Whole stories of the random model, which single steps would seldom come to."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.rules.model_agents import Agents
from tests.rules.model_floor import AGENTS
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import calling_agents
from tocsin.calls.rules.supervision import MANNERS


class Stories(Agents):
    """Several do what belongs together, one after the other."""

    @rule()
    def a_conversation_begins(self) -> None:
        self.somebody_calls("1772", before=None, caller="+32470112233")
        self.switchboard_decides(seconds=0, congested=False)
        self.whoever_is_offered_a_call_accepts()
        self.switchboard_decides(seconds=0, congested=False)

    @rule()
    def somebody_is_called_back(self) -> None:
        for agent in AGENTS:
            self.pending.append(ports.AgentAsked(agent, Verb.PAUSE))
        self.somebody_calls("1772", before=None, caller="+32470112233")
        self.switchboard_decides(seconds=0, congested=False)
        leg = f"c-{self.made}"
        if leg in self.bridges:
            self.happen(ports.KeyPressed(leg, "1"), ports.KeyPressed(leg, "1"))
        self.pending += [ports.AgentAsked(agent, Verb.READY) for agent in AGENTS]
        self.switchboard_decides(seconds=0, congested=False)
        self.whoever_is_offered_a_call_accepts()
        self.switchboard_decides(seconds=0, congested=False)

    @rule(agent=st.sampled_from(AGENTS))
    def an_agent_works_at_home(self, agent: int) -> None:
        self.agent_asks_to_be_called(agent)
        self.switchboard_decides(seconds=0, congested=False)
        for leg in [leg for leg, up in self.called.items() if not up]:
            self.answer_called(leg)
        self.switchboard_decides(seconds=0, congested=False)
        for leg in self.called:
            self.happen(ports.KeyPressed(leg, calling_agents.KEY))
        self.switchboard_decides(seconds=0, congested=False)

    @rule(key=st.sampled_from(["", "1", "5", "9"]))
    def a_caller_is_asked_how_it_was(self, key: str) -> None:
        self.a_conversation_begins()
        self.whoever_talks_asks(Verb.HANG_UP)
        self.switchboard_decides(seconds=0, congested=False)
        leg = f"c-{self.made}"
        if key and leg in self.bridges:
            self.happen(ports.KeyPressed(leg, key))
            self.switchboard_decides(seconds=0, congested=False)

    @rule(agrees=st.booleans(), whole=st.booleans())
    def a_conversation_is_recorded(self, agrees: bool, whole: bool) -> None:
        self.somebody_calls("1774", before=None, caller="+32470112233")
        leg = f"c-{self.made}"
        for key in ("1" if agrees else "2", "1"):
            self.switchboard_decides(seconds=0, congested=False)
            if leg in self.bridges:
                self.happen(ports.KeyPressed(leg, key))
        self.switchboard_decides(seconds=0, congested=False)
        self.whoever_is_offered_a_call_accepts()
        self.switchboard_decides(seconds=0, congested=False)
        if leg in self.tapes and not whole:
            self.happen(ports.Recorded(leg, self.tapes.pop(leg), 1, whole=False))

    @rule(verb=st.sampled_from(list(MANNERS)))
    def a_conversation_is_heard(self, verb: ports.SupervisorVerb) -> None:
        self.a_conversation_begins()
        for agent in AGENTS:
            self.coordinator_hears(0, verb, agent)
        self.switchboard_decides(seconds=0, congested=False)
        self.switchboard_decides(seconds=5, congested=False)

    @rule(verb=st.sampled_from([None, Verb.JOIN, Verb.HAND_OVER]))
    def a_consultation_outside_begins(self, verb: Verb | None) -> None:
        self.a_conversation_begins()
        self.whoever_talks_calls_outside()
        self.switchboard_decides(seconds=0, congested=False)
        for leg in [leg for leg, up in self.outside.items() if not up]:
            self.outside[leg] = True
            self.happen(ports.DialAnswered(leg))
        self.switchboard_decides(seconds=0, congested=False)
        if verb:
            self.whoever_consults_asks(verb)
            self.switchboard_decides(seconds=0, congested=False)

    @rule(joins=st.booleans())
    def a_consultation_begins(self, joins: bool) -> None:
        for agent in self.floor.agents.values():
            if not agent.leg:
                self.agent_connects(agent.id)
            self.pending += [ports.AgentAsked(agent.id, verb) for verb in (Verb.DONE, Verb.READY)]
        self.a_conversation_begins()
        self.whoever_talks_passes_the_caller_on(Verb.CONSULT)
        self.switchboard_decides(seconds=0, congested=False)
        self.whoever_is_offered_a_call_accepts()
        self.switchboard_decides(seconds=0, congested=False)
        if joins:
            self.whoever_consults_asks(Verb.JOIN)
            self.switchboard_decides(seconds=0, congested=False)
