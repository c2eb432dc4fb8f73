"""What holds of the floor, and between it and the switch, whatever happened."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis.stateful import invariant

from tests.rules.model_switch import ModelSwitch
from tocsin.activations.rules import Stream
from tocsin.calls import ports
from tocsin.calls.rules import d2_breaks, hours
from tocsin.calls.rules.called_telephone import Calling
from tocsin.calls.rules.consultation import Consultation, Stage
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.hearing import Manner, Supervision
from tocsin.calls.rules.line import Line
from tocsin.calls.rules.states import CONVERSATION, QUEUED, Call, CallState, Question, Rank, call_of
from tocsin.calls.rules.tapes import Taping
from tocsin.calls.rules.transfer import COORDINATOR
from tocsin.calls.rules.treatment import Treatment
from tocsin.workforce.rules import AgentState

BEYOND = datetime.max.replace(tzinfo=UTC)
# States that time alone must end.
PASSING = {
    CallState.GREETING,
    CallState.INFORMING,
    CallState.CHOOSING,
    CallState.RECONNECTING,
    CallState.PROMISED,
    CallState.DIALLING,
    CallState.RETRYING,
    CallState.DEFERRED,
    CallState.EMERGENCY,
    CallState.SURVEYED,
}


class Promises(ModelSwitch):
    """The invariants of the switchboard; those about the switch hold once all that it told is decided."""

    floor: Floor
    now: datetime

    def check_nobody_waits_beside_a_free_agent(self) -> None:
        for call in self.floor.calls.values():
            if call.state in QUEUED:
                wanted = self.floor.wanted_for(call)
                assert not any(
                    agent.is_free and agent.may_take(call, wanted, now=self.now)
                    for agent in self.floor.agents.values()
                )

    def check_promises_keep_to_the_hours(self, moves: Sequence[ports.Move]) -> None:
        for call in self.floor.calls.values():
            if call.state in (CallState.PROMISED, CallState.DEFERRED):
                is_open = hours.is_open(self.floor.script_of(call), now=self.now)
                assert is_open is (call.state is CallState.PROMISED)
        for move in moves:
            if isinstance(move, ports.Dial) and (call := self.floor.calls.get(call_of(move.leg))):
                rings = call.state is CallState.DIALLING and call.voice == move.leg
                assert not rings or hours.is_open(self.floor.script_of(call), now=self.now)

    @invariant()
    def the_line_is_as_if_it_were_put_in_order_anew(self) -> None:
        anew = Line.of(self.floor.calls.values(), self.floor.agents.values())
        kept = self.floor.line
        assert (anew.waiting, anew.free) == (kept.waiting, kept.free)
        assert (anew.taken_in, anew.placed) == (kept.taken_in, kept.placed)
        assert anew.due_calls.until(BEYOND) == kept.due_calls.until(BEYOND)
        assert anew.due_agents.until(BEYOND) == kept.due_agents.until(BEYOND)
        assert anew.d2_breaks.until(BEYOND) == kept.d2_breaks.until(BEYOND)
        assert anew.served == {share: agents for share, agents in kept.served.items() if agents}

    @invariant()
    def what_is_due_next_is_yet_to_come(self) -> None:
        due = self.floor.next_due(after=self.now)
        assert due is None or due > self.now, "the switchboard would decide for ever"

    @invariant()
    def a_call_and_its_agent_agree(self) -> None:
        for call in self.floor.calls.values():
            agent = self.floor.agents[call.agent] if call.agent is not None else None
            if call.state is CallState.OFFERED:
                assert agent and agent.state is AgentState.OFFERED and agent.call == call.leg
            elif call.state in CONVERSATION | {CallState.DIALLING}:
                assert agent and agent.state is AgentState.TALKING and agent.call == call.leg
            elif call.state is CallState.SURVEYED:
                # Who spoke is kept, and not bound.
                assert agent and (agent.call != call.leg or agent.state is AgentState.WRAP_UP)
            else:
                assert agent is None
            if agent:
                assert call.language in agent.languages
                assert call.stream is Stream.D5 or Stream.D2 in agent.skills
                assert call.authority in agent.authorities
        for agent in self.floor.agents.values():
            if agent.state in (AgentState.OFFERED, AgentState.TALKING):
                consultation = self.floor.consultations.get(agent.call)
                asked = consultation.agent if consultation else None
                assert agent.id in (self.floor.calls[agent.call].agent, asked)

    @invariant()
    def every_call_is_of_something_that_is_open_on_its_number_and_of_its_authority(self) -> None:
        for call in self.floor.calls.values():
            script = self.floor.script_of(call)
            assert script and script.authority == call.authority
            # Where languages are added and removed, whoever has one keeps it.
            kept = call.question is Question.INCIDENT or call.number == "1771"
            assert kept or call.language in script.languages

    @invariant()
    def who_is_treated_as_last_stays_behind_and_who_is_told_has_no_place(self) -> None:
        for call in self.floor.calls.values():
            how = call.treated.get(call.activation or 0)
            if how is Treatment.LAST and call.state is CallState.WAITING:
                assert call.rank is Rank.LAST or call.rank < Rank.ORDINARY, call.rank
            if how is Treatment.TOLD and call.question is not Question.INCIDENT:
                assert call.state not in QUEUED
                assert call.state is not CallState.PROMISED

    @invariant()
    def a_consultation_and_its_agents_agree(self) -> None:
        for leg, consultation in self.floor.consultations.items():
            call = self.floor.calls[leg]
            if consultation.stage is Stage.ALONE:
                assert (call.state, call.agent) == (CallState.OUTSIDE, None)
                continue
            if consultation.stage is Stage.RINGING and call.state is CallState.OUTSIDE:
                # Handed over, and nobody answered yet.
                assert (call.agent, bool(consultation.number), bool(call.due_at)) == (None, True, True)
                continue
            assert call.agent == consultation.by
            if consultation.by is None:
                assert (call.state, consultation.stage) == (CallState.EMERGENCY, Stage.RINGING)
                continue
            together = consultation.stage is Stage.TOGETHER
            assert call.state is (CallState.TALKING if together else CallState.HELD)
            if consultation.agent is not None:
                asked = self.floor.agents[consultation.agent]
                assert asked.call == leg
                assert Stream.D2 in asked.skills or consultation.to == COORDINATOR
                ringing = consultation.stage is Stage.RINGING
                assert asked.state is (AgentState.OFFERED if ringing else AgentState.TALKING)
        with_outside = {CallState.OUTSIDE, CallState.EMERGENCY}
        outside = {leg for leg, call in self.floor.calls.items() if call.state in with_outside}
        assert outside <= self.floor.consultations.keys()

    def asked_in(self, consultation: Consultation) -> str:
        """The leg of who is asked."""
        agent = consultation.agent
        return consultation.name if agent is None else self.floor.agents[agent].leg

    @invariant()
    def a_caller_is_with_their_agent_and_who_is_asked_and_only_while_talking(self) -> None:
        if self.pending or not self.listening:
            return
        for leg, legs in self.bridges.items():
            call = self.floor.calls.get(call_of(leg))
            if call and call.voice != leg:
                call = None
            heard = set()
            if call and call.state is CallState.TALKING:
                assert call.agent is not None
                heard.add(self.floor.agents[call.agent].leg)
            consultation = self.floor.consultations.get(call.leg) if call else None
            if consultation and consultation.stage in (Stage.TOGETHER, Stage.ALONE):
                heard.add(self.asked_in(consultation))
            assert legs == heard - {""} | (self.joined(call.leg) if call else set())

    @invariant()
    def recorded_are_conversations_of_who_agreed_and_no_tape_holds_two_streams(self) -> None:
        for leg, tape in self.floor.tapes.items():
            call = self.floor.calls[leg]
            if tape.question:
                assert (call.question, call.tape, call.agent) == (Question.SPEAKING, tape.name, None)
                continue
            assert (call.state, call.agrees, call.stream) == (CallState.TALKING, True, tape.stream)
            assert call.tape == tape.name
            assert leg not in self.floor.consultations
        if self.pending or not self.listening:
            return
        assert self.tapes == {self.floor.calls[leg].voice: tape.name for leg, tape in self.floor.tapes.items()}
        for call in self.floor.calls.values():
            alone = call.state is CallState.TALKING and call.leg not in self.floor.consultations
            if alone and call.agrees and call.taping is Taping.AS_AGREED:
                assert call.leg in self.floor.tapes

    def speaks_on_with_somebody_outside(self, call: Call) -> bool:
        """Whether a caller is with somebody outside while the telephone of the agent is awaited."""
        consultation, agent = self.floor.consultations.get(call.leg), self.floor.agents[call.agent or 0]
        together = consultation is not None and consultation.stage is Stage.TOGETHER and consultation.number != ""
        return together and agent.is_awaited

    def joined(self, call: str) -> set[str]:
        """The legs of coordinators who speak in a conversation."""
        heard = [each for each in self.open_ears() if each.call == call and each.manner is Manner.BARGE]
        return {self.floor.agents[each.by].leg for each in heard}

    def open_ears(self) -> list[Supervision]:
        """The conversations that coordinators must hear now."""
        return [
            each
            for each in self.floor.supervisions.values()
            if each.opens_at <= self.now
            and self.floor.calls[each.call].state is CallState.TALKING
            and self.floor.agents[each.agent].leg
            and (Stream.D2 in self.floor.agents[each.by].skills or not self.is_with_d2(each.call))
        ]

    def is_with_d2(self, call: str) -> bool:
        """Whether a colleague for victims and relatives is asked about a caller."""
        consultation = self.floor.consultations.get(call)
        return consultation is not None and consultation.to == Stream.D2

    @invariant()
    def coordinators_hear_what_they_asked_for_and_nothing_else(self) -> None:
        for hears in self.floor.supervisions.values():
            assert self.floor.agents[hears.by].state is AgentState.ON_TASK
            assert self.floor.calls[hears.call].agent == hears.agent != hears.by
        if self.pending or not self.listening:
            return
        agents = self.floor.agents
        assert self.ears == {
            agents[each.by].leg: ports.ListenerSeen(
                self.floor.calls[each.call].voice, agents[each.agent].leg, each.manner is Manner.WHISPER
            )
            for each in self.open_ears()
            if each.manner is not Manner.BARGE
        }

    @invariant()
    def an_agent_hears_another_or_somebody_outside_only_in_a_consultation(self) -> None:
        if self.pending or not self.listening:
            return
        speaking = {}
        for consultation in self.floor.consultations.values():
            if consultation.stage is Stage.SPEAKING:
                assert consultation.by is not None
                asks = self.floor.agents[consultation.by].leg
                speaking[asks] = {asks, self.asked_in(consultation)}
        assert {leg: legs for leg, legs in self.between_agents.items() if len(legs) > 1} == speaking

    @invariant()
    def nobody_outside_is_called_or_kept_for_nothing(self) -> None:
        if self.pending or not self.listening:
            return
        assert self.outside.keys() == {c.name for c in self.floor.consultations.values() if c.number}

    @invariant()
    def every_caller_in_the_switch_is_known(self) -> None:
        if self.pending or not self.listening:
            return
        here = {call.voice for call in self.floor.calls.values() if not call.to_be_dialled}
        with_112 = (CallState.EMERGENCY, CallState.OUTSIDE)
        assert {call.voice for call in self.floor.calls.values() if call.state in with_112} <= self.bridges.keys()
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
        called = self.floor.called_telephones.values()
        asked = {each.leg for each in called if each.stage is Calling.ASKED}
        assert used | asked == set(self.agent_legs)
        assert not used & asked, "who answered and pressed no key is at work"

    @invariant()
    def no_agent_is_called_for_nothing_or_for_ever(self) -> None:
        for each in self.floor.called_telephones.values():
            if each.stage in (Calling.RINGING, Calling.ASKED) and self.listening and not self.pending:
                assert each.due_at is not None
        if self.pending or not self.listening:
            return
        under_way = (Calling.RINGING, Calling.ASKED, Calling.CONNECTED)
        called = [each for each in self.floor.called_telephones.values() if each.stage in under_way]
        assert self.called.keys() == {each.leg for each in called}

    @invariant()
    def whoever_was_with_victims_has_a_break_in_sight_when_the_note_is_done(self) -> None:
        for agent in self.floor.agents.values():
            if agent.state not in d2_breaks.WITH_THEM:
                assert bool(agent.d2_time) == (agent.d2_rested_at is not None)

    @invariant()
    def nobody_is_stuck(self) -> None:
        for call in self.floor.calls.values():
            if call.state in PASSING or (call.question and call.state is not CallState.OFFERED):
                assert call.due_at is not None
            if call.question:
                assert call.state in (CallState.CHOOSING, CallState.WAITING, CallState.OFFERED)
        for agent in self.floor.agents.values():
            if agent.state in (AgentState.OFFERED, AgentState.WRAP_UP):
                assert agent.due_at is not None
        if self.pending or not self.listening:
            # Whose telephones are up is known when the census was decided.
            return
        for call in self.floor.calls.values():
            if call.state in (CallState.OFFERED, CallState.TALKING, CallState.HELD) and call.agent is not None:
                assert self.floor.agents[call.agent].leg or self.speaks_on_with_somebody_outside(call)
            if call.state is CallState.FALLBACK:
                assert call.due_at is not None
        for agent in self.floor.agents.values():
            if agent.state is not AgentState.SIGNED_OUT and not agent.leg:
                assert agent.due_at is not None
