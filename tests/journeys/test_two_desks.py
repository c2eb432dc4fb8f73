"""Two people in two browsers: one answers a question, the other takes a caller over who is a victim."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.people import AGENT_HERTZ, Citizen, Desk
from tests.journeys.test_first_call import ENGLISH

# The voice of the second agent, which is neither the first one's nor the caller's.
COLLEAGUE_HERTZ = 700


def with_a_colleague(a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]) -> tuple[Desk, Desk, Citizen]:
    """An agent in conversation with a citizen, and a colleague who is ready."""
    first, citizen = a_desk(), a_citizen()
    first.is_ready()
    citizen.call(key=ENGLISH)
    first.answers()
    colleague = a_desk(hertz=COLLEAGUE_HERTZ)
    colleague.is_ready()
    return first, colleague, citizen


def test_a_caller_is_passed_on_with_the_keyboard_alone_and_hears_the_colleague(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    first, colleague, citizen = with_a_colleague(a_desk, a_citizen)
    first.page.get_by_label("What is it about?").select_option("Smoke and smell")
    first.page.get_by_label("What was asked").fill("Asked about the smoke")
    expect(first.page.get_by_text("Saved.", exact=True)).to_be_visible()
    first.page.locator("#panel .state").focus()
    first.page.keyboard.press("F6")
    expect(first.page.locator("#passing")).to_contain_text("1 trained colleague is free.")
    expect(first.page.locator("#pass-on-d2")).to_be_focused()
    first.page.keyboard.press("Enter")
    first.says("Finish your note")
    first.no_longer_hears_the_citizen()
    colleague.answers()
    colleague.hears_the_citizen()
    citizen.hears_the_agent(hertz=COLLEAGUE_HERTZ)
    talking = colleague.page.locator("#talking")
    expect(talking).to_contain_text("Victims and relatives (D2)")
    expect(talking).to_contain_text("Passed on by")
    expect(colleague.page.get_by_label("What is it about?").locator("option:checked")).to_have_text(
        "Smoke and smell"
    )
    expect(colleague.page.get_by_label("What was asked")).to_have_value("")
    expect(first.page.get_by_label("What was asked")).to_have_value("Asked about the smoke")


def test_an_agent_speaks_with_the_colleague_first_then_all_three_and_the_colleague_goes_on(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    first, colleague, citizen = with_a_colleague(a_desk, a_citizen)
    first.page.keyboard.press("F6")
    first.page.get_by_role("button", name="speak with the colleague first").click()
    expect(first.page.locator("#consulting .state")).to_contain_text("It rings at")
    colleague.says("A colleague asks you")
    colleague.page.keyboard.press("F2")
    expect(first.page.locator("#consulting .state")).to_contain_text("You speak with")
    first.hears_the_citizen(hertz=COLLEAGUE_HERTZ)
    colleague.hears_the_citizen(hertz=AGENT_HERTZ)
    citizen.no_longer_hears_the_agent()
    first.page.keyboard.press("F3")
    expect(first.page.locator("#consulting")).to_contain_text("All three hear each other.")
    first.page.keyboard.press("F6")
    first.says("Finish your note")
    colleague.says("In conversation")
    colleague.hears_the_citizen()
    citizen.hears_the_agent(hertz=COLLEAGUE_HERTZ)
    first.no_longer_hears_the_citizen()
