"""Who calls again on the same day: what the line remembers of the last call from that number."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from tocsin.calls.rules import timing
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import CallState


@dataclass(frozen=True, slots=True)
class LastCall:
    """The last call of the day from the same number to what is open on the number that is called."""

    language: str
    state: CallState
    since: datetime
    # Since when its place in line counts; None where it never had one.
    place_since: datetime | None
    # When it had heard the front message and took that place.
    queued_at: datetime | None
    answered: bool
    # Who spoke with the caller.
    agent: int | None = None
    leg: str = ""
    activation: int = field(kw_only=True)
    # Whether the language was chosen, by a key or by an agent, and not taken for who pressed nothing.
    chose_language: bool = field(default=True, kw_only=True)

    @property
    def had_place(self) -> bool:
        """Whether the caller had come to a place in line: by then, the incident was chosen."""
        return self.place_since is not None


def language_kept(last: LastCall, *, menu: Collection[str]) -> bool:
    """Whether the caller goes on in the language of the last call: where there still is that language, and it was
    chosen or there is no other. Who never chose is asked again."""
    return last.language in menu and (last.chose_language or len(menu) == 1)


def midnight(at: datetime, *, timezone: str) -> datetime:
    """When the local day of an instant began.

    >>> midnight(datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("UTC")), timezone="Europe/Brussels").isoformat()
    '2026-03-29T00:00:00+01:00'
    """
    zone = ZoneInfo(timezone)
    return datetime.combine(at.astimezone(zone).date(), time(), zone)


def place_kept(last: LastCall, *, now: datetime) -> datetime | None:
    """Since when the place in line counts that the caller left and has back; None where there is none.

    Who left the line unanswered has the place back for ten minutes.
    Who calls while that call still waits is somebody else behind the same number, and has not.
    """
    left = last.state is CallState.ENDED and not last.answered
    return last.place_since if left and now - last.since <= timing.REDIAL else None


def has_heard(last: LastCall, *, script: Script) -> bool:
    """Whether the caller heard the front message that is in force in the language of that call to its end."""
    words = script.front.get(last.language)
    if words is None or last.queued_at is None:
        return False
    return words.since is None or words.since <= last.queued_at
