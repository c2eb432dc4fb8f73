"""The port `activations.ports.Speech`, kept by espeak-ng from the fetched engine."""

import contextlib
import io
import resource
import tempfile
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tocsin.activations.rules import spoken_name
from tocsin.gateways.speech import EspeakSpeech
from tocsin.gateways.speech.espeak import plain
from tocsin.gateways.speech.sound import write_sound
from tocsin.project.instance import instance
from tocsin.project.telephony import ensure_engine
from tocsin.refusals import Refusal

NO_VOICE = ("false",)
SPOKEN = {
    "nl": "Sluit ramen en deuren en blijf binnen.",
    "fr": "Fermez portes et fenêtres et restez à l’intérieur.",
    "de": "Schließen Sie Türen und Fenster und bleiben Sie drinnen.",
    "en": "Close doors and windows and stay inside.",
    "uk": "Зачиніть вікна та двері і залишайтеся вдома.",
    "ru": "Закройте окна и двери и оставайтесь дома.",
    "es": "Cierre puertas y ventanas y quédese dentro.",
    "ar": "أغلقوا الأبواب والنوافذ وابقوا في الداخل",
}


@pytest.fixture(scope="module")
def espeak() -> tuple[str, ...]:
    return ensure_engine(instance).espeak


@pytest.fixture
def speech(espeak: tuple[str, ...], tmp_path: Path) -> EspeakSpeech:
    return EspeakSpeech(media=tmp_path, espeak=espeak)


@pytest.fixture
def mute(tmp_path: Path) -> EspeakSpeech:
    """Speech whose voice does not run: what needs none, works all the same."""
    return EspeakSpeech(media=tmp_path, espeak=NO_VOICE)


