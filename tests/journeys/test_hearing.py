"""A coordinator hears a conversation: the agent reads it first, hears the whisper, and gives the caller away."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.people import AGENT_HERTZ, CITIZEN_HERTZ, HEARS, PATIENCE_MS, Citizen, Desk
from tests.journeys.test_first_call import ENGLISH

COORDINATOR_HERTZ = 700
# Among other voices, this one.
_AMONG_OTHERS = HEARS.replace(
    "loudness[strongest] > -60 && Math.abs(found - hertz) < 15",
    "loudness[Math.round(hertz * window.spectrum.fftSize / window.ear.sampleRate)] > -60",
)


def hears(page: Page, *, hertz: int) -> None:
    page.wait_for_function(_AMONG_OTHERS, arg=hertz, timeout=PATIENCE_MS)


def test_a_coordinator_listens_whispers_and_takes_the_caller_over(
    a_desk: Callable[..., Desk],
    a_citizen: Callable[..., Citizen],
    windows: Callable[[BrowserContext, str], Page],
) -> None:
    first, citizen = a_desk(), a_citizen()
    first.is_ready()
    citizen.call(key=ENGLISH)
    first.answers()
    coordinator = a_desk(hertz=COORDINATOR_HERTZ)
    coordinator.check_microphone()
    coordinator.telephone_is_connected()

    line = windows(coordinator.page.context, "/console/line/1/")
    line.locator('[id^="conversation-"] a').click()
    line.get_by_label("Why?").fill("To help, as you asked.")
    line.get_by_role("button", name="Listen in").click()

    expect(first.page.get_by_role("alert").get_by_text("listens to this conversation")).to_be_visible()
    expect(first.page.get_by_text("To help, as you asked.")).to_be_visible()
    hears(coordinator.page, hertz=CITIZEN_HERTZ)
    hears(coordinator.page, hertz=AGENT_HERTZ)

    coordinator.page.get_by_role("button", name="Whisper").click()
    expect(first.page.get_by_role("alert").get_by_text("speaks to you alone")).to_be_visible()
    hears(first.page, hertz=COORDINATOR_HERTZ)
    citizen.hears_the_agent()

    coordinator.page.get_by_role("button", name="Take over the caller").click()
    first.says("Finish your note")
    coordinator.says("In conversation")
    citizen.hears_the_agent(hertz=COORDINATOR_HERTZ)
    coordinator.hears_the_citizen()
