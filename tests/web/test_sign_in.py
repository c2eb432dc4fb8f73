"""Signing in: password and second factor, links, limits, and what every answer tells the browser."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.views.defaults import server_error

from tests import world
from tests.web.conftest import TOTP_SECRET
from tests.web.keys import Passkey
from tests.world import NOON, PASSWORD
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import add_person, change_person, reset_access
from tocsin.calls.models import DeskOrder, TelephoneLogin
from tocsin.web.sign_in import has_second_factor, password_link
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"


def code_now() -> str:
    return format_hotp_value(hotp_value(TOTP_SECRET, next(iter(yield_hotp_counters_from_time()))))


def try_password(client: Client, person: Person, password: str, *, address: str = "127.0.0.1") -> str:
    sent = {"login": person.email, "password": password}
    response = client.post(SIGN_IN, sent, REMOTE_ADDR=address)
    return str(response.content.decode())


def add_passkey(client: Client) -> Passkey:
    """A passkey of whoever is signed in."""
    passkey = Passkey()
    asked = client.get(reverse("mfa_add_webauthn")).context["js_data"]["creation_options"]
    sent = {
        "name": "Telephone",
        "passwordless": "on",
        "credential": passkey.registered(json.loads(json.dumps(asked))),
    }
    assert client.post(reverse("mfa_add_webauthn"), sent).status_code == 302
    return passkey


def test_password_and_code_lead_to_the_page_that_was_asked_for(client: Client, dirk: Person) -> None:
    TOTP.activate(dirk, TOTP_SECRET)
    asked = client.get("/console/activations/")
    assert asked["Location"] == f"{SIGN_IN}?next=/console/activations/"
    response = client.post(
        asked["Location"], {"login": "Dirk@Example.org", "password": PASSWORD, "next": "/console/activations/"}
    )
    assert response["Location"] == reverse("mfa_authenticate")
    assert client.get("/console/").status_code == 302
    response = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert response["Location"] == "/console/activations/"
    assert client.get("/console/activations/").status_code == 200


def test_a_code_signs_in_only_once(client: Client, dirk: Person) -> None:
    TOTP.activate(dirk, TOTP_SECRET)
    code = code_now()
    for expected in (302, 200):
        client.logout()
        client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


def test_a_recovery_code_stands_in_for_a_lost_telephone(client: Client, dirk: Person) -> None:
    TOTP.activate(dirk, TOTP_SECRET)
    code = RecoveryCodes.activate(dirk).get_unused_codes()[0]
    client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get("/console/").status_code == 200


def test_ten_wrong_passwords_lock_the_name_out_and_say_so(client: Client, dirk: Person) -> None:
    for _attempt in range(10):
        assert "do not belong together" in try_password(client, dirk, "wrong")
    said = try_password(client, dirk, PASSWORD)
    assert "Too many wrong attempts, so passwords and codes are not taken here for 15 minutes." in said
    assert "sign in with your passkey" in said
    assert "_auth_user_id" not in client.session


def test_wrong_passwords_of_a_stranger_lock_nobody_out_at_another_address(client: Client, dirk: Person) -> None:
    stranger = Client()
    for _attempt in range(11):
        try_password(stranger, dirk, "wrong", address="198.51.100.7")
    assert "Too many wrong attempts" in try_password(stranger, dirk, PASSWORD, address="198.51.100.7")
    try_password(client, dirk, PASSWORD)
    assert client.session["_auth_user_id"] == str(dirk.pk)


def test_wrong_passwords_from_many_addresses_lock_the_name_out(
    client: Client, dirk: Person, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed_anywhere": "5/15m/key"}
    stranger = Client()
    for attempt in range(5):
        said = try_password(stranger, dirk, "wrong", address=f"198.51.100.{attempt}")
        assert "do not belong together" in said
    assert "Too many wrong attempts" in try_password(client, dirk, PASSWORD)


def test_a_right_password_counts_as_no_attempt(dirk: Person, settings: Any) -> None:
    limits = {"login_failed": "1/15m/key", "login_failed_anywhere": "1/15m/key"}
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | limits
    for _attempt in range(2):
        client = Client()
        try_password(client, dirk, PASSWORD)
        assert client.session["_auth_user_id"] == str(dirk.pk)


def test_a_passkey_signs_in_whose_name_is_locked_out(client: Client, dirk: Person) -> None:
    client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    passkey = add_passkey(client)
    client.logout()
    for _attempt in range(11):
        try_password(client, dirk, "wrong")
    asked = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"}).json()
    proof = passkey.proved(asked["request_options"], person=user_pk_to_url_str(dirk).encode())
    assert client.post(reverse("mfa_login_webauthn"), {"credential": proof})["Location"] == "/"
    assert client.get("/console/").status_code == 200


def test_a_telephone_offers_figures_and_begins_where_something_is_to_be_typed(
    client: Client, dirk: Person
) -> None:
    TOTP.activate(dirk, TOTP_SECRET)
    address = re.search(r'<input[^>]*name="login"[^>]*>', client.get(SIGN_IN).content.decode())
    assert address
    assert {"autofocus", 'dir="ltr"', 'type="email"'} <= set(address[0].split())
    client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    code = re.search(r'<input[^>]*name="code"[^>]*>', client.get(reverse("mfa_authenticate")).content.decode())
    assert code
    wanted = {"autofocus", 'dir="ltr"', 'inputmode="numeric"', 'autocomplete="one-time-code"'}
    assert wanted <= set(code[0].split())


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_the_first_field_has_a_label_in_every_language(client: Client, language: str) -> None:
    page = client.get(SIGN_IN, headers={"Accept-Language": language}).content.decode()
    label = re.search(r'<label for="id_login">(.*?)</label>', page)
    assert label
    assert label[1] not in ("Email", "E-mail address")


def test_nobody_is_invited_to_keep_the_secret_of_the_app(client: Client, dirk: Person) -> None:
    client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert "keep them nowhere else" in page
    assert "store this secret" not in page
    assert 'inputmode="numeric"' in page


@pytest.mark.parametrize(
    "page", ["account_login", "mfa_add_webauthn", "mfa_authenticate", "mfa_reauthenticate_webauthn"]
)
def test_every_page_that_asks_for_a_passkey_can_say_why_it_failed(client: Client, dirk: Person, page: str) -> None:
    if page == "mfa_authenticate":
        TOTP.activate(dirk, TOTP_SECRET)
    if page != "account_login":
        client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    if page == "mfa_reauthenticate_webauthn":
        add_passkey(client)
    shown = client.get(reverse(page)).content.decode()
    assert "Passkeys do not work at an address of digits." in shown
    assert "built/passkeys.js" in shown


def test_a_name_that_is_locked_out_locks_out_nobody_else(client: Client, dirk: Person, odile: Person) -> None:
    for _attempt in range(10):
        try_password(client, dirk, "wrong")
    response = client.post(SIGN_IN, {"login": odile.email, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(odile.pk)


def test_ten_wrong_codes_lock_the_second_factor_out(client: Client, dirk: Person) -> None:
    TOTP.activate(dirk, TOTP_SECRET)
    client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    for _attempt in range(10):
        assert b"Incorrect code" in client.post(reverse("mfa_authenticate"), {"code": "abcdef"}).content
    said = client.post(reverse("mfa_authenticate"), {"code": code_now()}).content.decode()
    assert "Too many wrong attempts" in said
    assert "_auth_user_id" not in client.session


def test_an_unknown_name_is_told_the_same_as_a_wrong_password(client: Client, dirk: Person) -> None:
    stranger = Person(email="nobody@example.org")
    assert "do not belong together" in try_password(client, dirk, "wrong")
    assert "do not belong together" in try_password(client, stranger, "wrong")


def test_whoever_has_no_second_factor_is_sent_to_set_one_up_before_anything_else(
    client: Client, dirk: Person
) -> None:
    client.force_login(dirk)
    for page in ("/", "/console/", "/console/open/"):
        assert client.get(page)["Location"] == reverse("mfa_index")
    assert client.post("/console/open/rivaal/real/")["Location"] == reverse("mfa_index")
    assert b"One more proof that it is you" in client.get(reverse("mfa_index")).content


def test_a_demonstration_asks_for_no_second_factor(client: Client, dirk: Person, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    client.force_login(dirk)
    assert client.get("/console/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(dirk: Person) -> None:
    RecoveryCodes.activate(dirk)
    assert not has_second_factor(dirk)
    TOTP.activate(dirk, TOTP_SECRET)
    assert has_second_factor(dirk)


def test_a_new_person_sets_a_password_with_the_link_and_then_a_second_factor(client: Client) -> None:
    ada = add_person(
        by=None,
        email="ada@example.org",
        name="Ada",
        roles=[Role.ADMINISTRATOR],
        language="en",
        authorities=[],
        at=NOON,
    )
    opened = client.get(password_link(ada), follow=True)
    form = opened.redirect_chain[-1][0]
    assert ada.email not in form
    said = client.post(form, {"password1": "too short", "password2": "too short"}).content.decode()
    assert "at least 12 characters" in said
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert client.get("/")["Location"] == reverse("mfa_index")
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(reverse("mfa_activate_totp"), {"code": code})["Location"] == reverse(
        "mfa_view_recovery_codes"
    )
    assert b"Write these down" in client.get(reverse("mfa_view_recovery_codes")).content
    assert client.get("/")["Location"] == "/console/people/"


def test_a_link_works_once(client: Client) -> None:
    wim = add_person(
        by=None,
        email="wim@example.org",
        name="Wim",
        roles=[Role.COORDINATOR],
        language="en",
        authorities=[],
        at=NOON,
    )
    link = password_link(wim)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    said = Client().get(link, follow=True).content.decode()
    assert "This link no longer works" in said


def test_a_link_that_somebody_made_up_works_not_at_all(client: Client, dirk: Person) -> None:
    made_up = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": str(dirk.pk), "key": "abc123-" + "0" * 32}
    )
    assert "This link no longer works" in client.get(made_up, follow=True).content.decode()


def test_nobody_registers_themselves(client: Client) -> None:
    for path in ("/account/signup/", "/account/sign-up/", "/account/password/reset/", "/account/email/"):
        assert client.get(path).status_code == 404


def test_signing_out_ends_the_session(dirk: Person, browser_of: Callable[[Person], Client]) -> None:
    client = browser_of(dirk)
    kept = client.session.session_key
    assert client.post("/account/sign-out/")["Location"] == SIGN_IN
    assert not Session.objects.filter(session_key=kept).exists()
    assert client.get("/console/")["Location"].startswith(SIGN_IN)


def test_signing_out_ends_the_telephone_at_once_and_takes_the_agent_off_the_floor(
    ann: Agent, browser_of: Callable[[Person], Client]
) -> None:
    client = browser_of(ann.person)
    client.post("/desk/telephone/")
    client.post("/account/sign-out/")
    assert not TelephoneLogin.objects.exists()
    order = DeskOrder.objects.get()
    assert (order.agent, order.verb) == (ann, "sign_out")


def test_signing_out_where_the_desk_is_not_leaves_the_desk_alone(
    ann: Agent, browser_of: Callable[[Person], Client]
) -> None:
    browser_of(ann.person).post("/desk/telephone/")
    another = Client()
    another.force_login(ann.person)
    another.post("/account/sign-out/")
    assert TelephoneLogin.objects.count() == 1
    assert not DeskOrder.objects.exists()


def test_whoever_is_not_signed_in_may_sign_out(client: Client) -> None:
    assert client.post("/account/sign-out/")["Location"] == SIGN_IN


def test_a_session_ends_with_the_browser_or_twelve_hours_after_the_sign_in(client: Client, dirk: Person) -> None:
    client.post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/console/")["Location"].startswith(SIGN_IN)


def test_looking_at_pages_makes_a_session_no_longer(dirk: Person, browser_of: Callable[[Person], Client]) -> None:
    client = browser_of(dirk)
    before = Session.objects.get().expire_date
    client.get("/console/")
    assert Session.objects.get().expire_date == before


def test_somebody_put_out_is_out_with_the_next_page(
    dirk: Person, ada: Person, browser_of: Callable[[Person], Client]
) -> None:
    client = browser_of(dirk)
    change_person(
        by=ada,
        person=dirk,
        name="Dirk",
        roles=[Role.DUTY_OFFICER],
        language="en",
        authorities=[],
        is_active=False,
        at=NOON,
    )
    assert client.get("/console/")["Location"].startswith(SIGN_IN)
    assert Client().post(SIGN_IN, {"login": dirk.email, "password": PASSWORD})["Location"] == reverse(
        "account_inactive"
    )


def test_a_reset_signs_the_person_out_everywhere(
    dirk: Person, ada: Person, browser_of: Callable[[Person], Client]
) -> None:
    client = browser_of(dirk)
    reset_access(by=ada, person=dirk, at=NOON)
    assert client.get("/console/")["Location"].startswith(SIGN_IN)


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


def test_attempts_are_counted_where_every_process_sees_them(client: Client, dirk: Person) -> None:
    try_password(client, dirk, "wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache WHERE cache_key LIKE '%%login_failed:%%key%%'")
        assert cursor.fetchone() == (1,)


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
