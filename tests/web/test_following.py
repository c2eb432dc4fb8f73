"""A line is followed, changed and closed in the console."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import world
from tests.web.forms import ORDER, errors_next_to, filled
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import confirm_closed, confirm_open, order_closing
from tocsin.activations.models import Activation, FrontMessage
from tocsin.activations.queries import front_in_force
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.logbook.models import Line

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


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
    incomplete = {"title": "Brand", "streams": "d5", "call_backs": "by_agents", "opening": "always"}
    assert client.post(ORDER, incomplete).status_code == 422
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
