"""The first minute of a newcomer: somebody calls, an agent answers in a browser, and both hear each other."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Centre
from tests.journeys.people import Citizen, Desk

ENGLISH = "4"


def connected(a_desk: Callable[..., Desk], a_citizen: Callable[[], Citizen]) -> tuple[Desk, Citizen]:
    """An agent and a citizen in the middle of a conversation."""
    desk, citizen = a_desk(), a_citizen()
    desk.is_ready()
    citizen.call(key=ENGLISH)
    desk.answers()
    desk.hears_the_citizen()
    citizen.hears_the_agent()
    return desk, citizen


def test_a_citizen_is_answered_and_the_agent_keeps_a_note_with_the_keyboard_alone(
    a_desk: Callable[..., Desk], a_citizen: Callable[[], Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    expect(desk.page.get_by_text("EXERCISE").first).to_be_visible()
    expect(desk.page.locator("#talking")).to_contain_text("English")
    desk.page.get_by_label("What is it about?").select_option("Smoke and smell")
    desk.page.get_by_label("What was asked").fill("Is the smoke dangerous for the baby?")
    expect(desk.page.get_by_text("Saved.", exact=True)).to_be_visible()
    citizen.hang_up()
    desk.says("Finish your note")
    expect(desk.page.get_by_label("What was asked")).to_have_value("Is the smoke dangerous for the baby?")
    desk.page.keyboard.press("F8")
    desk.says("Ready")


def test_a_muted_agent_is_not_heard_and_a_held_caller_hears_nobody(
    a_desk: Callable[..., Desk], a_citizen: Callable[[], Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    desk.page.keyboard.press("F9")
    citizen.no_longer_hears_the_agent()
    desk.page.keyboard.press("F9")
    citizen.hears_the_agent()
    desk.page.keyboard.press("F7")
    desk.says("On hold")
    desk.no_longer_hears_the_citizen()
    citizen.no_longer_hears_the_agent()
    desk.page.keyboard.press("F7")
    desk.says("In conversation")
    desk.hears_the_citizen()
    citizen.hears_the_agent()
    desk.page.keyboard.press("F4")
    desk.says("Finish your note")
    expect(citizen.page.get_by_text("The call has ended")).to_be_visible()


def test_reloading_the_desk_brings_the_conversation_and_the_note_back(
    a_desk: Callable[..., Desk], a_citizen: Callable[[], Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    desk.page.get_by_label("What was asked").fill("Written just before")
    desk.page.reload()
    desk.says("In conversation")
    desk.hears_the_citizen()
    citizen.hears_the_agent()
    expect(desk.page.get_by_label("What was asked")).to_have_value("Written just before")


def test_a_caller_whose_agent_closes_the_browser_goes_to_the_next_agent(
    a_desk: Callable[..., Desk], a_citizen: Callable[[], Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    desk.page.close(run_before_unload=True)
    citizen.no_longer_hears_the_agent()
    second = a_desk()
    second.is_ready()
    second.says("Incoming call")
    expect(second.page.get_by_text("Lost an agent before")).to_be_visible()
    second.answers()
    second.hears_the_citizen()
    citizen.hears_the_agent()


def test_a_conversation_outlives_the_web_process(
    centre: Centre, a_desk: Callable[..., Desk], a_citizen: Callable[[], Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    centre.kill("web")
    desk.explains("This page does not reach the centre")
    desk.hears_the_citizen()
    citizen.hears_the_agent()
    expect(desk.page.get_by_text("This page does not reach the centre")).to_be_hidden()
    desk.hears_the_citizen()
    citizen.hears_the_agent()


def test_a_conversation_outlives_the_switchboard_which_then_goes_on_with_it(
    centre: Centre, a_desk: Callable[..., Desk], a_citizen: Callable[[], Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    centre.kill("switchboard")
    desk.hears_the_citizen()
    citizen.hears_the_agent()
    desk.page.keyboard.press("F7")
    desk.says("On hold")
    desk.page.keyboard.press("F7")
    desk.says("In conversation")
    desk.hears_the_citizen()


def test_after_the_telephone_switch_was_killed_the_desk_connects_again_by_itself(
    centre: Centre, a_desk: Callable[..., Desk], a_citizen: Callable[[], Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    centre.kill("engine")
    expect(citizen.page.get_by_text("The call has ended")).to_be_visible()
    desk.says("Finish your note")
    desk.telephone_is_connected()
    desk.page.keyboard.press("F8")
    desk.says("Ready")
    citizen.call(key=ENGLISH)
    desk.answers()
    desk.hears_the_citizen()