def heard(media: Path, name: str) -> NDArray[np.float64]:
    """A recording as the switch plays it, between -1 and 1; it plays nothing else than 8 kHz, 16 bit, mono."""
    with wave.open(str(media / f"{name}.wav")) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def loudness(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def tone(
    *, rate_hz: int = 44_100, channels: int = 2, seconds: float = 1.0, level: float = 0.5, width: int = 2
) -> bytes:
    """A WAV file with a tone of 440 Hz."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    samples = (32767 * level * np.sin(2 * np.pi * 440 * times)).astype("<i2")
    data = np.repeat(samples, channels).tobytes() if width == 2 else bytes(times.size * channels * width)
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(data)
    return target.getvalue()


@pytest.mark.telephony
@pytest.mark.parametrize("language", SPOKEN)
def test_a_text_is_spoken_so_that_the_switch_can_play_it(
    speech: EspeakSpeech, tmp_path: Path, language: str
) -> None:
    name = speech.say(language=language, text=SPOKEN[language])
    assert name == spoken_name(language, SPOKEN[language])
    assert speech.has(name=name)
    sound = heard(tmp_path, name)
    assert sound.size > 8000 * 0.5
    assert loudness(sound) > 0.02
    assert np.abs(sound).max() == pytest.approx(10 ** (-3 / 20), abs=0.001)
    assert loudness(sound[:1600]) < 0.001


@pytest.mark.telephony
def test_the_switchs_own_user_may_read_what_was_spoken(speech: EspeakSpeech, tmp_path: Path) -> None:
    file = tmp_path / f"{speech.say(language='nl', text='Goedemorgen.')}.wav"
    assert file.stat().st_mode & 0o777 == 0o644
    assert file.parent.stat().st_mode & 0o005 == 0o005


@pytest.mark.telephony
@pytest.mark.parametrize("text", ["-f /etc/hostname", "$(id) `id` ; id", 'say "this"', "--version"])
def test_a_text_is_never_an_order(speech: EspeakSpeech, tmp_path: Path, text: str) -> None:
    assert loudness(heard(tmp_path, speech.say(language="en", text=text))) > 0.01


@pytest.mark.telephony
def test_brackets_are_no_phonemes(speech: EspeakSpeech, tmp_path: Path) -> None:
    # As phonemes these would be a fifth as long as when they are read.
    as_read = heard(tmp_path, speech.say(language="en", text="[[hal'oU hal'oU hal'oU hal'oU]]")).size
    as_words = heard(tmp_path, speech.say(language="en", text="hal'oU hal'oU hal'oU hal'oU")).size
    assert as_read == pytest.approx(as_words, rel=0.2)


@pytest.mark.telephony
def test_the_same_text_at_the_same_time_is_one_recording(speech: EspeakSpeech, tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=speech.say, kwargs={"language": "fr", "text": "Bonjour."}) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [file.name for file in (tmp_path / "speech").iterdir()] == [
        f"{Path(spoken_name('fr', 'Bonjour.')).name}.wav"
    ]


def test_what_was_spoken_once_is_not_spoken_again(mute: EspeakSpeech, tmp_path: Path) -> None:
    file = tmp_path / f"{spoken_name('nl', 'Goedemorgen.')}.wav"
    file.parent.mkdir()
    file.write_bytes(b"spoken before")
    assert mute.say(language="nl", text="Goedemorgen.") == spoken_name("nl", "Goedemorgen.")
    assert file.read_bytes() == b"spoken before"


def test_a_voice_that_does_not_run_is_told_and_leaves_nothing(mute: EspeakSpeech, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="tocsin engine install"):
        mute.say(language="nl", text="Goedemorgen.")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not mute.has(name=spoken_name("nl", "Goedemorgen."))


def test_a_recording_for_which_there_is_no_room_is_told_and_leaves_nothing(
    mute: EspeakSpeech, tmp_path: Path
) -> None:
    write_sound(tmp_path / "speech" / "long.wav", np.ones(8000, np.float32))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Of a file, no more than this is written, by any process of the tests; it ends as a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            mute.join(names=["speech/long"], name="fallback/1771")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not mute.has(name="fallback/1771")
    assert not list((tmp_path / "fallback").iterdir())
    mute.join(names=["speech/long"], name="fallback/1771")
    assert mute.has(name="fallback/1771")


def test_a_language_without_a_voice_is_refused(mute: EspeakSpeech) -> None:
    with pytest.raises(Refusal, match="no voice for the language tlh"):
        mute.say(language="tlh", text="nuqneH")


@pytest.mark.parametrize("text", ["", "  \n\t", "...", "\x00\x01", "[[]]", "<>"])
def test_a_text_without_words_is_refused(mute: EspeakSpeech, text: str) -> None:
    with pytest.raises(Refusal, match="no text to speak"):
        mute.say(language="nl", text=text)


def test_a_text_that_nobody_would_listen_to_is_refused(mute: EspeakSpeech) -> None:
    with pytest.raises(Refusal, match="Make it shorter"):
        mute.say(language="nl", text="lang " * 1000)


@given(st.text(max_size=200).map(lambda text: f"begin {text} end"))
def test_no_text_gives_orders_to_the_voice(text: str) -> None:
    spoken = plain(text)
    assert spoken.isprintable()
    assert not {"[", "]", "<", ">"} & set(spoken)
    spoken.encode()


def test_recordings_are_joined_one_after_the_other(mute: EspeakSpeech, tmp_path: Path) -> None:
    names = [mute.accept_recording(path=saved(tmp_path, tone(seconds=length))) for length in (1.0, 2.0)]
    assert mute.join(names=names, name="fallback/+3225551771") == "fallback/+3225551771"
    parts = [heard(tmp_path, name) for name in names]
    assert np.array_equal(heard(tmp_path, "fallback/+3225551771"), np.concatenate(parts))
    mute.join(names=names[:1], name="fallback/+3225551771")
    assert heard(tmp_path, "fallback/+3225551771").size == parts[0].size


def test_a_recording_that_is_missing_is_left_out_of_what_is_joined(mute: EspeakSpeech, tmp_path: Path) -> None:
    there = mute.accept_recording(path=saved(tmp_path, tone(seconds=1.0)))
    mute.join(names=[there, "speech/fr-0000000000000000", there], name="fallback/1771")
    assert heard(tmp_path, "fallback/1771").size == 2 * heard(tmp_path, there).size
    with pytest.raises(Refusal, match="None of the recordings"):
        mute.join(names=["speech/fr-0000000000000000"], name="fallback/1771")


@pytest.mark.parametrize("name", ["../outside", "fallback/../x", "/etc/x", "Fallback", "", "fallback/", "a//b"])
def test_a_name_that_leads_elsewhere_is_an_error(mute: EspeakSpeech, tmp_path: Path, name: str) -> None:
    recording = mute.accept_recording(path=saved(tmp_path, tone()))
    with pytest.raises(ValueError, match="no media name"):
        mute.join(names=[recording], name=name)


def saved(folder: Path, data: bytes) -> Path:
    """A file as somebody uploads it."""
    file = folder / "upload.wav"
    file.write_bytes(data)
    return file


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 16_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_recording_of_any_rate_is_made_what_the_switch_plays(
    mute: EspeakSpeech, tmp_path: Path, rate_hz: int, channels: int
) -> None:
    name = mute.accept_recording(path=saved(tmp_path, tone(rate_hz=rate_hz, channels=channels, level=0.05)))
    sound = heard(tmp_path, name)
    assert sound.size == pytest.approx(8000 * 1.65, abs=10)
    spectrum = np.abs(np.fft.rfft(sound))
    assert spectrum.argmax() * 8000 / sound.size == pytest.approx(440, abs=2)
    assert np.abs(sound).max() == pytest.approx(10 ** (-3 / 20), abs=0.001)


def test_what_a_telephone_cannot_carry_does_not_come_back_as_a_whistle(mute: EspeakSpeech, tmp_path: Path) -> None:
    rate_hz = 48_000
    times = np.arange(rate_hz) / rate_hz
    mixed = 0.4 * np.sin(2 * np.pi * 440 * times) + 0.4 * np.sin(2 * np.pi * 5000 * times)
    data = bytearray(tone(rate_hz=rate_hz, channels=1))
    data[44:] = (32767 * mixed).astype("<i2").tobytes()
    sound = heard(tmp_path, mute.accept_recording(path=saved(tmp_path, bytes(data))))
    spectrum = np.abs(np.fft.rfft(sound))
    folded = spectrum[round(3000 * sound.size / 8000)]  # where 5000 Hz would appear
    assert folded < spectrum.max() / 1000


def shortened(data: bytes) -> bytes:
    """A file whose end was lost on the way, in the middle of a sample."""
    return data[:-1001]


def test_a_recording_that_lost_its_end_is_taken_as_far_as_it_goes(mute: EspeakSpeech, tmp_path: Path) -> None:
    whole = tone()
    sound = heard(tmp_path, mute.accept_recording(path=saved(tmp_path, shortened(whole))))
    assert 8000 < sound.size <= 8000 * 1.65


def test_the_same_recording_has_the_same_name(mute: EspeakSpeech, tmp_path: Path) -> None:
    first = mute.accept_recording(path=saved(tmp_path, tone()))
    assert mute.accept_recording(path=saved(tmp_path, tone())) == first
    assert mute.accept_recording(path=saved(tmp_path, tone(seconds=2))) != first


UNUSABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "not a WAV file"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "not a WAV file"),
    "an mp3 called wav": (lambda: b"ID3\x03" + bytes(1000), "not a WAV file"),
    "a header alone": (lambda: tone()[:20], "not a WAV file"),
    "8 bit": (lambda: tone(width=1), "16 bit"),
    "24 bit": (lambda: tone(width=3), "16 bit"),
    "six channels": (lambda: tone(channels=6), "mono or stereo"),
    "4 kHz": (lambda: tone(rate_hz=4000), "8 to 192 kHz"),
    "no sound at all": (lambda: tone(seconds=0), "silent"),
    "silence": (lambda: tone(level=0.001), "silent"),
    "six minutes": (lambda: tone(rate_hz=8000, channels=1, seconds=360), "over 5 minutes"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_cannot_be_used_is_refused_in_words(mute: EspeakSpeech, tmp_path: Path, what: str) -> None:
    make, words = UNUSABLE[what]
    with pytest.raises(Refusal, match=words):
        mute.accept_recording(path=saved(tmp_path, make()))
    assert [path.name for path in tmp_path.rglob("*")] == ["upload.wav"]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 43), st.integers(0, 255))
def test_a_damaged_header_is_refused_or_read_and_nothing_else(place: int, value: int) -> None:
    damaged = bytearray(tone(seconds=0.1))
    damaged[place] = value
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(Refusal):
        EspeakSpeech(media=Path(folder), espeak=NO_VOICE).accept_recording(
            path=saved(Path(folder), bytes(damaged))
        )


def test_a_file_that_is_too_large_is_refused_unread(mute: EspeakSpeech, tmp_path: Path) -> None:
    file = saved(tmp_path, tone())
    with file.open("ab") as opened:
        opened.truncate(50_000_001)
    with pytest.raises(Refusal, match="larger than 50 MB"):
        mute.accept_recording(path=file)
