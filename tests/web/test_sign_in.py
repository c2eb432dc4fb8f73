"""Signing in: password, second factor, passkey, and limits."""

import json
import re
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.web.conftest import TOTP_SECRET
from tests.web.keys import Passkey
from tests.world import PASSWORD
from tocsin.accounts.models import Person
from tocsin.web.sign_in import has_second_factor

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


def test_attempts_are_counted_where_every_process_sees_them(client: Client, dirk: Person) -> None:
    try_password(client, dirk, "wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache WHERE cache_key LIKE '%%login_failed:%%key%%'")
        assert cursor.fetchone() == (1,)
