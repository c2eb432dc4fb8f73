"""A passkey that does not work says why, and what to do."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import Browsers, Centre

KEY_WITHOUT_A_PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
SIGN_IN = "/account/sign-in/"


def try_passkey(page: Page) -> None:
    page.get_by_role("button", name="Sign in with a passkey").click()


def test_at_an_address_of_digits_a_passkey_leads_to_the_name_of_the_site(
    centre: Centre, browsers: Browsers, windows: Callable[[BrowserContext, str], Page]
) -> None:
    page = windows(browsers.start().new_context(), SIGN_IN)
    expect(page.get_by_text("Passkeys do not work at an address of digits.")).to_be_hidden()
    try_passkey(page)
    expect(page.get_by_text("Passkeys do not work at an address of digits.")).to_be_visible()
    by_name = centre.address.replace("127.0.0.1", "localhost") + SIGN_IN
    page.get_by_role("link", name=by_name).click()
    page.wait_for_url(by_name)


def test_a_passkey_that_is_refused_says_what_else_there_is(
    centre: Centre, browsers: Browsers, windows: Callable[[BrowserContext, str], Page]
) -> None:
    context = browsers.start().new_context()
    page = windows(context, SIGN_IN)
    page.goto(centre.address.replace("127.0.0.1", "localhost") + SIGN_IN)
    key = context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    key.send("WebAuthn.addVirtualAuthenticator", {"options": KEY_WITHOUT_A_PASSKEY})
    try_passkey(page)
    expect(page.get_by_text("The passkey was not used")).to_be_visible()
    expect(page.get_by_text("Passkeys do not work at an address of digits.")).to_be_hidden()
