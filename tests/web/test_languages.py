"""Every page in the language of whoever looks at it: their own, the one they chose, or their browser's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.defaults import server_error

from tests import world
from tests.web.conftest import TOTP_SECRET
from tests.web.test_sign_in import SIGN_IN, code_now
from tests.world import PASSWORD
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.web.console.board import drawn
from tocsin.web.desk.panel import Panel
from tocsin.web.refusals import shown
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
INSIDE = [code for code, _name in settings.INSIDE_LANGUAGES]
EVERYWHERE = [code for code, _name in settings.LANGUAGES]
TRANSLATED_INSIDE = [code for code in INSIDE if code != "en"]
TRANSLATED = [code for code in EVERYWHERE if code != "en"]


def said(text: str, language: str) -> str:
    """A text in a language, which must have words of its own for it."""
    with translation.override(language):
        words = gettext(text)
    assert words != text
    return words


def written_in(page: str) -> tuple[str, str]:
    """The language that a page says it is in, and the direction it is read in."""
    found = re.search(r'<html lang="(\w+)" dir="(\w+)">', page)
    assert found
    return found[1], found[2]


def offered_on(page: str) -> list[str]:
    return re.findall(r'name="language" value="(\w+)"', page)


def in_language(person: Person, language: str) -> Person:
    person.language = language
    person.save()
    return person


@pytest.fixture
def rook(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_sign_in_page_is_in_the_language_of_the_browser(client: Client, language: str) -> None:
    page = client.get(SIGN_IN, headers={"accept-language": f"{language}-XX,en;q=0.5"}).content.decode()
    assert written_in(page) == (language, "rtl" if language == "ar" else "ltr")
    assert said("Sign in", language) in page
    assert said("Sign in with a passkey", language) in page


def test_a_browser_that_asks_for_an_unknown_language_gets_english(client: Client) -> None:
    page = client.get(SIGN_IN, headers={"accept-language": "sw"}).content.decode()
    assert written_in(page) == ("en", "ltr")


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize(("address", "text"), [("/", "Answer as an agent"), ("/demo/call/", "Hang up")])
def test_the_doors_of_a_demonstration_are_in_the_language_of_the_browser(
    demo: None, client: Client, address: str, text: str, language: str
) -> None:
    page = client.get(address, headers={"accept-language": language}).content.decode()
    assert written_in(page)[0] == language
    assert said(text, language) in page
    assert offered_on(page) == EVERYWHERE


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_page_that_is_not_there_says_so_in_the_language_of_the_browser(client: Client, language: str) -> None:
    page = client.get("/nothing/", headers={"accept-language": language}).content.decode()
    assert said("There is nothing here", language) in page


@pytest.mark.parametrize("language", TRANSLATED)
def test_even_a_failure_is_told_in_the_language_of_the_page(language: str) -> None:
    with translation.override(language):
        page = server_error(RequestFactory().get("/")).content.decode()
    assert written_in(page)[0] == language
    assert said("Something went wrong", language) in page


@pytest.mark.parametrize("language", TRANSLATED_INSIDE)
def test_the_console_is_in_the_persons_own_language_whatever_the_browser_asks_for(
    browser_of: Callable[[Person], Client], dirk: Person, language: str
) -> None:
    browser = browser_of(in_language(dirk, language))
    page = browser.get("/console/", headers={"accept-language": "uk"}).content.decode()
    assert written_in(page) == (language, "ltr")
    assert said("What is open now", language) in page
    assert offered_on(page) == INSIDE


@pytest.mark.parametrize("language", TRANSLATED_INSIDE)
def test_the_desk_and_what_follows_on_it_are_in_the_agents_own_language(
    browser_of: Callable[[Person], Client], ann: Agent, language: str
) -> None:
    page = browser_of(in_language(ann.person, language)).get("/desk/").content.decode()
    assert written_in(page)[0] == language
    assert said("Telephone connected", language) in page
    with translation.override(language):
        panel = Panel(agent=ann.pk, person=ann.person).draw()
    assert said("Not ready yet", language) in panel


@pytest.mark.parametrize("path", ["open/rivaal/real/", "activations/{key}/front/nl/", "activations/{key}/close/"])
def test_no_language_is_chosen_where_another_page_would_forget_what_was_typed(
    browser_of: Callable[[Person], Client], dirk: Person, rook: Activation, path: str
) -> None:
    page = browser_of(dirk).get(f"/console/{path.format(key=rook.pk)}").content.decode()
    assert offered_on(page) == []


def test_whoever_goes_from_landmark_to_landmark_meets_the_bands_and_the_languages(
    settings: Any, browser_of: Callable[[Person], Client], dirk: Person, rook: Activation
) -> None:
    settings.DEMO = True
    page = browser_of(dirk).get(f"/console/activations/{rook.pk}/").content.decode()
    assert re.findall(r'<section class="band[^>]* aria-label="([^"]+)"', page) == ["Demo", "Exercise"]
    assert re.search(r'<footer[^>]*>\s*<form [^>]*>.*?<div class="languages" role="group"', page, re.DOTALL)


@pytest.mark.parametrize("path", ["open/rivaal/real/", "activations/{key}/front/nl/", "activations/{key}/"])
def test_languages_are_named_in_the_language_of_the_reader(
    browser_of: Callable[[Person], Client], dirk: Person, rook: Activation, path: str
) -> None:
    browser = browser_of(in_language(dirk, "de"))
    page = browser.get(f"/console/{path.format(key=rook.pk)}").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "Niederländisch" in main
    assert "Nederlands" not in main


@pytest.mark.parametrize("language", TRANSLATED_INSIDE)
def test_the_board_is_drawn_in_the_language_of_who_looks(rook: Activation, language: str) -> None:
    with translation.override(language):
        assert said("Longest wait", language) in drawn(rook, now=timezone.now())


@pytest.mark.parametrize("language", TRANSLATED_INSIDE)
def test_a_refusal_is_told_in_the_persons_own_language(
    browser_of: Callable[[Person], Client], dirk: Person, rook: Activation, language: str
) -> None:
    rook.state = State.CLOSING.value
    rook.save()
    browser = browser_of(in_language(dirk, language))
    page = browser.post(f"/console/activations/{rook.pk}/close/", {"why": "x", "sure": "on"}).content.decode()
    text = "This line is closed already, or will be when the last caller has left."
    assert said(text, language) in page


def test_a_refusal_keeps_its_facts_in_every_language() -> None:
    refusal = Refusal("There is already an authority called %(name)s.", name="100 % Rivaal")
    assert str(refusal) == "There is already an authority called 100 % Rivaal."
    with translation.override("de"):
        assert shown(refusal) == "Es gibt schon eine Behörde namens 100 % Rivaal."


def test_signing_in_turns_the_browser_to_the_persons_own_language(client: Client, dirk: Person) -> None:
    TOTP.activate(in_language(dirk, "nl"), TOTP_SECRET)
    client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    page = client.get(reverse("mfa_index"), headers={"accept-language": "fr"}).content.decode()
    assert said("Your account", "nl") in page
    client.post("/account/sign-out/")
    assert written_in(client.get(SIGN_IN).content.decode())[0] == "nl"


def test_before_signing_in_a_language_is_chosen_for_the_browser(client: Client) -> None:
    response = client.post("/language/", {"language": "ar", "next": SIGN_IN})
    assert response["Location"] == SIGN_IN
    assert written_in(client.get(SIGN_IN, headers={"accept-language": "fr"}).content.decode()) == ("ar", "rtl")


def test_after_signing_in_a_language_is_chosen_for_the_person(
    browser_of: Callable[[Person], Client], dirk: Person
) -> None:
    browser = browser_of(dirk)
    assert browser.post("/language/", {"language": "de", "next": "/console/"})["Location"] == "/console/"
    dirk.refresh_from_db()
    assert dirk.language == "de"
    line = Line.objects.get(kind="person.language_chosen")
    assert (line.by, line.facts) == (dirk, {"language": "de"})
    assert written_in(browser.get("/console/").content.decode())[0] == "de"


@pytest.mark.parametrize("language", ["uk", "sw", ""])
def test_a_language_that_the_console_is_not_in_leaves_a_person_with_their_own(
    browser_of: Callable[[Person], Client], dirk: Person, language: str
) -> None:
    browser = browser_of(in_language(dirk, "fr"))
    assert browser.post("/language/", {"language": language, "next": "/console/"}).status_code == 302
    assert written_in(browser.get("/console/").content.decode())[0] == "fr"


def test_choosing_a_language_leads_to_no_other_website(client: Client) -> None:
    response = client.post("/language/", {"language": "nl", "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"


@pytest.mark.parametrize(("browser", "expected"), [("fr-BE", "fr"), ("uk", "en")])
def test_a_visitor_of_a_demonstration_works_in_the_language_they_came_in(
    demo: None, client: Client, browser: str, expected: str
) -> None:
    client.post("/demo/enter/desk/", headers={"accept-language": browser})
    page = client.get("/desk/", headers={"accept-language": browser}).content.decode()
    assert written_in(page)[0] == expected
    doors = client.get("/", headers={"accept-language": browser}).content.decode()
    assert written_in(doors)[0] == browser[:2]
    assert offered_on(doors) == EVERYWHERE
