"""The desk says what keeps it from telephoning, and what to do."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import ALLOWED, FAKE_DEVICE
from tests.journeys.people import Desk


def test_a_blocked_microphone_is_explained(a_desk: Callable[..., Desk]) -> None:
    desk = a_desk(FAKE_DEVICE, "--deny-permission-prompts", hertz=0)
    desk.page.get_by_role("button", name="Check the microphone").click()
    desk.explains("The microphone is blocked for this page.")
    expect(desk.page.get_by_role("button", name="Ready")).to_be_disabled()


def test_a_missing_microphone_is_explained(a_desk: Callable[..., Desk]) -> None:
    desk = a_desk(ALLOWED, "--disable-audio-input", hertz=0)
    desk.page.get_by_role("button", name="Check the microphone").click()
    desk.explains("No microphone was found.")


def test_a_second_window_takes_the_telephone_over_and_the_first_says_so(a_desk: Callable[..., Desk]) -> None:
    desk = a_desk()
    desk.check_microphone()
    desk.telephone_is_connected()
    second = Desk(desk.page.context.new_page())
    second.page.goto(desk.page.url)
    second.telephone_is_connected()
    desk.explains("Your telephone is in use in another window.")
    desk.page.get_by_role("button", name="Use it here").click()
    desk.telephone_is_connected()
    second.explains("Your telephone is in use in another window.")
