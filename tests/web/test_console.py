"""The console through HTTP: opening, following, changing and closing a line; people and authorities."""

import io
import re
import wave
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions import confirm_closed, confirm_open, order_closing
from tocsin.activations.models import Activation, FrontMessage
from tocsin.activations.queries import front_in_force
from tocsin.activations.rules import SPOKEN_LANGUAGES, Kind, State
from tocsin.authorities.models import Authority, Number
from tocsin.gateways.speech import EspeakSpeech
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.web.console.words import LARGEST_RECORDING_BYTES
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
ORDER = "/console/open/rivaal/real/"


class Recorder:
    """Takes recordings as the speech gateway would, and refuses what does not begin like a WAV file."""

    def accept_recording(self, *, path: Path) -> str:
        if not path.read_bytes().startswith(b"RIFF"):
            raise Refusal("This is no sound that can be read.")
        return "uploads/abc123"


@pytest.fixture
def recorder(settings: Any) -> None:
    settings.GATEWAYS = {"speech": "tests.web.test_console.Recorder"}


def filled(authority: Authority, **changes: Any) -> dict[str, Any]:
    """The order as the form first shows it, with a title."""
    number = authority.numbers.get()
    fields: dict[str, Any] = {"title": "Rook boven de haven", "number": number.pk, "opening": "always"}
    for code in SPOKEN_LANGUAGES:
        fields |= {f"key_{code}": "", f"text_{code}": f"Bericht ({code})."}
    return fields | {"key_nl": "1", "key_fr": "2"} | changes


def errors_next_to(page: str, field: str) -> list[str]:
    """What stands next to a field."""
    found = re.search(rf'<ul class="errors" id="id_{field}_error">(.*?)</ul>', page)
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []


# --- Opening


def test_real_or_exercise_is_chosen_before_anything_is_filled_in(dirk: Person, browser_of: Browser) -> None:
    page = browser_of(dirk).get("/console/open/").content.decode()
    assert 'href="/console/open/rivaal/real/"' in page
    assert 'href="/console/open/rivaal/exercise/"' in page
    assert "<input" not in page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("kind", Kind)
def test_an_order_leads_to_the_page_that_follows_it(
    dirk: Person, rivaal: Authority, browser_of: Browser, kind: Kind
) -> None:
    client = browser_of(dirk)
    response = client.post(f"/console/open/rivaal/{kind}/", filled(rivaal))
    ordered = Activation.objects.get()
    assert (ordered.kind, ordered.state, ordered.languages) == (kind, "ordered", ["nl", "fr"])
    assert response["Location"] == f"/console/activations/{ordered.pk}/"
    page = client.get(response["Location"]).content.decode()
    assert "1771 is being opened" in page
    assert "promised within 60" in page
    assert f'hx-get="/console/activations/{ordered.pk}/progress/" hx-trigger="every 1s"' in page
    assert ("EXERCISE" in page) is (kind is Kind.EXERCISE)


