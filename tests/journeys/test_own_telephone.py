"""An agent who speaks through a SIP telephone instead of the browser."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.people import Desk

PASSWORD = re.compile(r"^[a-z2-9]{20}$")


def test_the_password_of_a_sip_telephone_is_shown_once_and_the_browser_can_take_over_again(
    a_desk: Callable[..., Desk],
) -> None:
    desk = a_desk()
    desk.is_ready()
    password = desk.page.locator("[data-own-is=password]")
    desk.page.get_by_role("button", name="Own telephone").press("Enter")
    expect(desk.page.get_by_label("Your number")).to_be_focused()
    desk.page.get_by_role("button", name="Make a new password").press("Enter")
    expect(password).to_have_text(PASSWORD)
    expect(desk.page.get_by_text("Telephone connecting")).to_be_visible()
    desk.page.reload()
    expect(desk.page.get_by_role("heading", name="Your SIP telephone")).to_be_visible()
    expect(password).to_be_hidden()
    expect(desk.page.get_by_role("button", name="Check the microphone")).to_be_hidden()
    desk.page.get_by_role("button", name="Speak through the browser").click()
    desk.telephone_is_connected()
