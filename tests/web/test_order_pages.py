"""The console through HTTP: a line is ordered, and what is wrong with an order is said."""

from collections.abc import Callable
from datetime import time

import pytest
from django.test import Client

from tests import world
from tests.web.forms import ORDER, errors_next_to, filled
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.queries import front_in_force
from tocsin.activations.rules import Kind
from tocsin.authorities.models import Authority

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


def test_real_or_exercise_is_chosen_before_anything_is_filled_in(dirk: Person, browser_of: Browser) -> None:
    page = browser_of(dirk).get("/console/open/").content.decode()
    assert 'href="/console/open/rivaal/real/"' in page
    assert 'href="/console/open/rivaal/exercise/"' in page
    assert "<input" not in page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(("chosen", "streams"), [("d5", ["d5"]), ("d2", ["d5", "d2"])])
def test_an_order_says_for_whom_the_line_is(
    dirk: Person, rivaal: Authority, browser_of: Browser, chosen: str, streams: list[str]
) -> None:
    browser_of(dirk).post("/console/open/rivaal/real/", filled(rivaal) | {"streams": chosen})
    assert Activation.objects.get().streams == streams


@pytest.mark.parametrize(
    ("chosen", "kept"), [("by_agents", (True, False)), ("at_once", (True, True)), ("none", (False, False))]
)
def test_an_order_says_whether_callers_are_called_back(
    dirk: Person, rivaal: Authority, browser_of: Browser, chosen: str, kept: tuple[bool, bool]
) -> None:
    browser_of(dirk).post("/console/open/rivaal/real/", filled(rivaal) | {"call_backs": chosen})
    ordered = Activation.objects.get()
    assert (ordered.call_backs, ordered.dials_itself) == kept


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
