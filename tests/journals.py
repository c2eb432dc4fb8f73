"""Journals as the switchboard itself writes them, from whatever callers and agents may do, for Hypothesis."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hypothesis import strategies as st

from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import Call, CallState, CallStep
from tocsin.calls.rules.switchboard import decide
from tocsin.workforce.rules import AgentState

# Just before the clock goes forward, so that journals also cross that.
BEGIN = datetime(2026, 3, 28, 23, 50, tzinfo=UTC)
AGENTS = (1, 2)
# Most of what can happen does so in line, where a caller of the second number is at once.
LINES = {
    "1771": Script(1, 1, ("nl", "fr"), exercise=False, front={"nl": FrontWords("Blijf binnen.")}),
    "1772": Script(1, 1, ("nl",), exercise=False, call_backs=True),
}


class Act(StrEnum):
    """What somebody does."""

    CALL = "call"
    CALL_LATE = "call found after the switchboard was away"
    CALL_WHILE_BUSY = "call while the switchboard has its hands full"
    PRESS = "press"
    HEAR_OUT = "hear the message out"
    HANG_UP = "hang up"
    ANSWER = "answer"
    END = "end the conversation"
    LOSE = "lose the agent's telephone"
    RETURN = "agents come back"
    VANISH = "vanish while the switchboard is away"
    CLOSE = "close or open the line"
    ASK = "ask to be called back"
    REACH = "answer the call-back"
    MISS = "miss the call-back"


@dataclass
class Journal:
    """A line at work: what the switchboard knows, and everything that it wrote down."""

    now: datetime = BEGIN
    floor: Floor = field(default_factory=lambda: Floor(lines=LINES, agents=_agents(), logins=_logins()))
    steps: list[CallStep] = field(default_factory=list)
    # The calls as they were last, by leg; like the rows of the database.
    calls: dict[str, Call] = field(default_factory=dict)

    def decide(self, *events: ports.Event, congested: bool = False) -> None:
        decision = decide(self.floor, events, now=self.now, room=0 if congested else 1000)
        self.floor = decision.floor
        self.steps += decision.steps
        self.calls.update((call.leg, call) for call in decision.calls)

    def steps_of(self, leg: str) -> list[CallStep]:
        return [step for step in self.steps if step.leg == leg]

    def act(self, act: Act, who: int) -> None:
        legs = sorted(self.floor.calls)
        leg = legs[who % len(legs)] if legs else ""
        match act:
            case Act.CALL | Act.CALL_LATE | Act.CALL_WHILE_BUSY:
                late = timedelta(seconds=90 if act is Act.CALL_LATE else 0)
                # A number may call again, and 0 is hidden.
                caller = f"+3247700000{who % 4}" if who % 4 else ""
                number = "1771" if who % 3 == 0 else "1772"
                arrival = ports.CallArrived(f"c{len(self.calls)}", number, caller, self.now - late)
                self.decide(arrival, congested=act is Act.CALL_WHILE_BUSY)
            case Act.PRESS:
                self.decide(ports.KeyPressed(leg, "2"))
            case Act.HEAR_OUT:
                events = [ports.MessagePlayed(call.leg, call.message) for call in self.floor.calls.values()]
                self.decide(*events)
            case Act.HANG_UP:
                self.decide(ports.LegEnded(leg))
            case Act.ANSWER | Act.END:
                verb = Verb.ACCEPT if act is Act.ANSWER else Verb.HANG_UP
                self.decide(*(ports.AgentAsked(a.id, verb, a.call) for a in self.floor.agents.values()))
            case Act.LOSE:
                self.decide(ports.LegEnded(f"a{AGENTS[who % 2]}"))
            case Act.RETURN:
                up = [ports.AgentLegUp(f"a{agent}", f"agent{agent}") for agent in AGENTS]
                ready = [ports.AgentAsked(agent, verb) for agent in AGENTS for verb in (Verb.DONE, Verb.READY)]
                self.decide(*up, *ready)
            case Act.ASK:
                self.decide(ports.KeyPressed(leg, "1"), ports.KeyPressed(leg, "1"))
            case Act.REACH:
                for voice in self.dialled():
                    self.decide(ports.DialAnswered(voice), ports.KeyPressed(voice, "1"))
            case Act.MISS:
                for voice in self.dialled():
                    self.decide(ports.DialFailed(voice, ports.DialFailure.BUSY))
            case Act.VANISH:
                self.come_back(without=leg)
            case Act.CLOSE:
                lines = {n: replace(s, accepts=not s.accepts) for n, s in self.floor.lines.items()}
                self.floor = replace(self.floor, lines=lines)
                self.decide()

    def dialled(self) -> list[str]:
        """The legs that ring."""
        return [call.voice for call in self.floor.calls.values() if call.state is CallState.DIALLING]

    def come_back(self, *, without: str) -> None:
        """The switchboard was away; one caller is gone, and those left to the fallback try again."""
        arrivals = [
            ports.CallArrived(call.leg, call.number, call.caller, call.arrived_at)
            for call in self.calls.values()
            if call.leg != without
            and not call.call_back
            and (call.state is not CallState.ENDED or self.was_given_up(call.leg))
        ]
        callers = {arrival.leg: ports.CallerSeen(arrival) for arrival in arrivals}
        dialled = {
            call.voice: ports.DialledSeen(answered=call.state is not CallState.DIALLING)
            for call in self.floor.calls.values()
            if call.call_back and call.call_back.live and call.leg != without
        }
        self.decide(ports.Census(callers, dialled, {f"a{agent}": f"agent{agent}" for agent in AGENTS}))

    def was_given_up(self, leg: str) -> bool:
        """Whether the switchboard stopped counting on a caller in the fallback, who may still be there."""
        last = self.steps_of(leg)[-1]
        return last.before == CallState.FALLBACK and last.after is CallState.ENDED


def _agents() -> dict[int, Agent]:
    return {
        key: Agent(
            id=key,
            languages={"nl": 2, "fr": 2},
            authorities=frozenset({1}),
            state=AgentState.READY,
            since=BEGIN,
            idle_since=BEGIN,
            leg=f"a{key}",
        )
        for key in AGENTS
    }


def _logins() -> dict[str, int]:
    return {f"agent{key}": key for key in AGENTS}


@st.composite
def journals(draw: st.DrawFn) -> Journal:
    """A journal of up to sixty things that happened, some at once, some minutes apart."""
    journal = Journal()
    usual = [Act.CALL, Act.ANSWER, Act.RETURN, Act.LOSE] * 2
    acts = st.tuples(
        st.sampled_from([*usual, *Act]),
        st.integers(0, 11),
        st.sampled_from([0.0, 0.2, 1.5, 5.0, 20.0, 61.7]),
    )
    for act, who, seconds in draw(st.lists(acts, max_size=60)):
        journal.now += timedelta(seconds=seconds)
        journal.act(act, who)
    return journal
