"""The music on hold: our own, so that it is nobody else's. A soft chime of two tones, then silence. And the tone
after which callers speak."""

import math
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

_RATE_HZ = 8000
# An open fifth, one after the other; quiet, because people listen to it for long and in distress.
_CHIME = ((0.0, 392.0), (0.9, 587.33))
_DECAY_SECONDS = 0.7
_PEAK = 0.12
_LENGTH_SECONDS = 8
_TONE_HZ, _TONE_SECONDS = 880.0, 0.3


def write_music(file: Path) -> None:
    """Writes the music where it is not yet: 8 kHz, 16 bit, mono."""
    _write(file, _level, seconds=_LENGTH_SECONDS)


def write_tone(file: Path) -> None:
    """Writes the tone where it is not yet, in the same form."""
    _write(file, lambda second: _PEAK * math.sin(math.tau * _TONE_HZ * second), seconds=_TONE_SECONDS)


def _write(file: Path, level: Callable[[float], float], *, seconds: float) -> None:
    if file.exists():
        return
    samples = array("h", (round(32767 * level(index / _RATE_HZ)) for index in range(round(seconds * _RATE_HZ))))
    part = file.with_suffix(".part")
    with wave.open(str(part), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE_HZ)
        sound.writeframes(samples.tobytes())
    part.replace(file)


def _level(second: float) -> float:
    """The sum of the tones that have begun, each dying away; a short rise keeps them from clicking."""
    level = 0.0
    for start, pitch_hz in _CHIME:
        age = second - start
        if age >= 0:
            level += math.sin(math.tau * pitch_hz * age) * math.exp(-age / _DECAY_SECONDS) * min(1.0, age / 0.02)
    return _PEAK * level
