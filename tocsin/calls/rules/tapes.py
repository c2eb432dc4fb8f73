"""A tape of one conversation, or of a part of it; and what is wanted of tapes in a call."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tocsin.activations.rules import Stream


class Taping(StrEnum):
    """What was asked for in one call, beside what the terms of its activation say."""

    AS_AGREED = ""
    ORDERED = "ordered"
    OFF = "off"
    # The agent wants nothing on the tape for now.
    PAUSED = "paused"
    # It could not be written: not tried again in this call.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tape:
    """What was said, from the beginning to the end of the tape, in one stream; `terms` are those that the caller
    was told. A question left by voice is one of no agent."""

    name: str
    call: str
    activation: int
    authority: int
    stream: Stream
    language: str
    agent: int | None
    terms: int
    began_at: datetime
    question: bool = False
    paused: bool = False
    ended_at: datetime | None = None
