"""When something must be done although nothing happens: kept in order while calls and agents change."""

from bisect import bisect_left, bisect_right, insort
from datetime import datetime
from typing import Generic, TypeVar

Key = TypeVar("Key", int, str)


class Agenda(Generic[Key]):
    """Whose time is up when, the earliest first."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, Key]] = []

    def copy(self) -> "Agenda[Key]":
        """Another one, the same for now."""
        agenda = Agenda[Key]()
        agenda._entries = self._entries.copy()
        return agenda

    def change(self, key: Key, before: datetime | None, after: datetime | None) -> None:
        """Follow one from when it was due, if at all, to when it is."""
        if before == after:
            return
        if before:
            del self._entries[bisect_left(self._entries, (before, key))]
        if after:
            insort(self._entries, (after, key))

    def until(self, now: datetime) -> list[Key]:
        """Who is due by now, the longest overdue first."""
        return [key for _, key in self._entries[: bisect_right(self._entries, now, key=lambda entry: entry[0])]]

    @property
    def first(self) -> datetime | None:
        """When the first is due; None where nothing ever is."""
        return self._entries[0][0] if self._entries else None
