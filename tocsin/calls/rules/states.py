"""The states of a call and what is known of it while it lives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import NamedTuple

from tocsin.activations.rules import Stream
from tocsin.calls.rules.tapes import Taping
from tocsin.calls.rules.treatment import Treatment


class CallState(StrEnum):
    """Where a caller is on the journey."""

    # Sent back to the switch's own fallback because the switchboard could not take more at that moment.
    FALLBACK = "fallback"
    # Nothing is open on this number, or not at this hour: hears so and is let go.
    TURNED_AWAY = "turned_away"
    GREETING = "greeting"
    INFORMING = "informing"
    # Is asked something that a key answers.
    CHOOSING = "choosing"
    WAITING = "waiting"
    OFFERED = "offered"
    # Hung up, and keeps the place in line: will be called back.
    PROMISED = "promised"
    # Is called back by an agent who waits for the answer.
    DIALLING = "dialling"
    # Could not be reached: will be called back once more.
    RETRYING = "retrying"
    # Will be called back, and the line is closed: when it opens.
    DEFERRED = "deferred"
    TALKING = "talking"
    HELD = "held"
    # The agent's telephone disappeared in the middle of the conversation; the agent may come back.
    RECONNECTING = "reconnecting"
    # Dialled 112 on the keypad, and 112 is being called.
    EMERGENCY = "emergency"
    # Speaks with somebody outside: an agent handed the caller over, or 112 answered.
    OUTSIDE = "outside"
    # The agent ended the conversation, and the caller is asked how it was. No agent is bound; who spoke is kept.
    SURVEYED = "surveyed"
    ENDED = "ended"


class Question(StrEnum):
    """What a caller is asked that a key answers."""

    STREAM = "stream"
    # Which incident the call is about, where several are open on the number.
    INCIDENT = "incident"
    # Whether the conversation may be recorded.
    CONSENT = "consent"
    # Which of the questions that have an answer on a key; also asked of those who wait, who keep their place.
    ANSWERS = "answers"
    # Whether to be called back, at the number read out.
    CALL_BACK = "call_back"
    # At which number.
    NUMBER = "number"
    # Nobody takes calls at this hour, or any more: what can be had all the same.
    CLOSED = "closed"
    # Nothing yet: hears on what terms a question is left by voice; and then, speaks it.
    VOICE = "voice"
    SPEAKING = "speaking"


class Rank(IntEnum):
    """Who goes before whom, whatever the time: smaller is served earlier."""

    # The agent disappeared, or an offer was not taken.
    RETURNED = 0
    CALL_BACK = 1
    TRANSFER = 2
    RAISED = 3
    ORDINARY = 4
    # A coordinator has the caller served after everybody else, also when an agent does not answer.
    LAST = 5

    def unless_last(self, rank: "Rank") -> "Rank":
        """Another rank for a call that has this one; whoever is served last stays so.

        >>> Rank.ORDINARY.unless_last(Rank.RETURNED).name, Rank.LAST.unless_last(Rank.RETURNED).name
        ('RETURNED', 'LAST')
        """
        return self if self is Rank.LAST else rank


class Outcome(StrEnum):
    """How an ended call counts; the definitions are those of the service figures."""

    ANSWERED = "answered"
    # Left having heard the answer at a key to its end.
    SELF_SERVED = "self_served"
    # Left a question by voice, and hung up before an agent spoke.
    LEFT_QUESTION = "left_question"
    ABANDONED = "abandoned"
    CALLED_BACK = "called_back"
    # Dialled 112 on the keypad, and 112 answered before an agent did.
    DIVERTED = "diverted"
    TURNED_AWAY = "turned_away"
    # The switch itself went down with the call.
    LOST = "lost"


# In the name of a leg that was dialled, before and behind that of the call: it begins with the telephone of the
# agent who calls back, whose node dials, and ends with the number of the attempt.
FOR, DIALLED = "-for-", "~"
# Why a call ended whose end nobody saw; by these the figures know it. Who was cut off did not hang up.
UNSEEN_END = "gone while the switchboard was away"
CUT_OFF = "cut off when the switch went down"
UNSEEN_ENDS = frozenset({UNSEEN_END, CUT_OFF})
# Why a caller is turned away whom a coordinator has not served for a while.
NOT_SERVED = "coordinator decided"

CONVERSATION = frozenset({CallState.TALKING, CallState.HELD, CallState.RECONNECTING})
IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED})
# Offered in their order; of these, only who waits is on the line.
QUEUED = frozenset({CallState.WAITING, CallState.PROMISED})
WITH_AGENT = CONVERSATION | {CallState.OFFERED, CallState.DIALLING}


class Place(NamedTuple):
    """A place in line: since when it counts, and whose it is. Of two, the smaller is served earlier."""

    since: datetime
    leg: str


@dataclass(frozen=True, slots=True)
class CallBack:
    """What was promised to a caller who hung up: a call to this number, by then.

    `attempts` is how often it was dialled, in `outages` of which its network was never reached, and `leg` the
    name it had the last time. `live` says that the number is being dialled or was answered, and the caller is
    reached at that leg; of a caller who called instead of waiting for it, the leg of that call.
    """

    number: str = field(repr=False)
    promised_by: datetime
    attempts: int = 0
    live: bool = False
    leg: str = ""
    outages: int = 0

    @property
    def tried(self) -> int:
        """How often the number may have rung."""
        return self.attempts - self.outages

    def instead(self, leg: str) -> "CallBack":
        """The same, while the caller is there with a call of their own."""
        return replace(self, live=True, leg=leg)

    def dialled(self, *, call: str, by: str) -> "CallBack":
        """The same, being dialled once more: for the call of this leg, on the node that an agent's leg is on."""
        attempts = self.attempts + 1
        return replace(self, attempts=attempts, live=True, leg=f"{by}{FOR}{call}{DIALLED}{attempts}")


