"""Recordings of conversations, through HTTP: the terms, who hears them for what purpose, and the certificates."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import world
from tests.web.test_asking_for_help import speak
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation, HearingTerms
from tocsin.activations.rules import Kind
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls.actions.tapes import file_of
from tocsin.calls.models import Call, Caller, DeletionCertificate, LineOrder, Tape
from tocsin.calls.rules.hearing_words import AGREE
from tocsin.logbook.models import Line
from tocsin.web.console.tapes import LISTENING
from tocsin.web.desk.panel import Panel
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
WHY = "Complaint of 12 March"
SOUND = b"RIFF what was said"


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    return world.activation(rivaal, languages=["nl"], kind=Kind.REAL)


@pytest.fixture
def terms(fire: Activation) -> HearingTerms:
    return HearingTerms.objects.create(
        activation=fire,
        records=True,
        basis="Consent",
        article="GDPR, article 6(1)(a)",
        notices={"nl": "Wij nemen op."},
        days=30,
        at=world.NOON,
    )


@pytest.fixture
def keep(terms: HearingTerms, ann: Agent, settings: Any, tmp_path: Path) -> Callable[..., Tape]:
    """Keeps a tape with its file."""
    settings.KEPT_TAPES = tmp_path

    def made(name: str = "c1-tape-1", *, stream: str = "d5", question: bool = False) -> Tape:
        activation = terms.activation
        now = timezone.now()
        leg = name.partition("-tape-")[0]
        ended = {"state": "ended", "since": now, "arrived_at": now, "number": "1771", "language": "nl"}
        Call.objects.create(leg=leg, activation=activation, **ended)
        with acting_as_centre():
            tape = Tape.objects.create(
                name=name,
                call_id=leg,
                activation=activation,
                authority=activation.authority,
                stream=stream,
                language="nl",
                agent=None if question else ann,
                question=question,
                terms=terms,
                began_at=now,
                ended_at=now,
                seconds=9,
                whole=True,
                kept_at=now,
                sha256=hashlib.sha256(SOUND).hexdigest(),
            )
        file_of(tape).parent.mkdir(parents=True, exist_ok=True)
        file_of(tape).write_bytes(SOUND)
        return tape

    return made


def list_of(activation: Activation) -> str:
    return f"/console/tapes/{activation.pk}/"


def page_of(tape: Tape, what: str = "") -> str:
    return f"/console/tapes/{tape.activation_id}/{tape.name}/{what}"


def purposes() -> list[str]:
    return [line.facts["purpose"] for line in Line.objects.filter(kind="person.viewed").order_by("id")]


def sound_in(page: str) -> str:
    """The address that the page plays."""
    return page.partition('src="/console/tapes/')[2].partition('"')[0].replace("&amp;", "&")


def hear(client: Client, tape: Tape) -> str:
    page = client.post(page_of(tape), {"why": WHY}).content.decode()
    return f"/console/tapes/{sound_in(page)}"


# --- The terms


def test_an_officer_has_conversations_recorded_and_reads_what_callers_are_asked(
    dirk: Person, fire: Activation, browser_of: Browser
) -> None:
    client, address = browser_of(dirk), f"/console/activations/{fire.pk}/hearing/"
    assert AGREE["nl"] in client.get(address).content.decode()
    said = {"records": "every", "basis": "Consent", "article": "GDPR, article 6(1)(a)", "days": "30"}
    assert client.post(address, said).status_code == 422, "in every language there is a notice"
    response = client.post(address, said | {"notice_nl": "Wij nemen op voor de opleiding."})
    assert response["Location"] == f"/console/activations/{fire.pk}/"
    page = client.get(response["Location"]).content.decode()
    assert "Recorded is every conversation of callers who agree by key." in page
    assert "Deleted after 30 days." in page
    assert "Wij nemen op voor de opleiding." in client.get(address).content.decode()
    client.post(address, {"records": "nothing", "tells_hearing": "on"})
    page = client.get(response["Location"]).content.decode()
    assert "Nothing is recorded." in page
    assert "Callers are told that a coordinator may listen in." in page
    assert [terms.records for terms in HearingTerms.objects.all()] == [True, False]


def test_the_logbook_tells_on_what_terms_conversations_are_recorded(
    dirk: Person, fire: Activation, browser_of: Browser
) -> None:
    client, address = browser_of(dirk), f"/console/activations/{fire.pk}/"
    said = {"records": "every", "basis": "Consent", "article": "GDPR, article 6(1)(a)", "days": "30"}
    client.post(f"{address}hearing/", said | {"notice_nl": "Wij nemen op voor de opleiding."})
    page = client.get(f"{address}logbook/").content.decode()
    assert "Changed on what terms conversations are heard and recorded" in page
    assert "Dutch: Wij nemen op voor de opleiding." in page
    assert "True" not in page


def test_only_officers_of_the_authority_change_the_terms(
    carl: Person, otto: Person, fire: Activation, browser_of: Browser
) -> None:
    address = f"/console/activations/{fire.pk}/hearing/"
    assert browser_of(carl).post(address, {"records": "nothing"}).status_code == 403
    assert browser_of(otto).post(address, {"records": "nothing"}).status_code == 404
    assert not HearingTerms.objects.exists()


# --- Hearing a recording


def test_a_coordinator_hears_a_recording_for_a_purpose_that_is_kept(
    carl: Person, keep: Callable[..., Tape], browser_of: Browser
) -> None:
    tape, client = keep(), browser_of(carl)
    assert 'id="tape-c1-tape-1"' in client.get(list_of(tape.activation)).content.decode()
    assert "<audio" not in client.get(page_of(tape)).content.decode()
    response = client.get(hear(client, tape))
    assert b"".join(response.streaming_content) == SOUND  # type: ignore[attr-defined]
    assert "no-store" in response["Cache-Control"]
    assert purposes() == [
        "looking for recordings",
        "looking for recordings",
        f"hearing a recording: {WHY}",
        f"hearing a recording: {WHY}",
    ]


def test_nobody_hears_a_recording_without_saying_why(
    carl: Person, keep: Callable[..., Tape], browser_of: Browser
) -> None:
    tape, client = keep(), browser_of(carl)
    assert "The logbook keeps it with your name" in client.get(page_of(tape)).content.decode()
    assert client.post(page_of(tape), {"why": " "}).status_code == 422
    for said in ("", "?pass=", "?pass=anything"):
        assert client.get(page_of(tape, f"sound.wav{said}")).status_code == 404


def test_what_one_person_may_hear_another_may_not(
    carl: Person, maud: Person, keep: Callable[..., Tape], browser_of: Browser
) -> None:
    tape, other = keep(), keep("c2-tape-1")
    client = browser_of(carl)
    address = hear(client, tape)
    assert browser_of(maud).get(address).status_code == 404
    assert client.get(address.replace("c1-tape-1", other.name, 1)).status_code == 404


def test_a_while_later_the_purpose_is_asked_for_again(
    carl: Person, keep: Callable[..., Tape], browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape, client = keep(), browser_of(carl)
    address = hear(client, tape)
    later = timezone.now() + LISTENING + timedelta(seconds=1)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
    assert client.get(address).status_code == 404


def test_nobody_of_another_authority_sees_or_hears_a_recording(
    otto: Person, carl: Person, keep: Callable[..., Tape], elsewhere: Authority, browser_of: Browser
) -> None:
    tape, client = keep(), browser_of(otto)
    own = world.activation(elsewhere)
    for address in (list_of(tape.activation), page_of(tape), f"/console/tapes/{own.pk}/{tape.name}/"):
        assert client.get(address).status_code == 404
    assert client.get(hear(browser_of(carl), tape)).status_code == 404
    assert client.post(page_of(tape, "delete/"), {"why": WHY}).status_code == 404
    assert file_of(tape).exists()


def test_agents_hear_no_recordings(ann: Agent, keep: Callable[..., Tape], browser_of: Browser) -> None:
    tape, client = keep(), browser_of(ann.person)
    assert client.get(list_of(tape.activation)).status_code == 403
    assert client.get(page_of(tape)).status_code == 403


@pytest.mark.parametrize("trained", [True, False])
def test_victims_and_relatives_are_heard_by_those_trained_for_them_alone(
    carl: Person, rivaal: Authority, keep: Callable[..., Tape], browser_of: Browser, *, trained: bool
) -> None:
    tape, client = keep(stream="d2"), browser_of(carl)
    if trained:
        Agent.objects.create(
            person=carl, languages={"nl": 3}, skills={"d2": 1}, since=world.NOON, idle_since=world.NOON
        )
    page = client.get(list_of(tape.activation)).content.decode()
    assert (f'id="tape-{tape.name}"' in page) is trained
    assert client.get(page_of(tape)).status_code == (200 if trained else 404)


# --- The end


def test_an_officer_deletes_a_recording_and_the_certificate_is_a_file(
    dirk: Person, carl: Person, keep: Callable[..., Tape], browser_of: Browser
) -> None:
    tape, client = keep(), browser_of(dirk)
    assert browser_of(carl).post(page_of(tape, "delete/"), {"why": WHY}).status_code == 403
    assert client.post(page_of(tape, "delete/"), {"why": ""}).status_code == 422
    assert file_of(tape).exists()
    assert client.post(page_of(tape, "delete/"), {"why": WHY})["Location"] == list_of(tape.activation)
    assert not file_of(tape).exists()
    certificate = DeletionCertificate.objects.get()
    page = client.get(list_of(tape.activation)).content.decode()
    assert f'id="certificate-{certificate.pk}"' in page
    assert certificate.digest in page
    file = client.get(f"{list_of(tape.activation)}deleted/{certificate.pk}.json").json()
    assert (file["by"], file["why"], file["count"], file["digest"]) == ("Dirk", WHY, 1, certificate.digest)
    assert file["tapes"][0]["sha256"] == hashlib.sha256(SOUND).hexdigest()


def test_a_recording_that_cannot_be_deleted_is_said_on_the_page_and_in_the_list(
    dirk: Person, keep: Callable[..., Tape], browser_of: Browser
) -> None:
    tape, client = keep(), browser_of(dirk)
    file_of(tape).unlink()
    file_of(tape).mkdir()
    refused = client.post(page_of(tape, "delete/"), {"why": WHY})
    assert (refused.status_code, "nothing was changed" in refused.content.decode()) == (422, True)
    assert not DeletionCertificate.objects.exists()
    assert "could not be deleted yet" not in client.get(list_of(tape.activation)).content.decode()
    with acting_as_centre():
        Tape.objects.update(ended_at=timezone.now() - timedelta(days=31))
    assert "could not be deleted yet" in client.get(list_of(tape.activation)).content.decode()


def test_a_certificate_is_for_its_authority_alone(
    otto: Person, dirk: Person, keep: Callable[..., Tape], elsewhere: Authority, browser_of: Browser
) -> None:
    tape = keep()
    browser_of(dirk).post(page_of(tape, "delete/"), {"why": WHY})
    own, client = world.activation(elsewhere), browser_of(otto)
    number = DeletionCertificate.objects.get().pk
    for activation in (tape.activation_id, own.pk):
        assert client.get(f"/console/tapes/{activation}/deleted/{number}.json").status_code == 404


# --- The desk, and the coordinator's key


@pytest.mark.parametrize(
    ("known", "says", "key"),
    [
        ({"tape": "c1-tape-1"}, "This conversation is recorded: the caller agreed.", "tape_off"),
        ({"tape": "c1-tape-1", "taping": "paused"}, "The recording pauses.", "tape_on"),
        ({"taping": "failed"}, "This conversation is not recorded any more", None),
        ({}, None, None),
    ],
)
def test_the_agent_reads_whether_the_conversation_is_recorded_and_pauses_it(
    fire: Activation, ann: Agent, known: dict[str, str], says: str | None, key: str | None
) -> None:
    speak(ann, fire, "c1")
    Call.objects.filter(pk="c1").update(agrees=True, **known)
    page = Panel(agent=ann.pk, person=ann.person).draw()
    assert ('id="tape"' in page) is (says is not None)
    assert says is None or says in page
    for verb in ("tape_on", "tape_off"):
        assert (f"/desk/ask/{verb}/" in page) is (verb == key)


@pytest.mark.parametrize("stream", ["d2", "d5"])
def test_while_a_note_about_a_victim_is_written_the_tape_is_spared(
    fire: Activation, ann: Agent, stream: str
) -> None:
    Agent.objects.filter(pk=ann.pk).update(skills={"d2": 1})
    speak(ann, fire, "c1")
    Call.objects.filter(pk="c1").update(stream=stream)
    page = Panel(agent=ann.pk, person=ann.person).draw()
    assert ("data-sensitive" in page) is (stream == "d2")


@pytest.mark.parametrize("agrees", [True, False])
def test_a_coordinator_has_a_conversation_recorded_where_the_caller_agreed(
    carl: Person, fire: Activation, ann: Agent, browser_of: Browser, *, agrees: bool
) -> None:
    speak(ann, fire, "c1")
    Call.objects.filter(pk="c1").update(agrees=agrees)
    client, page = browser_of(carl), f"/console/line/{fire.pk}/calls/c1/"
    assert ("Record the conversation" in client.get(page).content.decode()) is agrees
    response = client.post(f"{page}hear/tape/", {"why": WHY})
    assert response.status_code == (302 if agrees else 422)
    assert [order.verb for order in LineOrder.objects.all()] == (["tape"] if agrees else [])


def test_the_line_says_which_conversations_are_recorded_and_which_cannot_be(
    carl: Person, fire: Activation, ann: Agent, browser_of: Browser
) -> None:
    speak(ann, fire, "c1")
    client, line = browser_of(carl), f"/console/line/{fire.pk}/"
    Call.objects.filter(pk="c1").update(tape="c1-tape-1")
    assert ">recorded<" in client.get(line).content.decode()
    Call.objects.filter(pk="c1").update(tape="", taping="failed")
    assert ">recording failed<" in client.get(line).content.decode()


# --- Questions left by voice


def test_an_officer_lets_callers_leave_questions_without_recording_conversations(
    dirk: Person, fire: Activation, browser_of: Browser
) -> None:
    client, address = browser_of(dirk), f"/console/activations/{fire.pk}/hearing/"
    said = {"records": "nothing", "questions": "on", "basis": "Public task", "article": "GDPR, article 6(1)(e)"}
    assert client.post(address, said | {"days": ""}).status_code == 422
    response = client.post(address, said | {"days": "30"})
    page = client.get(response["Location"]).content.decode()
    assert "Callers in line may leave a question by voice." in page
    assert "Public task" in page
    terms = HearingTerms.objects.get()
    assert (terms.questions, terms.records, terms.days) == (True, False, 30)
    assert client.get(address).context["form"]["questions"].value() is True


def test_a_question_is_heard_for_a_purpose_and_said_to_be_answered(
    carl: Person, keep: Callable[..., Tape], browser_of: Browser
) -> None:
    tape, client = keep(question=True), browser_of(carl)
    with acting_as_centre():
        Caller.objects.create(call=tape.call, authority=tape.authority, number="+32470112233", at=tape.began_at)
    assert ">Question<" in client.get(list_of(tape.activation)).content.decode()
    assert client.get(hear(client, tape)).status_code == 200
    page = client.get(page_of(tape)).content.decode()
    assert "+32470112233" in page
    assert f"hearing a recording: {WHY}" in purposes()
    assert client.post(page_of(tape, "answered/"), {"answer": "?"}).status_code == 422
    said = {"outcome": "called", "answer": "Sporthal"}
    assert client.post(page_of(tape, "answered/"), said)["Location"] == list_of(tape.activation)
    assert "Question, answered" in client.get(list_of(tape.activation)).content.decode()
    assert "Sporthal" in client.get(page_of(tape)).content.decode()


def test_a_question_of_others_or_behind_the_wall_is_nobodys(
    otto: Person, carl: Person, ann: Agent, keep: Callable[..., Tape], browser_of: Browser
) -> None:
    tape = keep(question=True, stream="d2")
    said = {"outcome": "called", "answer": ""}
    assert browser_of(carl).post(page_of(tape, "answered/"), said).status_code == 404
    assert browser_of(otto).post(page_of(tape, "answered/"), said).status_code in (403, 404)
    assert browser_of(ann.person).post(page_of(tape, "answered/"), said).status_code == 403
    with acting_as_centre():
        assert not Tape.objects.exclude(answered_at=None).exists()
