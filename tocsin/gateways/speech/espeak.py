"""The speech of `activations.ports`, spoken by espeak-ng."""

import hashlib
import os
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tocsin.activations.rules import spoken_name
from tocsin.gateways.speech.sound import for_telephone, read_sound, write_sound
from tocsin.refusals import Refusal

_VOICES = {
    "ar": "ar",
    "de": "de",
    "en": "en-gb",
    "es": "es",
    "fr": "fr",
    "nl": "nl",
    "ru": "ru",
    "uk": "uk",
}
# Slower than conversation: heard once, on a bad line, by somebody who is frightened.
_WORDS_PER_MINUTE = 145
# About four minutes of speech.
_LONGEST_TEXT = 4000
_LARGEST_BYTES = 50_000_000
_LONGEST_SECONDS = 5 * 60
_TIMEOUT_SECONDS = 60
_NAME = re.compile(r"[a-z0-9]+(?:[/-][a-z0-9+][a-z0-9]*)*")


class EspeakSpeech:
    """Keeps the contract of `activations.ports.Speech`.

    `media` is the folder of the recordings; `espeak` is the command that starts espeak-ng, without its arguments.
    """

    def __init__(self, *, media: Path, espeak: Sequence[str]) -> None:
        self._media = media
        self._espeak = tuple(espeak)

    def say(self, *, language: str, text: str) -> str:
        """See `activations.ports.Speech`; refuses a text of more than 4000 characters, too."""
        name = spoken_name(language, text)
        file = self._file(name)
        if file.exists():
            return name
        voice = _VOICES.get(language)
        if voice is None:
            raise Refusal("There is no voice for the language %(code)s: upload a recording.", code=language)
        with tempfile.TemporaryDirectory() as folder:
            spoken = Path(folder, "spoken.wav")
            self._speak(plain(text), voice=voice, to=spoken)
            write_sound(file, for_telephone(*read_sound(spoken)))
        return name

    def join(self, *, names: Sequence[str], name: str) -> str:
        """See `activations.ports.Speech`."""
        parts = [file for part in names if (file := self._file(part)).exists()]
        if not parts:
            raise Refusal("None of the recordings to be joined exists.")
        write_sound(self._file(name), np.concatenate([read_sound(part)[0] for part in parts]))
        return name

    def has(self, *, name: str) -> bool:
        """See `activations.ports.Speech`."""
        return self._file(name).exists()

    def accept_recording(self, *, path: Path) -> str:
        """See `activations.ports.Speech`; the same recording has the same name."""
        if path.stat().st_size > _LARGEST_BYTES:
            raise Refusal(
                "The file is larger than %(megabytes)d MB. Save it as 16 bit, mono.",
                megabytes=_LARGEST_BYTES // 1_000_000,
            )
        sound, rate_hz = read_sound(path)
        if sound.size > rate_hz * _LONGEST_SECONDS:
            raise Refusal(
                "The recording lasts over %(minutes)d minutes. Callers wait: make it shorter.",
                minutes=_LONGEST_SECONDS // 60,
            )
        with path.open("rb") as opened:
            name = f"recordings/{hashlib.file_digest(opened, 'sha256').hexdigest()[:16]}"
        write_sound(self._file(name), for_telephone(sound, rate_hz))
        return name

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"no media name: {name!r}")
        return self._media / f"{name}.wav"

    def _speak(self, text: str, *, voice: str, to: Path) -> None:
        command = (*self._espeak, "-v", voice, "-s", str(_WORDS_PER_MINUTE), "--stdin", "-w", str(to))
        # The voice may come with a C library of its own, which must not be led to the machine's.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}
        try:
            subprocess.run(
                command,
                input=text.encode(),
                env=environment,
                capture_output=True,
                check=True,
                timeout=_TIMEOUT_SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Refusal(
                "The text could not be spoken: the voice (espeak-ng) does not run. "
                "Run `tocsin engine install`, or upload a recording instead."
            ) from error


def plain(text: str) -> str:
    """A text with nothing in it but what is to be spoken: espeak-ng takes [[ ]] and control characters as orders.

    Refuses an empty text and one that callers would not wait for.

    >>> plain("Sluit ramen\\x01 en [[deuren]].")
    'Sluit ramen en ( ( deuren ) ) .'
    """
    if len(text) > _LONGEST_TEXT:
        raise Refusal(
            "The text has %(length)d characters; callers hear at most %(longest)d. Make it shorter.",
            length=len(text),
            longest=_LONGEST_TEXT,
        )
    spoken = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text)
    spoken = spoken.translate({ord("["): " ( ", ord("]"): " ) ", ord("<"): " ", ord(">"): " "})
    spoken = " ".join(spoken.split())
    if not any(unicodedata.category(letter)[0] in "LN" for letter in spoken):
        raise Refusal("There is no text to speak.")
    return spoken