def test_the_form_is_ready_to_be_sent_but_for_the_title(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    form = client.get(ORDER).context["form"]
    fields = {bound.name: bound.value() for bound in form if bound.value() is not None}
    assert not client.post(ORDER, {**fields, "title": "Brand"}).context
    ordered = Activation.objects.get()
    assert ordered.languages == rivaal.languages
    assert "Rivaal" in front_in_force(ordered)["nl"].text


def test_the_order_of_the_keys_is_the_order_of_the_languages(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    browser_of(dirk).post(ORDER, filled(rivaal, key_nl="3", key_uk="1", key_fr="2"))
    assert Activation.objects.get().languages == ["uk", "fr", "nl"]


def test_hours_by_the_day_are_kept(dirk: Person, rivaal: Authority, browser_of: Browser) -> None:
    hours = {"opening": "weekly", "start_0": "09:00", "until_0": "20:00", "start_6": "10:00", "until_6": "00:00"}
    browser_of(dirk).post(ORDER, filled(rivaal, **hours))
    kept = [(h.weekday, h.start, h.until) for h in Activation.objects.get().hours.order_by("weekday")]
    assert kept == [(0, time(9), time(20)), (6, time(10), time(0))]


def test_hours_that_are_not_asked_for_are_not_kept(dirk: Person, rivaal: Authority, browser_of: Browser) -> None:
    browser_of(dirk).post(ORDER, filled(rivaal, start_0="09:00", until_0="20:00"))
    assert not Activation.objects.get().hours.exists()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"number": ""}, "number", "This field is required."),
        ({"key_fr": "1"}, "key_fr", "Key 1 already chooses Dutch."),
        ({"key_nl": "", "key_fr": ""}, "key_nl", "Choose at least one language."),
        ({"key_fr": "3"}, "key_fr", "Use the keys 1, 2, 3 without leaving one out."),
        ({"text_fr": " "}, "text_fr", "Write what callers hear, or upload a recording."),
        ({"opening": "weekly"}, "opening", "Give the hours of at least one day."),
        (
            {"opening": "weekly", "start_2": "09:00"},
            "until_2",
            "Give both times, or none for a day that is closed.",
        ),
        (
            {"opening": "weekly", "start_2": "20:00", "until_2": "09:00"},
            "until_2",
            "The end comes after the start; 00:00 is midnight.",
        ),
        (
            {"opening": "weekly", "start_2": "09:00", "until_2": "09:00"},
            "until_2",
            "The end comes after the start; 00:00 is midnight.",
        ),
        ({"opening": "weekly", "start_2": "9 o'clock", "until_2": "20:00"}, "start_2", "Enter a valid time."),
    ],
)
def test_what_is_wrong_stands_next_to_its_field_and_on_top_and_what_was_typed_is_kept(
    dirk: Person, rivaal: Authority, browser_of: Browser, changes: dict[str, str], field: str, says: str
) -> None:
    response = browser_of(dirk).post(ORDER, filled(rivaal, text_nl="Sluit de ramen.", **changes))
    assert response.status_code == 422
    page = response.content.decode()
    assert errors_next_to(page, field) == [says]
    on_top = page.partition('role="alert"')[2].partition("</div>")[0]
    assert says in on_top
    assert on_top.count("<li>") == 1
    assert "Sluit de ramen." in page
    assert not Activation.objects.exists()


