"""What a telephone line sounds like: which tone is heard in each tenth of a second, by Fourier transform."""

import io
import wave
from collections.abc import Collection
from math import inf

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
Samples = NDArray[np.int16]

_WINDOW, _PIECE = RATE_HZ // 10, RATE_HZ // 4
# Louder than a quiet line, softer than the chime of the music while it dies away: -44 dB of full scale.
_AUDIBLE = 200
# A window of a tenth of a second tells tones apart by its ten hertz, and half of that for the edges.
_NEAR_HZ = 15


def read_wav(content: bytes) -> Samples:
    """The samples of a WAV file as the outside network records it: 8 kHz, 16 bit, mono."""
    with wave.open(io.BytesIO(content), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE_HZ, 2, 1)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def pure_tone(*, hz: float, seconds: float) -> NDArray[np.float32]:
    """A pure tone at a fifth of full scale, between -1 and 1."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (0.2 * np.sin(2 * np.pi * hz * times)).astype(np.float32)


def tones(samples: Samples) -> list[float]:
    """The strongest frequency of each tenth of a second in hertz; 0 where it is quiet."""
    whole = samples[: len(samples) - len(samples) % _WINDOW].reshape(-1, _WINDOW).astype(np.float64)
    audible = np.sqrt((whole**2).mean(axis=1)) > _AUDIBLE
    strongest = np.abs(np.fft.rfft(whole * np.hanning(_WINDOW))).argmax(axis=1) * (RATE_HZ / _WINDOW)
    return [float(hz) for hz in strongest * audible]


def longest_without(samples: Samples, hz: float) -> float:
    """The longest time in seconds in which a tone was not the strongest; without end on an empty tape."""
    found = tones(samples)
    longest = lasted = 0
    for each in found:
        lasted = 0 if abs(each - hz) <= _NEAR_HZ else lasted + 1
        longest = max(longest, lasted)
    return longest * _WINDOW / RATE_HZ if found else inf


def since_all(samples: Samples, *wanted_hz: float) -> Samples:
    """What follows from the first tenth of a second in which all of these tones are heard; nothing without one."""
    windows = range(0, len(samples) - _WINDOW + 1, _WINDOW)
    begins = (at for at in windows if all(share_with(samples[at : at + _WINDOW], hz) for hz in wanted_hz))
    return samples[next(begins, len(samples)) :]


def share_of(samples: Samples, wanted_hz: Collection[float]) -> float:
    """The share of the time, from 0 to 1, in which one of these tones is the strongest."""
    found = tones(samples)
    near = [any(abs(hz - wanted) <= _NEAR_HZ for wanted in wanted_hz) for hz in found]
    return sum(near) / len(found) if found else 0.0


def share_with(samples: Samples, hz: float) -> float:
    """The share of the time, from 0 to 1, in which a tone is heard, alone or among others as loud."""
    whole = samples[: len(samples) - len(samples) % _WINDOW].reshape(-1, _WINDOW).astype(np.float64)
    if not len(whole):
        return 0.0
    audible = np.sqrt((whole**2).mean(axis=1)) > _AUDIBLE
    spectrum = np.abs(np.fft.rfft(whole * np.hanning(_WINDOW)))
    loud = spectrum[:, round(hz * _WINDOW / RATE_HZ)] > spectrum.max(axis=1) / 5
    return float((loud & audible).mean())


def contains(samples: Samples, recording: Samples) -> bool:
    """Whether a recording was heard: most of its pieces, each of which is found by correlation.

    The correlation is 1 for the same sound at any loudness; the trunk's codec leaves 0.99 of it. A moment lost on
    the way spoils no more than a piece, and a busy machine loses some: three of nine pieces were seen to go.
    """
    heard = samples.astype(np.float64)
    pieces = recording[: len(recording) - len(recording) % _PIECE].reshape(-1, _PIECE).astype(np.float64)
    pieces = pieces[np.sqrt((pieces**2).mean(axis=1)) > _AUDIBLE]
    if heard.size < _PIECE:
        return False
    sums = np.concatenate([[0.0], np.cumsum(heard**2)])
    loudness = np.sqrt(np.maximum(sums[_PIECE:] - sums[:-_PIECE], 1.0))
    # A power of two, which transforms quickly.
    length = 1 << (heard.size + _PIECE).bit_length()
    spectrum = np.fft.rfft(heard, length)
    found = 0
    for piece in pieces:
        match = np.fft.irfft(spectrum * np.fft.rfft(piece, length).conj(), length)[: loudness.size]
        found += bool((match / loudness).max() > 0.9 * np.linalg.norm(piece))
    return found > 0.5 * len(pieces)
