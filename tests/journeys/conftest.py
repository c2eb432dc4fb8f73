"""A whole centre, started as a newcomer starts it, and real browsers in front of it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.journeys.people import AGENT_HERTZ, CITIZEN_HERTZ, Citizen, Desk, make_voice
from tocsin.project.instance import instance, ports_beside

TOCSIN = [sys.executable, "-m", "tocsin.project.cli"]
CHROMIUM = [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
ALLOWED = "--use-fake-ui-for-media-stream"
FAKE_DEVICE = "--use-fake-device-for-media-stream"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("journey")
            item.add_marker("telephony")


@dataclass(frozen=True)
class Centre:
    """A running demonstration."""

    address: str
    environ: dict[str, str]

    def kill(self, part: str) -> None:
        """Kill a part so that it cannot put anything in order first; its supervisor starts it again."""
        status = subprocess.run(
            [*TOCSIN, "status", "--json"], env=self.environ, capture_output=True, text=True, check=False
        )
        parts = json.loads(status.stdout)["parts"]
        os.kill(next(each["pid"] for each in parts if each["part"] == part), signal.SIGKILL)


def free_web_port() -> int:
    """A web port of which every port beside it is free, too; another run of the tests looks elsewhere."""
    first = instance.ports.web + 200
    for web in range(first, first + 1600, 200):
        ports = ports_beside(web)
        wanted = (
            ports.web,
            ports.switch_http,
            ports.outside_http,
            ports.sip,
            ports.sip_tls,
            ports.outside_sip,
        )
        if all(is_free(port) for port in wanted):
            return web
    pytest.fail(f"No free ports for a centre between {first} and {first + 1800}.")


def is_free(port: int) -> bool:
    with closing(socket.socket()) as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="package")
def centre() -> Iterator[Centre]:
    """A demonstration that is ready, in a folder of its own."""
    home = Path(tempfile.mkdtemp(prefix="tocsin-journeys-"))
    port = free_web_port()
    environ = {**os.environ, "TOCSIN_HOME": str(home), "TOCSIN_PORT": str(port)}
    process = subprocess.Popen(
        [*TOCSIN, "up", "--demo"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if line.startswith("ready "):
                break
        else:
            pytest.fail(f"The centre did not start:\n{''.join(said)}")
        yield Centre(address=f"http://127.0.0.1:{port}", environ=environ)
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@dataclass(frozen=True)
class Browsers:
    """Starts a browser with one voice, or with none, and keeps it until the end of the package."""

    start: Callable[..., Browser]


@pytest.fixture(scope="package")
def browsers(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    folder = tmp_path_factory.mktemp("voices")
    started: dict[tuple[str, ...], Browser] = {}

    def start(*options: str, hertz: int = 0) -> Browser:
        if hertz:
            voice = make_voice(folder / f"{hertz}.wav", hertz=hertz)
            options = (*options, ALLOWED, FAKE_DEVICE, f"--use-file-for-fake-audio-capture={voice}")
        if options not in started:
            started[options] = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=[*CHROMIUM, *options]
            )
        return started[options]

    yield Browsers(start)
    for browser in started.values():
        browser.close()


@pytest.fixture
def windows(centre: Centre) -> Iterator[Callable[[BrowserContext, str], Page]]:
    """Opens pages of the centre; at the end none may have broken, or asked for what its policy forbids."""
    opened: list[Page] = []
    troubles: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            troubles.append(message.text)

    def open_window(context: BrowserContext, path: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", complain)
        page.goto(f"{centre.address}{path}")
        opened.append(page)
        return page

    yield open_window
    for page in opened:
        if not page.is_closed():
            # As somebody who goes to another page: the telephone says goodbye.
            page.goto("about:blank")
    for context in {page.context for page in opened}:
        context.close()
    assert troubles == []


@pytest.fixture
def a_desk(browsers: Browsers, windows: Callable[[BrowserContext, str], Page]) -> Callable[..., Desk]:
    """Opens the desk of another agent each time, by the demonstration's door."""

    def open_desk(*options: str, hertz: int = AGENT_HERTZ) -> Desk:
        context = browsers.start(*options, hertz=hertz).new_context()
        doors = windows(context, "/")
        with context.expect_page() as opening:
            doors.get_by_role("button", name="Open the desk").click()
        page = opening.value
        page.wait_for_url("**/desk/")
        return Desk(page)

    return open_desk


@pytest.fixture
def a_citizen(browsers: Browsers, windows: Callable[[BrowserContext, str], Page]) -> Callable[..., Citizen]:
    """Opens a citizen's telephone."""

    def open_telephone(*, hertz: int = CITIZEN_HERTZ) -> Citizen:
        return Citizen(windows(browsers.start(hertz=hertz).new_context(), "/demo/call/"))

    return open_telephone