def test_a_text_that_is_too_long_is_refused_next_to_it(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    page = browser_of(dirk).post(ORDER, filled(rivaal, text_nl="a" * 1501)).content.decode()
    assert "at most 1500 characters (it has 1501)" in errors_next_to(page, "text_nl")[0]


@pytest.mark.parametrize("path", ["/console/open/", ORDER])
def test_a_number_in_use_is_said_before_anything_is_filled_in(
    dirk: Person, rivaal: Authority, browser_of: Browser, path: str
) -> None:
    client = browser_of(dirk)
    assert "in use" not in client.get(path).content.decode()
    opened = world.activation(rivaal)
    page = client.get(path).content.decode()
    assert "1771 is in use" in page
    assert f'<a href="/console/activations/{opened.pk}/">Rook boven de haven</a>' in page


@pytest.mark.parametrize("path", ["/console/open/", ORDER])
def test_a_number_in_use_by_another_authority_is_said_without_what_for(
    dirk: Person, rivaal: Authority, elsewhere: Authority, browser_of: Browser, path: str
) -> None:
    elsewhere.numbers.set(rivaal.numbers.all())
    world.activation(elsewhere)
    page = browser_of(dirk).get(path).content.decode()
    assert "1771 is in use by another authority" in page
    assert "Rook boven de haven" not in page


def test_a_number_in_use_is_said_on_top_of_the_form(dirk: Person, rivaal: Authority, browser_of: Browser) -> None:
    world.activation(rivaal)
    response = browser_of(dirk).post(ORDER, filled(rivaal))
    assert response.status_code == 422
    assert "1771 is already in use for “Rook boven de haven”" in response.content.decode()
    assert Activation.objects.count() == 1


def test_a_number_of_another_authority_cannot_be_chosen(
    dirk: Person, rivaal: Authority, elsewhere: Authority, browser_of: Browser
) -> None:
    page = browser_of(dirk).post(ORDER, filled(rivaal, number=elsewhere.numbers.get().pk)).content.decode()
    assert errors_next_to(page, "number") != []
    assert not Activation.objects.exists()


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
    settings.GATEWAYS = {"speech": "tests.web.test_console.without_a_voice"}
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


# --- Following, changing, closing


def test_the_page_counts_the_seconds_and_says_when_the_promise_is_broken(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    ordered = world.activation(rivaal, state=State.ORDERED)
    client = browser_of(dirk)
    for waited, late in ((timedelta(seconds=5), False), (timedelta(seconds=75), True)):
        Activation.objects.update(ordered_at=timezone.now() - waited)
        page = client.get(f"/console/activations/{ordered.pk}/progress/").content.decode()
        shown = re.search(r"(\d+) seconds since the order", page)
        assert shown is not None
        assert int(shown[1]) >= waited.seconds
        assert ("This takes longer than promised" in page) is late


def test_once_the_number_answers_the_page_is_loaded_again_and_links_to_the_board(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    client.post(ORDER, filled(rivaal))
    ordered = Activation.objects.get()
    confirm_open(activation=ordered.pk, at=ordered.ordered_at + timedelta(milliseconds=3200))
    told = client.get(f"/console/activations/{ordered.pk}/progress/")
    assert (told.status_code, told["HX-Refresh"]) == (204, "true")
    page = client.get(f"/console/activations/{ordered.pk}/").content.decode()
    assert "1771 answers" in page
    assert "Opened 4 seconds after the order." in page
    assert f'href="/console/board/{ordered.pk}/"' in page
    assert "hx-get" not in page


def test_a_line_that_closes_is_asked_after_every_second(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    closing = world.activation(rivaal, state=State.CLOSING)
    page = browser_of(dirk).get(f"/console/activations/{closing.pk}/").content.decode()
    assert f'hx-get="/console/activations/{closing.pk}/progress/" hx-trigger="every 1s"' in page


def test_a_line_that_closes_while_the_page_is_made_is_told_closed_throughout(
    dirk: Person, rivaal: Authority, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser_of(dirk)
    client.post(ORDER, filled(rivaal))
    closing = Activation.objects.get()
    confirm_open(activation=closing.pk, at=timezone.now())
    order_closing(activation=closing.pk, by=dirk, at=timezone.now(), why="Voorbij.")

    def front(activation: Activation) -> dict[str, FrontMessage]:
        # The last caller leaves between two queries of the page.
        confirm_closed(activation=activation.pk, at=timezone.now())
        return front_in_force(activation)

    monkeypatch.setattr("tocsin.web.console.activation.front_in_force", front)
    page = client.get(f"/console/activations/{closing.pk}/").content.decode()
    assert "<strong>Closed</strong>" in page
    assert "is closing" not in page


def test_a_changed_message_is_in_force_at_once(dirk: Person, rivaal: Authority, browser_of: Browser) -> None:
    opened = world.activation(rivaal)
    response = browser_of(dirk).post(f"/console/activations/{opened.pk}/front/nl/", {"text_nl": "Blijf binnen."})
    assert response["Location"] == f"/console/activations/{opened.pk}/"
    assert front_in_force(opened)["nl"].text == "Blijf binnen."


def test_an_empty_message_is_refused_and_the_old_one_stays(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    opened = world.activation(rivaal)
    response = browser_of(dirk).post(f"/console/activations/{opened.pk}/front/nl/", {"text_nl": ""})
    assert errors_next_to(response.content.decode(), "text_nl") == [
        "Write what callers hear, or upload a recording."
    ]
    assert front_in_force(opened)["nl"].text == "Bericht (nl)."


@pytest.mark.parametrize("state", [State.CLOSING, State.CLOSED])
def test_a_message_that_nobody_will_hear_is_refused_in_one_line(
    dirk: Person, rivaal: Authority, browser_of: Browser, state: State
) -> None:
    done = world.activation(rivaal, state=state)
    response = browser_of(dirk).post(f"/console/activations/{done.pk}/front/nl/", {"text_nl": "Te laat."})
    assert response.status_code == 422
    assert "This activation lets nobody in any more, so its message stays as it was." in response.content.decode()
    assert front_in_force(done)["nl"].text == "Bericht (nl)."


def test_a_language_that_the_line_does_not_speak_has_no_message(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    opened = world.activation(rivaal, languages=["nl"])
    path = f"/console/activations/{opened.pk}/front/de/"
    assert browser_of(dirk).post(path, {"text_de": "Nein."}).status_code == 404


def test_an_authority_without_a_number_is_told_who_assigns_one(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    rivaal.numbers.clear()
    client = browser_of(dirk)
    page = client.get("/console/open/").content.decode()
    assert "No number is assigned to this authority yet. An administrator assigns one." in page
    assert ORDER not in page
    assert client.post(ORDER, {"title": "Brand", "opening": "always"}).status_code == 422
    assert not Activation.objects.exists()


def test_the_text_can_be_spoken_again_in_place_of_a_recording(
    dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    opened = world.activation(rivaal)
    opened.front_messages.create(language="nl", text="Oud.", recording="uploads/abc123", by=dirk, at=NOON)
    client, path = browser_of(dirk), f"/console/activations/{opened.pk}/front/nl/"
    kept = client.get(path).context["form"]["kept_nl"].value()
    client.post(path, {"text_nl": "Nieuw.", "kept_nl": kept})
    assert front_in_force(opened)["nl"].recording == "uploads/abc123"
    client.post(path, {"text_nl": "Nieuw.", "kept_nl": kept, "speak_text": "on"})
    assert (front_in_force(opened)["nl"].recording, front_in_force(opened)["nl"].text) == ("", "Nieuw.")


@pytest.mark.parametrize("missing", ["why", "sure"])
def test_closing_asks_for_a_reason_and_a_tick(
    dirk: Person, rivaal: Authority, browser_of: Browser, missing: str
) -> None:
    opened = world.activation(rivaal)
    client, path = browser_of(dirk), f"/console/activations/{opened.pk}/close/"
    given = {"why": "Brand is uit.", "sure": "on"}
    assert client.post(path, {**given, missing: ""}).status_code == 422
    opened.refresh_from_db()
    assert opened.state == State.OPEN
    client.post(path, given)
    opened.refresh_from_db()
    assert opened.state == State.CLOSING


@pytest.mark.parametrize("state", [State.CLOSING, State.CLOSED])
def test_closing_twice_is_told_and_changes_nothing(
    dirk: Person, rivaal: Authority, browser_of: Browser, state: State
) -> None:
    closing = world.activation(rivaal, state=state)
    response = browser_of(dirk).post(f"/console/activations/{closing.pk}/close/", {"why": "Weer.", "sure": "on"})
    assert response.status_code == 422
    assert "This line is closed already, or will be when the last caller has left." in response.content.decode()


def test_every_step_is_told_with_who_and_why(dirk: Person, rivaal: Authority, browser_of: Browser) -> None:
    client = browser_of(dirk)
    client.post(ORDER, filled(rivaal))
    ordered = Activation.objects.get()
    confirm_open(activation=ordered.pk, at=timezone.now())
    client.post(f"/console/activations/{ordered.pk}/close/", {"why": "Brand is uit.", "sure": "on"})
    confirm_closed(activation=ordered.pk, at=timezone.now())
    page = client.get(f"/console/activations/{ordered.pk}/").content.decode()
    story = re.findall(r"<strong>(Ordered|The number answers|Closing ordered|Closed)</strong>\s*· ([\w ]+)", page)
    assert [(what, who.strip()) for what, who in story] == [
        ("Ordered", "Dirk"),
        ("The number answers", "the centre itself"),
        ("Closing ordered", "Dirk"),
        ("Closed", "the centre itself"),
    ]
    assert "“Brand is uit.”" in page
    log = client.get(f"/console/activations/{ordered.pk}/logbook/").content.decode()
    assert "Ordered the line to be opened" in log
    assert Line.objects.filter(kind="activation.closed").get().digest[:8] in log


def test_a_coordinator_watches_but_neither_opens_nor_closes(
    carl: Person, rivaal: Authority, browser_of: Browser
) -> None:
    opened = world.activation(rivaal)
    client = browser_of(carl)
    page = client.get(f"/console/activations/{opened.pk}/").content.decode()
    assert "Close the line" not in page
    assert "/front/" not in page
    assert "Open the line" not in client.get("/console/").content.decode()
    for path in ("/console/open/", ORDER, f"/console/activations/{opened.pk}/close/"):
        assert client.get(path).status_code == 403


def test_what_is_open_stands_on_the_first_page(carl: Person, rivaal: Authority, browser_of: Browser) -> None:
    client = browser_of(carl)
    assert "Nothing is open" in client.get("/console/").content.decode()
    world.activation(rivaal)
    page = client.get("/console/").content.decode()
    assert "Rook boven de haven" in page
    assert "EXERCISE" in page
    assert "Nothing is open" not in page


@pytest.mark.parametrize("page", ["", "close/", "logbook/", "front/nl/"])
def test_everything_of_an_exercise_carries_its_band(
    dirk: Person, rivaal: Authority, browser_of: Browser, page: str
) -> None:
    client = browser_of(dirk)
    exercise = world.activation(rivaal)
    assert b"band-exercise" in client.get(f"/console/activations/{exercise.pk}/{page}").content
    Activation.objects.update(state=State.CLOSED)
    real = world.activation(rivaal, kind=Kind.REAL)
    assert b"band-exercise" not in client.get(f"/console/activations/{real.pk}/{page}").content


# --- Otto


@pytest.mark.parametrize("page", ["", "progress/", "front/nl/", "close/", "logbook/"])
def test_otto_finds_nothing_of_another_authority(
    otto: Person, rivaal: Authority, browser_of: Browser, page: str
) -> None:
    opened = world.activation(rivaal)
    client = browser_of(otto)
    assert client.get(f"/console/activations/{opened.pk}/{page}").status_code == 404
    if page in ("front/nl/", "close/"):
        given = {"why": "Van mij.", "sure": "on", "text_nl": "Ha."}
        assert client.post(f"/console/activations/{opened.pk}/{page}", given).status_code == 404
        opened.refresh_from_db()
        assert opened.state == State.OPEN


def test_otto_opens_nothing_for_another_authority_and_reads_nothing_of_it_in_lists(
    otto: Person, rivaal: Authority, browser_of: Browser
) -> None:
    world.activation(rivaal)
    client = browser_of(otto)
    assert client.get(ORDER).status_code == 404
    assert client.post(ORDER, filled(rivaal)).status_code == 404
    for path in ("/console/", "/console/open/", "/console/activations/"):
        page = client.get(path).content.decode()
        assert "Rook boven de haven" not in page
        assert "Rivaal" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/console/people/",
        "/console/people/add/",
        "/console/people/1/",
        "/console/authorities/",
        "/console/authorities/add/",
        "/console/authorities/rivaal/",
    ],
)
def test_only_an_administrator_sees_people_and_authorities(
    otto: Person, dirk: Person, ann: Agent, browser_of: Browser, path: str
) -> None:
    for person in (otto, dirk, ann.person):
        client = browser_of(person)
        assert client.get(path).status_code == 403
        assert client.post(path).status_code == 403


def test_an_agent_sees_nothing_of_the_console(ann: Agent, rivaal: Authority, browser_of: Browser) -> None:
    opened = world.activation(rivaal)
    client = browser_of(ann.person)
    for path in ("/console/", "/console/activations/", f"/console/activations/{opened.pk}/"):
        assert client.get(path).status_code == 403


def test_an_administrator_sees_no_affairs_of_authorities(
    ada: Person, rivaal: Authority, browser_of: Browser
) -> None:
    opened = world.activation(rivaal)
    assert browser_of(ada).get(f"/console/activations/{opened.pk}/").status_code == 403


# --- People and authorities


def a_person(authority: Authority, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "email": "wim@example.org",
        "name": "Wim",
        "roles": ["agent"],
        "authorities": [authority.pk],
        "agent_languages": ["nl", "fr"],
        "language": "nl",
    }
    return fields | changes


def test_an_agent_is_let_in_with_languages_and_a_link(ada: Person, rivaal: Authority, browser_of: Browser) -> None:
    client = browser_of(ada)
    response = client.post("/console/people/add/", a_person(rivaal), follow=True)
    wim = Person.objects.get(email="wim@example.org")
    agent = Agent.objects.get(person=wim)
    assert (agent.languages, list(agent.serves.all())) == (["nl", "fr"], [rivaal])
    found = re.search(r'<code id="link">(.*?)</code>', response.content.decode())
    assert found is not None
    assert found[1].startswith("http://testserver/account/password/link/")
    assert Client().get(found[1], follow=True).status_code == 200
    assert {line.kind for line in Line.objects.all()} == {"person.added", "agent.enrolled"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "wim"}, "email"),
        ({"name": ""}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["emperor"]}, "roles"),
        ({"agent_languages": []}, "agent_languages"),
        ({"authorities": []}, "authorities"),
    ],
)
def test_what_is_wrong_about_a_person_stands_next_to_its_field(
    ada: Person, rivaal: Authority, browser_of: Browser, changes: dict[str, Any], field: str
) -> None:
    response = browser_of(ada).post("/console/people/add/", a_person(rivaal, **changes))
    assert response.status_code == 422
    assert errors_next_to(response.content.decode(), field) != []
    assert not Person.objects.filter(name="Wim").exists()


def test_a_second_person_with_an_address_is_refused_and_nothing_is_kept(
    ada: Person, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    response = browser_of(ada).post("/console/people/add/", a_person(rivaal, email="DIRK@example.org"))
    assert "already somebody with the address" in response.content.decode()
    assert not Agent.objects.exists()


def test_a_person_is_changed_and_put_out(
    ada: Person, dirk: Person, rivaal: Authority, browser_of: Browser
) -> None:
    client = browser_of(ada)
    path = f"/console/people/{dirk.pk}/"
    form = client.get(path).context["form"]
    assert form["roles"].value() == ["duty_officer"]
    client.post(path, {"name": "Dirk D.", "roles": ["coordinator"], "language": "fr"})
    dirk.refresh_from_db()
    assert (dirk.name, dirk.roles, dirk.is_active, list(dirk.authorities.all())) == (
        "Dirk D.",
        ["coordinator"],
        False,
        [],
    )


def test_a_link_is_shown_only_as_long_as_there_is_no_password(
    ada: Person, dirk: Person, browser_of: Browser
) -> None:
    client = browser_of(ada)
    path = f"/console/people/{dirk.pk}/"
    assert b'id="link"' not in client.get(path).content
    assert client.post(f"{path}reset/", {"sure": "on"})["Location"] == path
    assert b'id="link"' in client.get(path).content


def test_one_click_forgets_nobodys_access(ada: Person, dirk: Person, browser_of: Browser) -> None:
    client = browser_of(ada)
    path = f"/console/people/{dirk.pk}/reset/"
    assert path in client.get(f"/console/people/{dirk.pk}/").content.decode()
    assert errors_next_to(client.post(path, {"sure": ""}).content.decode(), "sure")
    assert client.get(path).status_code == 200
    dirk.refresh_from_db()
    assert dirk.has_usable_password()


def test_nobody_forgets_their_own_access(ada: Person, browser_of: Browser) -> None:
    client = browser_of(ada)
    assert f"/console/people/{ada.pk}/reset/" not in client.get(f"/console/people/{ada.pk}/").content.decode()
    response = client.post(f"/console/people/{ada.pk}/reset/", {"sure": "on"})
    assert response.status_code == 422
    assert "Another administrator has to do this for you" in response.content.decode()
    ada.refresh_from_db()
    assert ada.has_usable_password()


def test_an_authority_is_taken_on_and_given_a_number(ada: Person, browser_of: Browser) -> None:
    client = browser_of(ada)
    given = {"name": "Sint-Rivaal", "languages": ["nl"], "timezone": "Europe/Brussels"}
    assert client.post("/console/authorities/add/", given)["Location"] == "/console/authorities/sint-rivaal/"
    client.post("/console/authorities/sint-rivaal/", {"digits": "1771"})
    assert Number.objects.get().authorities.get().slug == "sint-rivaal"
    assert "1771" in client.get("/console/authorities/").content.decode()


def test_a_time_zone_that_does_not_exist_is_refused(ada: Person, browser_of: Browser) -> None:
    given = {"name": "Sint-Rivaal", "languages": ["nl"], "timezone": "Europe/Atlantis"}
    page = browser_of(ada).post("/console/authorities/add/", given).content.decode()
    assert errors_next_to(page, "timezone") == ["There is no time zone of that name."]


def test_a_number_that_is_none_is_refused_on_top(ada: Person, rivaal: Authority, browser_of: Browser) -> None:
    response = browser_of(ada).post("/console/authorities/rivaal/", {"digits": "17-71"})
    assert response.status_code == 422
    assert "A number is 2 to 15 digits" in response.content.decode()


@pytest.mark.parametrize("path", [ORDER, "/console/people/add/", "/console/authorities/add/"])
def test_an_order_that_does_not_come_from_our_own_page_is_refused(
    path: str, rivaal: Authority, browser_of: Browser
) -> None:
    everything = world.person("Eve", Role.DUTY_OFFICER, Role.ADMINISTRATOR, acts_for=rivaal)
    client = browser_of(everything)
    client.handler.enforce_csrf_checks = True
    assert client.post(path, filled(rivaal)).status_code == 403
    assert not Activation.objects.exists()