# Without slots, to be changed quickly (`values.changed`).
@dataclass(frozen=True)
class Call:
    """A live call. `leg` is the switch's name for the caller's channel and the key of the call everywhere."""

    leg: str
    number: str
    caller: str = field(repr=False)
    arrived_at: datetime
    state: CallState
    since: datetime
    # Of several incidents on the number, until the caller chose, the one that is taken for who presses nothing.
    activation: int | None = None
    authority: int | None = None
    language: str = ""
    stream: Stream = Stream.D5
    # What is asked, while choosing or in line.
    question: Question | None = None
    # The keypad answer that is being told; and the last that was heard to its end, until the caller goes on.
    answer: int | None = None
    heard: int | None = None
    # When the caller took a place in line; the place survives an agent who disappears.
    queued_at: datetime | None = None
    # Since when the place counts, where that is before this call: the caller had left it and called again.
    place_since: datetime | None = None
    rank: Rank = Rank.ORDINARY
    # The agent who spoke with this caller before on the same day.
    known_to: int | None = None
    # The caller heard the front message in an earlier call and need not hear it again.
    heard_before: bool = False
    # By when it is unlikely that the caller still waits, as told last, and the place that was told with it.
    told_by: datetime | None = None
    told_place: int | None = None
    # Asked for the SMS of the line.
    texted: bool = False
    # When news were told last.
    news_at: datetime | None = None
    answered: bool = False
    # The digits of a number, as far as they were entered. Not stored: asked for again when the switchboard is
    # started again.
    entered: str = field(default="", repr=False)
    call_back: CallBack | None = None
    agent: int | None = None
    # When the switchboard must act of itself in this state; None where only events move the call.
    due_at: datetime | None = None
    # How many messages were started for this caller; names the one being played.
    messages: int = 0
    # How often somebody else was asked about this caller; names the consultation.
    consulted: int = 0
    # By how much the clock was put forward since the call arrived; its steps are by the clock of its arrival.
    ahead: timedelta = timedelta()
    # When the last keys were pressed that may begin 112. Not stored: whoever dials in the moment in which
    # the switchboard is started again dials once more.
    ones: tuple[datetime, ...] = ()
    # How coordinators have the caller treated, by activation. Not stored with the call: it is looked for again
    # when the switchboard is started again.
    treated: Mapping[int, Treatment] = field(default_factory=dict, compare=False)
    # Whether the caller agreed to be recorded, None before being asked; the terms that the caller was told; what
    # was asked for since; and how many tapes there are, which names the next.
    agrees: bool | None = None
    terms: int | None = None
    taping: Taping = Taping.AS_AGREED
    taped: int = 0
    # The tape that runs.
    tape: str = ""
    # The question of the survey that is asked, by its version; None when it was answered.
    survey: int | None = None

    @property
    def voice(self) -> str:
        """The leg at which the caller is heard: the one that came in, or the last that was dialled."""
        return self.call_back.leg if self.call_back else self.leg

    @property
    def to_be_dialled(self) -> bool:
        """Whether the caller hung up, and waits to be called back."""
        return self.call_back is not None and not self.call_back.live

    @property
    def came_instead(self) -> bool:
        """Whether the caller was promised a call, and called before it came."""
        return self.call_back is not None and self.call_back.live and self.call_back.leg == self.leg

    @property
    def may_come_again(self) -> bool:
        """Whether a caller who is to be called back was seen last in the switch's fallback, and may be there."""
        return self.to_be_dialled and self.voice == self.leg

    @property
    def is_called_back(self) -> bool:
        """Whether the caller waits to be called back, or was reached so."""
        return self.call_back is not None and not self.came_instead

    @property
    def place(self) -> Place:
        """The place in line; of a caller who came back soon enough, that of the earlier call."""
        return Place(self.place_since or self.arrived_at + self.ahead, self.leg)

    @property
    def message(self) -> str:
        """The name of the message started last."""
        return f"{self.leg}-{self.messages}"

    @property
    def playing(self) -> str:
        """The message that may still be heard; empty where none was started."""
        return self.message if self.messages else ""


