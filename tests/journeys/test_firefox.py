"""What an agent and a citizen do, in Firefox, on the computer that the centre itself runs on.

The switch listens on the loopback address alone, to which Firefox does not speak (see tocsin.web.passage).
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Centre
from tests.journeys.firefox import Firefox, Window, installed_firefox, running_firefox
from tests.journeys.people import AGENT_HERTZ, CITIZEN_HERTZ, HEARS, PATIENCE_MS, Citizen, Desk

ENGLISH = "4"
# Firefox's own voice: whom it speaks to must have another one.
FIREFOX_HERTZ = AGENT_HERTZ


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    program = installed_firefox()
    if program is None:
        pytest.skip("there is no Firefox on this machine: install firefox-esr")
    with running_firefox(program, tmp_path) as running:
        yield running
        assert running.complaints() == []


def desk_in(firefox: Firefox, centre: Centre) -> Window:
    """An agent's desk, ready for calls."""
    firefox.open(f"{centre.address}/").click("Open the desk")
    desk = firefox.loaded("/desk/")
    desk.click("Check the microphone")
    # Without a sound card, an AudioContext of Firefox stands still, and the voice is not seen.
    desk.shows("Straight to the centre")
    desk.click("Go on anyway")
    desk.shows("Telephone connected")
    desk.type("F8")
    desk.says("Ready")
    return desk


def test_an_agent_in_firefox_answers_and_writes_with_the_keyboard_and_both_hear_each_other(
    centre: Centre, firefox: Firefox, a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = desk_in(firefox, centre), a_citizen()
    citizen.call(key=ENGLISH)
    desk.says("Incoming call")
    desk.type("F2")
    desk.says("In conversation")
    desk.hears(hertz=CITIZEN_HERTZ)
    citizen.hears_the_agent()
    desk.until("() => { document.getElementById('text').focus(); return true; }")
    desk.type("Is the smoke dangerous?")
    desk.shows("Saved.")
    desk.type("F9")
    citizen.no_longer_hears_the_agent()
    desk.type("F9")
    citizen.hears_the_agent()
    citizen.hang_up()
    desk.says("Finish your note")
    desk.type("F8")
    desk.says("Ready")


def test_after_the_web_process_was_killed_the_agent_in_firefox_hears_the_citizen_again(
    centre: Centre, firefox: Firefox, a_citizen: Callable[..., Citizen]
) -> None:
    desk, citizen = desk_in(firefox, centre), a_citizen()
    citizen.call(key=ENGLISH)
    desk.says("Incoming call")
    desk.type("F2")
    desk.hears(hertz=CITIZEN_HERTZ)
    centre.kill("web")
    desk.shows("This page does not reach the centre")
    desk.until("words => !document.body.innerText.includes(words)", "This page does not reach the centre")
    desk.hears(hertz=CITIZEN_HERTZ)
    citizen.hears_the_agent()


def test_a_citizen_in_firefox_and_an_agent_hear_each_other(
    centre: Centre, firefox: Firefox, a_desk: Callable[..., Desk]
) -> None:
    desk = a_desk(hertz=CITIZEN_HERTZ)
    desk.is_ready()
    telephone = firefox.open(f"{centre.address}/demo/call/")
    telephone.click("Call")
    telephone.until("() => document.getElementById('citizen').dataset.call === 'up'")
    telephone.type(ENGLISH)
    desk.answers()
    desk.page.wait_for_function(HEARS, arg=FIREFOX_HERTZ, timeout=PATIENCE_MS)
    telephone.hears(hertz=CITIZEN_HERTZ)
    expect(desk.page.locator("#talking")).to_contain_text("English")
    telephone.click("Hang up")
    desk.says("Finish your note")
