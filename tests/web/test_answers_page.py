"""What every answer tells the browser, whoever asks."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from tests import world
from tests.world import PASSWORD
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"


def test_pages_are_in_the_language_of_the_person(dirk: Person, browser_of: Callable[[Person], Client]) -> None:
    Person.objects.filter(pk=dirk.pk).update(language="nl")
    response = browser_of(dirk).get("/console/", headers={"Accept-Language": "fr"})
    assert response["Content-Language"] == "nl"
    assert '<html lang="nl"' in response.content.decode()


def test_a_form_from_elsewhere_is_refused_in_words(dirk: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "This page was open for too long" in response.content.decode()


@pytest.mark.parametrize("path", [SIGN_IN, "/healthz", "/console/", "/nowhere/"])
def test_every_answer_tells_the_browser_to_run_nothing_but_our_own_files(client: Client, path: str) -> None:
    response = client.get(path)
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(response["Content-Security-Policy"].split())
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Permissions-Policy"].startswith("microphone=(self)")


@pytest.mark.parametrize(
    "path", [SIGN_IN, "/console/", "/console/open/rivaal/exercise/", "/account/second-factor/"]
)
def test_no_page_carries_a_script_or_a_style_of_its_own(
    dirk: Person, browser_of: Callable[[Person], Client], path: str
) -> None:
    client = Client() if path == SIGN_IN else browser_of(dirk)
    page = client.get(path).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    scripts = [part.partition(">")[0] for part in page.split("<script")[1:]]
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)


def test_pages_of_people_are_not_kept_by_the_browser(dirk: Person, browser_of: Callable[[Person], Client]) -> None:
    assert "no-store" in browser_of(dirk).get("/console/")["Cache-Control"]


def test_a_part_of_a_page_whose_session_ended_has_the_page_loaded_again(client: Client, rivaal: object) -> None:
    opened = world.activation(rivaal)  # type: ignore[arg-type]
    response = client.get(f"/console/activations/{opened.pk}/progress/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


def test_the_question_of_health_is_answered_to_anybody(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.parametrize(
    ("roles", "place"),
    [
        ([Role.AGENT], "/desk/"),
        ([Role.AGENT, Role.COORDINATOR], "/console/"),
        ([Role.DUTY_OFFICER], "/console/"),
        ([Role.ADMINISTRATOR], "/console/people/"),
    ],
)
def test_the_front_door_leads_to_where_the_work_is(
    roles: list[Role], place: str, browser_of: Callable[[Person], Client]
) -> None:
    assert browser_of(world.person("Somebody", *roles)).get("/")["Location"] == place


def test_a_fault_of_ours_is_answered_by_a_page_that_needs_nothing(rf: RequestFactory) -> None:
    response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Calls go on" in response.content.decode()


def test_an_instance_that_others_reach_keeps_its_cookies_and_passkeys_to_https(tmp_path: Path) -> None:
    names = "SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, SECURE_HSTS_SECONDS, MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"
    told = subprocess.run(
        [sys.executable, "-c", f"from tocsin.project.settings import *; print({names})"],
        env={**os.environ, "TOCSIN_HOME": str(tmp_path), "TOCSIN_HOSTS": "crisis.example.org"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "True True 31536000 False"
