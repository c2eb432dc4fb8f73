"""How people behave who call in a crisis."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.calls.rules.returning import LastCall


@dataclass(frozen=True)
class Habits:
    """Means and shares of what people do; seconds."""

    # One of the questions that a key answers is theirs.
    answered_by_key: float = 0.65
    patience_seconds: float = 180
    # Who hung up without an answer calls again, so soon.
    calls_again: float = 0.9
    again_after_seconds: tuple[float, float] = (10, 60)
    # Whoever is told a longer wait than they have patience asks to be called back.
    takes_call_back: float = 0.8
    # Whoever is called back is there; others do not answer.
    at_home: float = 0.85
    talk_seconds: float = 220
    note_seconds: float = 20
    message_seconds: float = 10


@dataclass
class Caller:
    """Somebody with a question."""

    number: str
    asks_by_key: bool
    patience_seconds: float
    first_at: datetime
    attempts: int = 0
    served_at: datetime | None = None
    last: LastCall | None = None
