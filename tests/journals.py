"""Journals as the switchboard itself writes them, from whatever callers and agents may do, for Hypothesis."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hypothesis import strategies as st

from tocsin.activations.rules import Stream, VoiceQuestions
from tocsin.calls import ports
from tocsin.calls.ports import Verb
from tocsin.calls.rules import voice_questions
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.incidents import on_one_number
from tocsin.calls.rules.script import FrontWords, KeypadAnswer, Script
from tocsin.calls.rules.states import CUT_OFF, Call, CallState, CallStep, Question
from tocsin.calls.rules.survey_words import Wording
from tocsin.calls.rules.switchboard import decide
from tocsin.workforce.rules import AgentState

# Just before the clock goes forward, so that journals also cross that.
BEGIN = datetime(2026, 3, 28, 23, 50, tzinfo=UTC)
AGENTS = (1, 2)
# Most of what can happen does so in line, where a caller of the second number is at once; and is asked how it was
# at the end.
# The activation of the second incident of a number that has two; all else is of the activation 1.
BESIDE = 2
ANSWER = KeypadAnswer(1, "3", "Waar?", "Hier.")
LINES = {
    "1771": Script(
        1, 1, ("nl", "fr"), exercise=False, front={"nl": FrontWords("Blijf binnen.")}, answers={"nl": (ANSWER,)}
    ),
    "1772": Script(
        *(1, 1, ("nl",)),
        exercise=False,
        call_backs=True,
        survey={"nl": Wording(1, "Hoe was het?")},
        voice_questions=VoiceQuestions(terms=1, days=30),
    ),
    # On this one a caller is asked for the stream at once.
    "1773": Script(1, 1, ("nl",), exercise=False, streams=(Stream.D5, Stream.D2)),
    # On this one there are two incidents.
    "1774": on_one_number(
        (
            Script(1, 1, ("nl", "fr"), exercise=False, names={"nl": "De vloed.", "fr": "Les eaux."}),
            Script(BESIDE, 1, ("nl",), exercise=False, key=2, names={"nl": "De brand."}),
        )
    ),
}


class Act(StrEnum):
    """What somebody does."""

    CALL = "call"
    CALL_LATE = "call found after the switchboard was away"
    CALL_WHILE_BUSY = "call while the switchboard has its hands full"
    FILL = "have the line full, or no longer"
    PRESS = "press"
    CHOOSE_ANSWER = "press the key of an answer"
    HEAR_OUT = "hear the message out"
    HANG_UP = "hang up"
    ANSWER = "answer"
    END = "end the conversation"
    LOSE = "lose the agent's telephone"
    RETURN = "agents come back"
    VANISH = "vanish while the switchboard is away"
    CUT_OFF = "be cut off with all others when the switch goes down"
    CLOSE = "close or open the line"
    ASK = "ask to be called back"
    REACH = "answer the call-back"
    MISS = "miss the call-back"
    PASS_ON = "pass the callers on to those trained for victims"
    DIAL_112 = "dial 112 on the keypad"
    TAKE_112 = "112 answers"
    MISS_112 = "112 is not reached"
    ASK_BY_VOICE = "all who wait press the key of a question by voice, and hear what they are told"
    SPEAK = "speak, and be silent in turn, until the end of the tape"


@dataclass
class Journal:
    """A line at work: what the switchboard knows, and everything that it wrote down."""

    now: datetime = BEGIN
    began: datetime = field(init=False)
    floor: Floor = field(default_factory=lambda: Floor(lines=LINES, agents=_agents(), logins=_logins()))
    steps: list[CallStep] = field(default_factory=list)
    is_full: bool = False
    # The calls as they were last, by leg; like the rows of the database.
    calls: dict[str, Call] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = self.now

    def decide(self, *events: ports.Event, congested: bool = False) -> None:
        decision = decide(
            self.floor, events, now=self.now, room=0 if congested else 1000, places=0 if self.is_full else 1000
        )
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
                number = "1774" if who > 7 else ("1771", "1772", "1773")[who % 3]
                arrival = ports.CallArrived(f"c{len(self.calls)}", number, caller, self.now - late)
                self.decide(arrival, congested=act is Act.CALL_WHILE_BUSY)
            case Act.FILL:
                self.is_full = not self.is_full
            case Act.PRESS:
                self.decide(ports.KeyPressed(leg, "2"))
            case Act.CHOOSE_ANSWER:
                self.decide(ports.KeyPressed(leg, ANSWER.key))
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
            case Act.PASS_ON:
                verb = Verb.TRANSFER
                asked = {a.id: a.call for a in self.floor.agents.values()}
                orders = (ports.AgentAsked(a, verb, c, to=Stream.D2, consent=True) for a, c in asked.items())
                self.decide(*orders)
            case Act.DIAL_112:
                self.decide(*(ports.KeyPressed(leg, key) for key in "112"))
            case Act.TAKE_112:
                self.decide(*(ports.DialAnswered(each) for each in self.called_112()))
            case Act.MISS_112:
                self.decide(*(ports.DialFailed(each, ports.DialFailure.BUSY) for each in self.called_112()))
            case Act.ASK_BY_VOICE:
                self.decide(*(ports.KeyPressed(each, voice_questions.KEY) for each in legs))
                asked = [call for call in self.floor.calls.values() if call.question is Question.VOICE]
                self.decide(*(ports.MessagePlayed(call.leg, call.message) for call in asked))
            case Act.SPEAK:
                ends = [
                    ports.Recorded(t.call, t.name, 5, spoken_seconds=who % 3) for t in self.floor.tapes.values()
                ]
                self.decide(*ends)
            case Act.VANISH:
                self.come_back(without=leg)
            case Act.CUT_OFF:
                # A switch of one node, which has no name, runs again with nobody in it.
                self.decide(ports.Census(nodes={"": self.now}))
            case Act.CLOSE:
                lines = {n: replace(s, accepts=not s.accepts) for n, s in self.floor.lines.items()}
                self.floor = replace(self.floor, lines=lines)
                self.decide()

    def dialled(self) -> list[str]:
        """The legs that ring."""
        return [call.voice for call in self.floor.calls.values() if call.state is CallState.DIALLING]

    def called_112(self) -> list[str]:
        """The legs at which 112 is called."""
        return [c.name for c in self.floor.consultations.values() if c.stage is Stage.RINGING]

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
        return last.before == CallState.FALLBACK and last.after is CallState.ENDED and last.why != CUT_OFF


def _agents() -> dict[int, Agent]:
    return {
        key: Agent(
            id=key,
            languages={"nl": 2, "fr": 2},
            skills={Stream.D2: 2},
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
