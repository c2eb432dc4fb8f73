"""What a telephone in the hand shows: nothing that is needed lies beside the screen."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import Browsers

TELEPHONE = {"width": 390, "height": 844}


def entered(browsers: Browsers, windows: Callable[[BrowserContext, str], Page], door: str) -> Page:
    """What a door of the demonstration opens on a telephone."""
    context = browsers.start().new_context(viewport=TELEPHONE)
    doors = windows(context, "/")
    with context.expect_page() as opening:
        doors.get_by_role("button", name=door).click()
    return opening.value


def test_a_list_is_read_without_moving_it_sideways_and_stays_a_table(
    browsers: Browsers, windows: Callable[[BrowserContext, str], Page]
) -> None:
    page = entered(browsers, windows, "Open the console")
    page.get_by_role("link", name="Activations").click()
    expect(page.get_by_role("table").get_by_role("cell", name="Report")).to_be_in_viewport(ratio=1)
    assert page.locator(".table-frame").evaluate("frame => frame.scrollWidth <= frame.clientWidth")


def test_signing_out_is_in_sight_at_the_desk(
    browsers: Browsers, windows: Callable[[BrowserContext, str], Page]
) -> None:
    page = entered(browsers, windows, "Open the desk")
    expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)
