"""What signing in says and allows, where allauth leaves it open."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import LoginForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tocsin.accounts.models import Person
from tocsin.calls.actions import end_logins

_SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class Account(DefaultAccountAdapter):  # type: ignore[misc]
    """Words for people who cannot sign in; nobody registers themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address and password do not belong together. Try again."),
        "too_many_login_attempts": _(
            "Too many wrong attempts, so passwords and codes are not taken here for 15 minutes. "
            "Wait, or sign in with your passkey. If you lost your password, ask an administrator for a new link."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's own signature
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt against the name at this address, and against the name wherever it is tried.

        Few are allowed at one address and more altogether: a stranger who tries somebody's name locks out the
        stranger, and only whoever has many addresses locks out the name.
        """
        super().pre_authenticate(request, **credentials)
        everywhere = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed_anywhere",
            key=super()._get_login_attempts_cache_key(request, **credentials),
        )
        if everywhere is None:
            raise self.validation_error("too_many_login_attempts")
        # What allauth takes back when the password was right.
        self._login_failed_rl_usage.usage += everywhere.usage

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{ratelimit.get_ip(request)} {super()._get_login_attempts_cache_key(request, **credentials)}"

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        """Pages that need nobody signed in are in the person's language as well, in this browser."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        name, secure = settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_COOKIE_SECURE
        response.set_cookie(name, user.language, httponly=True, samesite="Lax", secure=secure)
        return response

    def logout(self, request: HttpRequest) -> None:
        """The telephone of this browser ends at once; whoever is spoken with comes first in line."""
        session = request.session.session_key
        super().logout(request)
        if session:
            end_logins(session=session, at=timezone.now())

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ARG002
        """Changes to the second factor ask for a proof again, except right after the sign-in or such a proof."""
        proofs = get_authentication_records(context.request, context.request.user)
        return not proofs or time.time() - proofs[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT


class LongEnough(MinimumLengthValidator):
    """Refuses a short password in words of our own, for Django has none in Dutch and in Arabic."""

    def get_error_message(self) -> str:
        return gettext("This password is too short: take at least %(count)d characters.") % {
            "count": self.min_length
        }


class SignInForm(LoginForm):  # type: ignore[misc]
    """Begins with the address, which is written from left to right in every language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        _type_here(self.fields["login"])


class _BeginsWithCode:
    """The keyboard of a telephone shows figures at once."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _type_here(self.fields["code"], inputmode="numeric")


class CodeForm(_BeginsWithCode, AuthenticateForm):  # type: ignore[misc]
    """The second proof, at night and on a telephone."""


class ConfirmForm(_BeginsWithCode, ReauthenticateForm):  # type: ignore[misc]
    """The same proof once more, before the second factor is changed."""


class AddAppForm(_BeginsWithCode, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app, which shows that it was set up well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The six figures that the app shows now")


def _type_here(field: forms.Field, **attributes: str) -> None:
    """Have the page begin at this field, without allauth's second label inside it."""
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(autofocus=True, dir="ltr", **attributes)


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A key is added as a passkey unless the person wants otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with it alone, without a password (a passkey)")
        alone.help_text = _("Leave this off for an older key that asks for no fingerprint, face or code.")


class RenameKeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """A key gets another name; allauth's own form has no word for it in other languages than English."""

    name = forms.CharField(label=_("Name"))


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Names the centre, not the machine's address, where a telephone or a key keeps what it proves."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Tocsin"}


def has_second_factor(person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody can prove who they are by more than a password."""
    return bool(is_mfa_enabled(person, _SECOND_FACTORS))


def password_link(person: Person) -> str:
    """The path at which a person sets a password, once, within settings.PASSWORD_RESET_TIMEOUT seconds.

    It stops working as soon as the password or the address changes, or the person signs in.
    """
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)},
    )