class Why(StrEnum):
    """What decided between the call that was offered and the next one, or between the agents for it."""

    # There was no other.
    ALONE = "alone"
    RANK = "rank"
    STREAM = "stream"
    AUTHORITY = "authority"
    ACTIVATION = "activation"
    PLACE = "place"
    KNOWN = "known"
    SPARED = "spared"
    LEVEL = "level"
    IDLE = "idle"
    # A coordinator gave this call to this agent.
    PICKED = "picked"
    # The same, of an agent who should have had a break from victims and relatives.
    BREAK_WAIVED = "break_waived"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why this call was offered, and to this agent: the first criterion by which it went before `before`, the next
    call (empty: none); that by which the agent did; whether less was asked of the agent after a long wait, or by a
    coordinator; and the rank that the call had."""

    call: Why
    before: str
    agent: Why
    relaxed: bool
    rank: Rank = Rank.ORDINARY


def call_of(leg: str) -> str:
    """The name of the call that a leg of a caller is for: itself, or one that was dialled.

    >>> call_of("engine-1-1763800000.7"), call_of("engine-2-1763800000.3-for-engine-1-1763800000.7~2")
    ('engine-1-1763800000.7', 'engine-1-1763800000.7')
    """
    return leg.partition(DIALLED)[0].rpartition(FOR)[2]


# Why a step is in the journal that is no transition: the keypad answer was told to its end.
HEARD_ANSWER = "heard the answer"
# The same, where the caller asked for the SMS of the line.
ASKED_FOR_SMS = "asked for an SMS"
# The same, where a question was left by voice.
LEFT_QUESTION = "left a question"
# The same, where the caller answered the survey.
RATED = "answered the survey"
# What is true of a call again when the caller goes on from a question.
NOT_ASKED: Mapping[str, None] = MappingProxyType({"question": None, "answer": None, "heard": None})


@dataclass(frozen=True, slots=True)
class Passing:
    """That a caller was passed on: which agent did, whereto, whether the caller agreed, and what passed the wall
    between the streams with the call: the topic. `by` is None where the caller dialled 112."""

    by: int | None
    to: str
    consent: bool
    topic: int | None


@dataclass(frozen=True, slots=True)
class Rating:
    """What a caller answered to the survey: which version of the question, and the key, 1 (worst) to 5."""

    question: int
    value: int


@dataclass(frozen=True, slots=True)
class CallStep:
    """One transition of a call, as it is kept in the journal."""

    leg: str
    activation: int | None
    before: str
    after: CallState
    at: datetime
    agent: int | None
    language: str
    why: str
    stream: Stream = Stream.D5
    # Of an offer: why this call and this agent. Where an agent passed the caller on: whereto, and how. Or
    # what was answered to the survey.
    reason: Reason | Passing | Rating | None = None
    # The keypad answer that was heard to its end; of the last step, the one that the caller left with.
    answer: int | None = None
