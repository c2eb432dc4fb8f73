"""A new person: the link, a password, a second factor."""

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from tests.world import NOON, PASSWORD
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import add_person
from tocsin.web.sign_in import password_link

pytestmark = pytest.mark.django_db


def added(name: str, role: Role) -> Person:
    """Somebody who was let in just now, and has no password yet."""
    return add_person(
        by=None,
        email=f"{name.lower()}@example.org",
        name=name,
        roles=[role],
        language="en",
        authorities=[],
        at=NOON,
    )


def test_a_new_person_sets_a_password_with_the_link_and_then_a_second_factor(client: Client) -> None:
    ada = added("Ada", Role.ADMINISTRATOR)
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
    wim = added("Wim", Role.COORDINATOR)
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
