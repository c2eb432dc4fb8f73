"""Sound as the telephone has it: 8 kHz, 16 bit, mono (G.711's band); how it is read, prepared and kept."""

import os
import tempfile
import wave
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from tocsin.refusals import Refusal

RATE_HZ = 8000
Samples = NDArray[np.float32]

# Loud enough for a bad line, with room for the resampling of others: -3 dB of full scale.
_PEAK = 10 ** (-3 / 20)
# What nobody would hear: -50 dB of full scale.
_SILENT = 10 ** (-50 / 20)
_FULL_SCALE = 32768
_LEAD_SECONDS, _TAIL_SECONDS = 0.25, 0.4
_RATES_HZ = range(8000, 192_001)


def read_sound(path: Path) -> tuple[Samples, int]:
    """A WAV file as mono between -1 and 1, and its rate in hertz.

    Refuses, in words for who made it, what is no WAV file of 16 bit, or silent.
    """
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate, frames = file.getparams()[:4]
            data = file.readframes(frames)
    except (wave.Error, EOFError, RuntimeError) as error:  # the last for a chunk that claims to be too large
        raise Refusal(
            "This is not a WAV file with plain sound (PCM). Save the recording as WAV, 16 bit."
        ) from error
    if width != 2 or channels > 2 or rate not in _RATES_HZ:
        raise Refusal("The recording must be mono or stereo, 16 bit, from 8 to 192 kHz. Save it again as such.")
    whole = np.frombuffer(data[: len(data) - len(data) % (2 * channels)], dtype="<i2")
    mono: Samples = whole.reshape(-1, channels).mean(axis=1, dtype=np.float32) / np.float32(_FULL_SCALE)
    if mono.size == 0 or float(np.abs(mono).max()) < _SILENT:
        raise Refusal("The recording is silent. Check the microphone and record it again.")
    return mono, rate


def for_telephone(sound: Samples, rate_hz: int) -> Samples:
    """The sound at 8 kHz, as loud as a telephone carries well, with a short silence before and after."""
    narrow = soxr.resample(sound, rate_hz, RATE_HZ, quality="HQ")
    loud = narrow * (_PEAK / max(float(np.abs(narrow).max()), _SILENT))
    silences = [np.zeros(round(seconds * RATE_HZ), np.float32) for seconds in (_LEAD_SECONDS, _TAIL_SECONDS)]
    return np.concatenate([silences[0], loud, silences[1]])


def write_sound(path: Path, sound: Samples) -> None:
    """Writes a file that is complete or absent, and that the switch, another user, may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o755)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as opened, wave.open(opened, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            scaled = np.clip((sound * _FULL_SCALE).round(), -_FULL_SCALE, _FULL_SCALE - 1)
            file.writeframes(scaled.astype("<i2").tobytes())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink()
        raise
