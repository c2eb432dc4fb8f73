"""What activations need from outside."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Speech(Protocol):
    """Makes recordings that the telephone switch can play: 8 kHz, 16 bit, mono.

    A recording is known by its media name, without extension, relative to the media folder. Recordings are
    complete or absent, never half written. Every method may take seconds and blocks; call it from a thread.
    """

    def say(self, *, language: str, text: str) -> str:
        """Speak a text; answer its media name (`spoken_name(language, text)`). Idempotent.

        Refuses (Refusal) a language it has no voice for, and an empty text.
        """
        ...

    def join(self, *, names: Sequence[str], name: str) -> str:
        """Put recordings one after the other under a new media name, replacing what had it. Answers `name`.

        Those that do not exist are left out; refuses (Refusal) if none does.
        """
        ...

    def has(self, *, name: str) -> bool:
        """Whether the recording of that media name is there to be played."""
        ...

    def accept_recording(self, *, path: Path) -> str:
        """Take an uploaded recording, converted to what the switch plays; answer its media name.

        Refuses (Refusal, in words for the person who uploaded it) what is not a sound file it can read.
        """
        ...
