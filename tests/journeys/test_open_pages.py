"""What an open page says of itself: that it is cut off when it is, and nothing when only little happens."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.journeys.conftest import Browsers

CUT_OFF = "This page does not reach the centre"
LONGER_THAN_A_SILENCE_MS = 26_000
LISTEN = """() =>
  document.getElementById("board").addEventListener("here", () => (window.hasHeard = true))
"""
PAGES = ["/console/board/1/", "/console/line/1/"]


def entered(browsers: Browsers, windows: Callable[[BrowserContext, str], Page], door: str) -> Page:
    """What a door of the demonstration opens."""
    context = browsers.start().new_context()
    doors = windows(context, "/")
    with context.expect_page() as opening:
        doors.get_by_role("button", name=door).click()
    return opening.value


def say_that_the_database_is_away(route: Route) -> None:
    """What the centre tells open pages then."""
    route.fulfill(content_type="text/event-stream", body="event: away\ndata: \n\n")


def test_a_desk_says_that_the_database_is_away_and_that_it_is_back(
    browsers: Browsers, windows: Callable[[BrowserContext, str], Page]
) -> None:
    desk = entered(browsers, windows, "Open the desk")
    desk.route("**/desk/live/", say_that_the_database_is_away)
    desk.reload()
    expect(desk.get_by_text(CUT_OFF)).to_be_visible()
    desk.unroute_all()
    expect(desk.get_by_text(CUT_OFF)).to_be_hidden()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_that_the_database_is_away_and_that_it_is_back(
    browsers: Browsers, windows: Callable[[BrowserContext, str], Page], path: str
) -> None:
    page = windows(entered(browsers, windows, "Open the console").context, path)
    page.route("**/live/", say_that_the_database_is_away)
    page.reload()
    expect(page.get_by_text(CUT_OFF)).to_be_visible()
    page.unroute_all()
    expect(page.get_by_text(CUT_OFF)).to_be_hidden()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_on_which_nothing_happens_hears_that_the_centre_is_there(
    browsers: Browsers, windows: Callable[[BrowserContext, str], Page], path: str
) -> None:
    page = windows(entered(browsers, windows, "Open the console").context, path)
    page.clock.install()
    page.reload()
    page.evaluate(LISTEN)
    page.wait_for_function("() => window.hasHeard")
    page.clock.fast_forward(LONGER_THAN_A_SILENCE_MS)
    expect(page.get_by_text(CUT_OFF)).to_be_visible()
    expect(page.get_by_text(CUT_OFF)).to_be_hidden()
