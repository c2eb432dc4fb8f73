"""No page without a guard: who may see it is said where it is made, and nowhere is that forgotten."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tocsin.accounts.rules import Role
from tocsin.web.demo import urls as demo

# Signing in guards itself: these are allauth's own views, each of which asks for what it needs.
SELF_GUARDED = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_reset_password_from_key",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "mfa_login_webauthn",
}
# For programs, who say a secret of the instance.
FOR_MONITORING = {"metrics"}
# In a demonstration, and nowhere else, anybody may walk in.
FOR_EVERYBODY = {"health", "choose_language", *(pattern.name for pattern in demo.urlpatterns)}


def addresses(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        else:
            yield pattern


EVERY_ADDRESS = list(addresses([*get_resolver().url_patterns, *demo.urlpatterns]))


@pytest.mark.parametrize("address", EVERY_ADDRESS, ids=lambda address: address.name)
def test_every_address_has_a_guard(address: URLPattern) -> None:
    guard = getattr(address.callback, "guard", None)
    if address.name in SELF_GUARDED:
        assert guard is None
        assert address.callback.__module__.startswith("allauth.")
    elif address.name in FOR_EVERYBODY:
        assert guard == "everybody"
    elif address.name in FOR_MONITORING:
        assert guard == "monitoring"
    else:
        assert guard, f"{address.name} lets anybody in: give it for_roles or for_everybody"
        assert set(guard) <= set(Role)


def test_every_address_that_guards_itself_exists() -> None:
    assert {address.name for address in EVERY_ADDRESS} >= SELF_GUARDED | FOR_EVERYBODY | FOR_MONITORING


def test_a_demonstration_is_no_part_of_a_real_instance() -> None:
    names = {address.name for address in addresses(get_resolver().url_patterns)}
    assert not names & {pattern.name for pattern in demo.urlpatterns}
