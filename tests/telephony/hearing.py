"""What a telephone line sounds like: which tone is heard in each tenth of a second, by Fourier transform."""

import io
import wave
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
Samples = NDArray[np.int16]

_WINDOW = RATE_HZ // 10
# Louder than a quiet line, softer than the chime of the music while it dies away: -44 dB of full scale.
_AUDIBLE = 200
# A window of a tenth of a second tells tones apart by its ten hertz, and half of that for the edges.
_NEAR_HZ = 15


def read_wav(content: bytes) -> Samples:
    """The samples of a WAV file as the outside network records it: 8 kHz, 16 bit, mono."""
    with wave.open(io.BytesIO(content), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE_HZ, 2, 1)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def write_tone(path: Path, *, hz: float, seconds: float) -> None:
    """A WAV file with a pure tone at a fifth of full scale."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    samples = (np.sin(2 * np.pi * hz * times) * 0.2 * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())


def tones(samples: Samples) -> list[float]:
    """The strongest frequency of each tenth of a second in hertz; 0 where it is quiet."""
    whole = samples[: len(samples) - len(samples) % _WINDOW].reshape(-1, _WINDOW).astype(np.float64)
    audible = np.sqrt((whole**2).mean(axis=1)) > _AUDIBLE
    strongest = np.abs(np.fft.rfft(whole * np.hanning(_WINDOW))).argmax(axis=1) * (RATE_HZ / _WINDOW)
    return [float(hz) for hz in strongest * audible]


def share_of(samples: Samples, wanted_hz: Collection[float]) -> float:
    """The share of the time, from 0 to 1, in which one of these tones is the strongest."""
    found = tones(samples)
    near = [any(abs(hz - wanted) <= _NEAR_HZ for wanted in wanted_hz) for hz in found]
    return sum(near) / len(found) if found else 0.0


def is_quiet(samples: Samples) -> bool:
    """Whether nothing is to be heard."""
    return not any(tones(samples))
