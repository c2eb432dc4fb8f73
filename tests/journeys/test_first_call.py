"""The first minute of a newcomer: somebody calls, an agent answers in a browser, and both hear each other."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Centre
from tests.journeys.people import AGENT_HERTZ, CITIZEN_HERTZ, Citizen, Desk
from tests.journeys.sleeping import asleep
from tocsin.calls.rules.states import CallState

ENGLISH = "4"
# The voice of another citizen, which is neither an agent's nor the music.
OTHER_HERTZ = 700
# Whether both ends of an element are what a pointer would meet there.
IS_ON_TOP = """element => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const meets = (y) => element.contains(document.elementFromPoint((left + right) / 2, y));
  return meets(top + 2) && meets(bottom - 2);
}"""


def connected(a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]) -> tuple[Desk, Citizen]:
    """An agent and a citizen in the middle of a conversation."""
    desk, citizen = a_desk(), a_citizen()
    desk.is_ready()
    citizen.call(key=ENGLISH)
    desk.answers()
    desk.hears_the_citizen()
    citizen.hears_the_agent()
    return desk, citizen


def test_a_citizen_is_answered_and_the_agent_keeps_a_note_with_the_keyboard_alone(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
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


def test_whoever_calls_again_is_recognised_with_what_was_asked_before(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    desk.page.get_by_label("What was asked").fill("Is the tap water safe?")
    expect(desk.page.get_by_text("Saved.", exact=True)).to_be_visible()
    citizen.hang_up()
    desk.says("Finish your note")
    desk.page.keyboard.press("F8")
    desk.says("Ready")
    citizen.call(key=ENGLISH)
    desk.answers()
    expect(desk.page.locator("#talking")).to_contain_text("+32 460")
    expect(desk.page.locator("#earlier")).to_contain_text("Is the tap water safe?")


def test_a_muted_agent_is_not_heard_and_a_held_caller_hears_nobody(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
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


def test_muting_ends_with_the_conversation(a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]) -> None:
    desk, _ = connected(a_desk, a_citizen)
    mute = desk.page.locator("#mute")
    desk.page.keyboard.press("F9")
    expect(mute).to_have_attribute("aria-pressed", "true")
    desk.page.keyboard.press("F4")
    desk.says("Finish your note")
    expect(mute).to_have_attribute("aria-pressed", "false")


def test_an_agent_is_told_that_nobody_hears_a_muted_microphone(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, _ = connected(a_desk, a_citizen)
    desk.page.keyboard.press("F9")
    desk.says("In conversation, microphone off")
    expect(desk.page.locator("#spoken")).to_have_text("Microphone off: the caller does not hear you.")
    desk.page.keyboard.press("F9")
    desk.says("In conversation")
    expect(desk.page.locator("#spoken")).to_have_text("Microphone on: the caller hears you.")


def test_digits_that_are_written_into_the_note_stay_there_while_the_keypad_is_open(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, _ = connected(a_desk, a_citizen)
    desk.page.get_by_role("button", name="Keypad").click()
    note = desk.page.get_by_label("What was asked")
    note.focus()
    expect(desk.page.locator("#keypad")).to_be_visible()
    desk.page.keyboard.type("Quay 12")
    expect(note).to_have_value("Quay 12")


def test_the_focus_goes_to_the_new_card_when_the_button_that_was_pressed_is_gone(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = a_desk(), a_citizen()
    desk.is_ready()
    citizen.call(key=ENGLISH)
    desk.says("Incoming call")
    words = desk.page.locator("#panel .state")
    for button, told in (
        ("#accept", "In conversation"),
        ("#hold", "On hold"),
        ("#resume", "In conversation"),
        ("#hang-up", "Finish your note"),
        ("#done", "Ready"),
    ):
        desk.page.locator(button).press("Enter")
        desk.says(told)
        expect(words).to_be_focused()


def test_pressing_done_twice_does_not_pause(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    citizen.hang_up()
    desk.says("Finish your note")
    desk.page.keyboard.press("F8")
    desk.says("Ready")
    desk.page.keyboard.press("F8")
    # Whatever a key asked before, the next caller is after it in the line.
    citizen.call(key=ENGLISH)
    desk.says("Incoming call")


def test_an_incoming_call_can_be_answered_in_sight_on_a_screen_enlarged_to_twice_its_size(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = a_desk(), a_citizen()
    desk.is_ready()
    # What is left of 1280 by 800.
    desk.page.set_viewport_size({"width": 640, "height": 400})
    citizen.call(key=ENGLISH)
    desk.says("Incoming call")
    answer = desk.page.locator("#accept")
    expect(answer).to_be_focused()
    expect(answer).to_be_in_viewport(ratio=1)
    assert answer.evaluate(IS_ON_TOP), "something lies over the button"


def test_an_agent_and_each_of_several_callers_hear_each_other(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, first = connected(a_desk, a_citizen)
    second = a_citizen(hertz=OTHER_HERTZ)
    # The agent's leg is the same for all of them, and has heard others before.
    for before, citizen, hertz in ((first, second, OTHER_HERTZ), (second, first, CITIZEN_HERTZ)):
        before.hang_up()
        desk.says("Finish your note")
        desk.page.keyboard.press("F8")
        desk.says("Ready")
        citizen.call(key=ENGLISH)
        desk.answers()
        desk.hears_the_citizen(hertz=hertz)
        citizen.hears_the_agent()


def test_reloading_the_desk_brings_the_conversation_and_the_note_back(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    desk.page.get_by_label("What was asked").fill("Written just before")
    desk.page.reload()
    desk.says("In conversation")
    desk.hears_the_citizen()
    citizen.hears_the_agent()
    expect(desk.page.get_by_label("What was asked")).to_have_value("Written just before")


def test_however_often_the_agents_machine_sleeps_the_conversation_goes_on_when_it_wakes(
    centre: Centre, a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    for _ in range(3):
        with asleep(hertz=AGENT_HERTZ):
            centre.comes_to(CallState.RECONNECTING)
        citizen.hears_the_agent()
        desk.hears_the_citizen()
        desk.says("In conversation")


def test_a_citizen_whose_browser_stands_still_for_some_seconds_keeps_the_call(
    centre: Centre, a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    with asleep(hertz=CITIZEN_HERTZ):
        # The agent's telephone is given up for its silence, and the citizen's was silent before it.
        with asleep(hertz=AGENT_HERTZ):
            centre.comes_to(CallState.RECONNECTING)
        centre.comes_to(CallState.TALKING)
    desk.hears_the_citizen()
    citizen.hears_the_agent()


def test_a_caller_whose_agent_closes_the_browser_goes_to_the_next_agent(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
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
    centre: Centre, a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
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
    centre: Centre, a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    with centre.without_switchboard():
        desk.hears_the_citizen()
        citizen.hears_the_agent()
    desk.page.keyboard.press("F7")
    desk.says("On hold")
    desk.page.keyboard.press("F7")
    desk.says("In conversation")
    desk.hears_the_citizen()


def test_after_the_telephone_switch_was_killed_the_desk_connects_again_by_itself(
    centre: Centre, a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = connected(a_desk, a_citizen)
    centre.kill("engine")
    expect(citizen.page.get_by_text("The call has ended")).to_be_visible()
    desk.says("Finish your note")
    desk.telephone_is_connected()
    desk.page.keyboard.press("F8")
    # Whoever was cut off is called back first; in a demo no carrier reaches a browser.
    desk.says("Call back")
    desk.page.keyboard.press("F2")
    desk.says("Ready")
    citizen.call(key=ENGLISH)
    desk.answers()
    desk.hears_the_citizen()
