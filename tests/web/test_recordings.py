"""A recording of one's own in place of the text: accepted, kept, refused."""

import io
import re
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import world
from tests.web.forms import ORDER, errors_next_to, filled
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.queries import front_in_force
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.gateways.speech import EspeakSpeech
from tocsin.refusals import Refusal
from tocsin.web.console.words import LARGEST_RECORDING_BYTES

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


class Recorder:
    """Takes recordings as the speech gateway would, and refuses what does not begin like a WAV file."""

    def accept_recording(self, *, path: Path) -> str:
        if not path.read_bytes().startswith(b"RIFF"):
            raise Refusal("This is no sound that can be read.")
        return "uploads/abc123"


@pytest.fixture
def recorder(settings: Any) -> None:
    settings.GATEWAYS = {"speech": "tests.web.test_recordings.Recorder"}


def test_an_uploaded_recording_takes_the_place_of_the_text(
    recorder: None, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    sound = SimpleUploadedFile("bericht.wav", b"RIFF....", content_type="audio/wav")
    browser_of(dirk).post(ORDER, filled(rivaal, text_nl="", recording_nl=sound))
    assert front_in_force(Activation.objects.get())["nl"].recording == "uploads/abc123"


def test_a_recording_is_remembered_while_the_rest_of_the_form_is_corrected(
    recorder: None, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    sound = SimpleUploadedFile("bericht.wav", b"RIFF....", content_type="audio/wav")
    response = client.post(ORDER, filled(rivaal, title="", text_nl="", recording_nl=sound))
    kept = response.context["form"]["kept_nl"].value()
    assert "A recording is kept" in response.content.decode()
    client.post(ORDER, filled(rivaal, text_nl="", kept_nl=kept))
    assert front_in_force(Activation.objects.get())["nl"].recording == "uploads/abc123"


def test_a_recording_that_somebody_made_up_is_not_taken(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    page = browser_of(dirk).post(ORDER, filled(rivaal, text_nl="", kept_nl="uploads/of-somebody-else"))
    assert errors_next_to(page.content.decode(), "text_nl") == ["Write what callers hear, or upload a recording."]


def test_an_upload_that_is_no_sound_is_refused_next_to_it(
    recorder: None, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    text = SimpleUploadedFile("bericht.wav", b"Hello", content_type="audio/wav")
    page = browser_of(dirk).post(ORDER, filled(rivaal, recording_nl=text)).content.decode()
    assert errors_next_to(page, "recording_nl") == ["This is no sound that can be read."]
    assert not Activation.objects.exists()


@pytest.fixture
def speech(settings: Any, tmp_path: Path) -> Path:
    """The speech gateway itself, without a voice; answers the folder of its recordings."""
    settings.MEDIA_ROOT = tmp_path
    settings.GATEWAYS = {"speech": "tests.web.test_recordings.without_a_voice"}
    return tmp_path


def without_a_voice() -> EspeakSpeech:
    return EspeakSpeech(media=settings.MEDIA_ROOT, espeak=("false",))


def a_tone() -> bytes:
    """A second of sound as a WAV file."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join((i % 80 * 300).to_bytes(2, "little") for i in range(8000)))
    return target.getvalue()


# An MP3 file begins with its tags or with its first frame (ISO 11172-3, section 2.4.1.3).
MP3_FRAME = b"\xff\xfb\x90\x64" + bytes(413)


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("bericht.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00" + 9 * MP3_FRAME),
        ("bericht.mp3", 9 * MP3_FRAME),
        ("bericht.wav", 9 * MP3_FRAME),
        ("bericht.wav", a_tone()[:30]),
        ("bericht.wav", b"RIFF"),
    ],
    ids=["an MP3", "an MP3 without tags", "an MP3 called WAV", "a WAV cut in its header", "a WAV of four bytes"],
)
def test_a_recording_that_cannot_be_read_is_refused_with_what_is_accepted(
    speech: Path, dirk: Person, rivaal: Authority, browser_of: Browser, name: str, sound: bytes
) -> None:
    upload = SimpleUploadedFile(name, sound, content_type="audio/mpeg")
    page = browser_of(dirk).post(ORDER, filled(rivaal, recording_nl=upload)).content.decode()
    assert errors_next_to(page, "recording_nl") == [
        "This is not a WAV file with plain sound (PCM). Save the recording as WAV, 16 bit."
    ]
    assert not Activation.objects.exists()
    assert list(speech.iterdir()) == []


def test_a_wav_file_is_accepted_whatever_it_is_called(
    speech: Path, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    upload = SimpleUploadedFile("bericht", a_tone(), content_type="application/octet-stream")
    browser_of(dirk).post(ORDER, filled(rivaal, text_nl="", recording_nl=upload))
    recording = front_in_force(Activation.objects.get())["nl"].recording
    assert (speech / f"{recording}.wav").exists()


UNHEARD = "Callers do not hear this message"


def test_an_officer_is_told_which_message_of_an_open_line_nobody_hears(
    speech: Path, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    opened = world.activation(rivaal)
    path = f"/console/activations/{opened.pk}/"
    client = browser_of(dirk)
    assert client.get(path).content.decode().count(UNHEARD) == 2
    (speech / "speech").mkdir()
    for message in opened.front_messages.all():
        (speech / f"{message.media_name}.wav").touch()
    assert UNHEARD not in client.get(path).content.decode()


@pytest.mark.parametrize("state", sorted(set(State) - {State.OPEN}))
def test_nobody_is_told_of_a_message_that_is_not_to_be_heard(
    speech: Path, dirk: Person, rivaal: Authority, browser_of: Browser, state: State
) -> None:
    opened = world.activation(rivaal, state=state)
    assert UNHEARD not in browser_of(dirk).get(f"/console/activations/{opened.pk}/").content.decode()


def test_a_message_that_was_changed_just_now_is_given_the_time_to_be_spoken(
    speech: Path, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    opened = world.activation(rivaal, languages=["nl"])
    client = browser_of(dirk)
    changed = client.post(f"/console/activations/{opened.pk}/front/nl/", {"text_nl": "Ramen dicht."}, follow=True)
    assert "Ramen dicht." in changed.content.decode()
    assert UNHEARD not in changed.content.decode()


def test_the_field_for_a_recording_says_what_it_accepts(dirk: Person, browser_of: Browser) -> None:
    page = browser_of(dirk).get(ORDER).content.decode()
    field = re.search(r'<input type="file" name="recording_nl"[^>]*>', page)
    assert field is not None
    assert 'accept=".wav,audio/wav,audio/x-wav"' in field[0]
    assert 'aria-describedby="id_recording_nl_helptext"' in field[0]
    assert 'id="id_recording_nl_helptext">A WAV file of 16 bit, 20 MB at most.<' in page


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(
    recorder: None, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    large = SimpleUploadedFile("bericht.wav", b"RIFF" + bytes(LARGEST_RECORDING_BYTES), content_type="audio/wav")
    page = browser_of(dirk).post(ORDER, filled(rivaal, recording_nl=large)).content.decode()
    assert "larger than 20 MB" in errors_next_to(page, "recording_nl")[0]
