"""The desk says what keeps it from telephoning, and what to do."""

import re
from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.journeys.conftest import ALLOWED, FAKE_DEVICE, Centre
from tests.journeys.people import Citizen, Desk
from tests.journeys.test_first_call import ENGLISH

# A tone that passes zero at every sample.
SILENCE = 48_000
# Nobody can pull the plug of Chromium's own microphone. This is what a browser does to a page when somebody does:
# the sound ends and says so, and no microphone is found until it is plugged in again.
REMEMBER_MICROPHONES = """
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  window.isPlugged = true;
  devices.getUserMedia = async (wanted) => {
    if (!window.isPlugged) throw new DOMException("Requested device not found", "NotFoundError");
    return (window.microphone = await open(wanted));
  };
"""
UNPLUG = """() => {
  window.isPlugged = false;
  const [track] = window.microphone.getAudioTracks();
  track.stop();
  track.dispatchEvent(new Event("ended"));
}"""
PLUG_IN = "() => void (window.isPlugged = true)"


def test_a_blocked_microphone_is_explained(a_desk: Callable[..., Desk]) -> None:
    desk = a_desk(FAKE_DEVICE, "--deny-permission-prompts", hertz=0)
    desk.page.get_by_role("button", name="Check the microphone").click()
    desk.explains("The microphone is blocked for this page.")
    expect(desk.page.get_by_role("button", name="Ready")).to_be_disabled()


def test_a_missing_microphone_is_explained(a_desk: Callable[..., Desk]) -> None:
    desk = a_desk(ALLOWED, "--disable-audio-input", hertz=0)
    desk.page.get_by_role("button", name="Check the microphone").click()
    desk.explains("No microphone was found.")


def test_a_page_that_is_not_secure_says_that_it_needs_https_before_anything_is_tried(
    centre: Centre, a_desk: Callable[..., Desk]
) -> None:
    page = a_desk().page.context.new_page()
    # A browser takes every address of its own machine for secure, so the centre is shown under another name.
    elsewhere = "http://centre.example"

    def show_under_another_name(route: Route) -> None:
        path = route.request.url.removeprefix(elsewhere)
        # Events never end, so they cannot be handed on whole.
        if path.endswith("/live/"):
            route.abort()
        else:
            route.fulfill(response=route.fetch(url=f"{centre.address}{path}"))

    page.route(f"{elsewhere}/**", show_under_another_name)
    page.goto(f"{elsewhere}/desk/")
    Desk(page).explains("The browser gives this page no microphone, because the connection is not secure.")
    Desk(page).explains("Open it with an address that begins with https://.")
    expect(page.get_by_role("button", name="Check the microphone")).to_be_hidden()


def test_an_agent_whose_microphone_is_unplugged_is_told_and_heard_again_with_the_next_one(
    a_desk: Callable[..., Desk], a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = a_desk(), a_citizen()
    desk.page.add_init_script(REMEMBER_MICROPHONES)
    desk.page.reload()
    desk.is_ready()
    citizen.call(key=ENGLISH)
    desk.answers()
    citizen.hears_the_agent()
    desk.page.evaluate(UNPLUG)
    desk.explains("The microphone was unplugged: you are not heard.")
    citizen.no_longer_hears_the_agent()
    desk.says("In conversation")
    desk.page.get_by_role("button", name="Try again").click()
    desk.explains("No microphone was found.")
    expect(desk.page.get_by_text("The microphone was unplugged")).to_be_hidden()
    desk.page.evaluate(PLUG_IN)
    desk.page.get_by_role("button", name="Try again").click()
    expect(desk.page.get_by_text("No microphone was found.")).to_be_hidden()
    citizen.hears_the_agent()
    desk.hears_the_citizen()


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


def test_the_check_goes_by_the_keyboard_and_says_which_way_speech_goes(a_desk: Callable[..., Desk]) -> None:
    desk = a_desk()
    desk.page.get_by_role("button", name="Check the microphone").press("Enter")
    expect(desk.page.get_by_role("button", name="Play a test sound")).to_be_focused()
    expect(desk.page.get_by_text("You are heard.")).to_be_visible()
    expect(desk.page.get_by_text("Straight to the centre")).to_be_visible()
    expect(desk.page.locator("#path-time")).to_have_text(re.compile(r"^\d+$"))
    done = desk.page.get_by_role("button", name="I am heard and I hear the sound")
    expect(done).to_be_disabled()
    desk.page.keyboard.press("Enter")
    expect(done).to_be_enabled()
    done.press("Enter")
    desk.telephone_is_connected()


def test_an_agent_whose_network_lets_nothing_through_is_told_before_the_first_call_and_tries_again(
    a_desk: Callable[..., Desk],
) -> None:
    desk = a_desk()
    sockets = "**/telephone*"
    desk.page.route_web_socket(sockets, lambda socket: socket.close(code=1013))
    desk.page.reload()
    desk.page.get_by_role("button", name="Check the microphone").click()
    expect(desk.page.get_by_text("The test call did not get through.")).to_be_visible()
    desk.explains("The telephone switch does not answer.")
    expect(desk.page.get_by_role("button", name="I am heard and I hear the sound")).to_be_disabled()
    desk.page.unroute_all()
    desk.page.route_web_socket(sockets, lambda socket: socket.connect_to_server())
    desk.page.get_by_role("button", name="Test again").click()
    expect(desk.page.get_by_text("Straight to the centre")).to_be_visible()
    expect(desk.page.get_by_text("The telephone switch does not answer.")).to_be_hidden()


def test_a_microphone_that_hears_nothing_is_told_and_the_agent_may_go_on_all_the_same(
    a_desk: Callable[..., Desk],
) -> None:
    desk = a_desk(hertz=SILENCE)
    desk.page.get_by_role("button", name="Check the microphone").click()
    expect(desk.page.get_by_text("Straight to the centre")).to_be_visible()
    expect(desk.page.get_by_text("Not heard yet.")).to_be_visible()
    desk.page.get_by_role("button", name="Play a test sound").click()
    expect(desk.page.get_by_role("button", name="I am heard and I hear the sound")).to_be_disabled()
    desk.page.get_by_role("button", name="Go on anyway").click()
    desk.telephone_is_connected()
