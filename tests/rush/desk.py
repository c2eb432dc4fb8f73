"""What two people in browsers wait for: from ready until it rings, from answering until both hear each other."""

import shutil
from pathlib import Path
from statistics import median

import psycopg
from playwright.sync_api import Page, Playwright, sync_playwright

from tests.instances import instance_in
from tests.journeys.conftest import ALLOWED, CHROMIUM, FAKE_DEVICE
from tests.journeys.people import AGENT_HERTZ, CITIZEN_HERTZ, HEARS, Citizen, Desk, make_voice
from tests.rush.centre import Tell, wait_until
from tests.telephony.centre import demonstration
from tocsin.project.instance import instance

TIMES = 10
ENGLISH = "4"
RINGING_BAR_MS, HEARD_BAR_MS = 200, 1000
# Milliseconds from a key until the desk shows a state, by the clock of the page.
SHOWS = """([key, words]) => new Promise(done => {
  const began = performance.now();
  const look = () => {
    if (document.querySelector("#panel .state")?.innerText !== words) return false;
    done(performance.now() - began);
    return true;
  };
  const watching = new MutationObserver(() => { if (look()) watching.disconnect(); });
  watching.observe(document.body, { childList: true, subtree: true });
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
})"""
# The moment at which the tone is heard, by the clock of the machine, which both pages share.
HEARD_AT = f"hertz => ({HEARS})(hertz) && performance.timeOrigin + performance.now()"


def measure(*, tell: Tell) -> dict[str, object]:
    """Again and again a caller waits, the agent gets ready, it rings, the agent answers; in milliseconds."""
    home = instance.home / "desk"
    shutil.rmtree(home, ignore_errors=True)
    centre = instance_in(home)
    with (
        demonstration(centre),
        psycopg.connect(centre.database_dsn, autocommit=True) as journal,
        sync_playwright() as playwright,
    ):
        address = f"http://127.0.0.1:{centre.ports.web}"
        doors = window(playwright, AGENT_HERTZ, address)
        with doors.context.expect_page() as opening:
            doors.get_by_role("button", name="Open the desk").click()
        desk = Desk(opening.value)
        desk.check_microphone()
        desk.telephone_is_connected()
        citizen = Citizen(window(playwright, CITIZEN_HERTZ, f"{address}/demo/call/"))
        rounds = [_answer_once(desk, citizen, journal=journal, tell=tell) for _ in range(TIMES)]
    ringing, heard = (median(times) for times in zip(*rounds, strict=True))
    return {
        "ready_to_ringing_ms": round(ringing),
        "answered_to_heard_ms": round(heard),
        "peer": f"the promises of {RINGING_BAR_MS} and {HEARD_BAR_MS} ms",
        "ratio": round(max(ringing / RINGING_BAR_MS, heard / HEARD_BAR_MS), 2),
        "holds": ringing <= RINGING_BAR_MS and heard <= HEARD_BAR_MS,
    }


def _answer_once(desk: Desk, citizen: Citizen, *, journal: psycopg.Connection, tell: Tell) -> tuple[float, float]:
    """Milliseconds from ready to ringing, and from answering until the later of the two hears the other."""
    citizen.call(key=ENGLISH)
    wait_until(
        lambda: journal.execute("SELECT FROM calls_call WHERE state = 'waiting'").rowcount,
        "the caller to wait in line",
    )
    ringing = desk.page.evaluate(SHOWS, ["F8", "Incoming call"])
    answered_at = desk.page.evaluate("performance.timeOrigin + performance.now()")
    desk.page.keyboard.press("F2")
    heard_at = max(_heard_at(desk.page, CITIZEN_HERTZ), _heard_at(citizen.page, AGENT_HERTZ))
    heard = heard_at - answered_at
    tell(f"ringing after {ringing:.0f} ms, both heard after {heard:.0f} ms")
    citizen.hang_up()
    desk.says("Finish your note")
    return ringing, heard


def _heard_at(page: Page, hertz: int) -> float:
    return float(page.wait_for_function(HEARD_AT, arg=hertz).json_value())


def window(playwright: Playwright, hertz: int, address: str, *, without: str = "") -> Page:
    """A browser that speaks with a tone, at an address; `without` is one of the usual options."""
    voice = make_voice(Path(instance.home, f"{hertz}.wav"), hertz=hertz)
    microphone = [ALLOWED, FAKE_DEVICE, f"--use-file-for-fake-audio-capture={voice}"]
    options = [option for option in (*CHROMIUM, *microphone) if option != without]
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
    page = browser.new_context().new_page()
    page.goto(address)
    return page
