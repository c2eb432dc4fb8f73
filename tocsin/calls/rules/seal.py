"""How the logbook seals the steps of the journal: by the digest of what is stored of them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from tocsin.activations.rules import Stream

# What is stored of a step, by column.
Row = Mapping[str, Any]

_CALL_STEP = itemgetter("id", "call_id", "activation_id", "before", "after", "at", "agent_id", "language", "why")
_LATER_IN_CALL_STEP = itemgetter("stream", "reason")
_AGENT_STEP = itemgetter("id", "agent_id", "before", "after", "at", "why")


def steps_digest(*, call_steps: Iterable[Row], agent_steps: Iterable[Row]) -> str:
    """The SHA-256, in hexadecimal, of stored steps in the order of their keys.

    Every column of each, as JSON, instants in UTC; those that came later only where they say something, so that
    what was sealed before stays true.

    >>> steps_digest(call_steps=[], agent_steps=[])[:16]
    '643d5437104296e2'
    """
    content = [[_call_step(step) for step in call_steps], [_AGENT_STEP(step) for step in agent_steps]]
    text = json.dumps(content, separators=(",", ":"), default=_instant)
    return hashlib.sha256(text.encode()).hexdigest()


def _call_step(step: Row) -> tuple[Any, ...]:
    later = _LATER_IN_CALL_STEP(step)
    return (*_CALL_STEP(step), *(later if later != (Stream.D5, None) else ()), *_answer(step))


def _answer(step: Row) -> tuple[Any, ...]:
    answer = step["answer_id"]
    return () if answer is None else (answer,)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
