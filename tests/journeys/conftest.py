"""A whole centre, started as a newcomer starts it, and real browsers in front of it."""

import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.instances import instance_in
from tests.journeys.people import AGENT_HERTZ, CITIZEN_HERTZ, PATIENCE_MS, Citizen, Desk, make_voice
from tests.telephony.centre import demonstration, kill
from tocsin.calls.rules.states import CallState
from tocsin.project.instance import Instance

LOOPBACK = "--allow-loopback-in-peer-connection"
CHROMIUM = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", LOOPBACK]
ALLOWED = "--use-fake-ui-for-media-stream"
FAKE_DEVICE = "--use-fake-device-for-media-stream"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("journey")
            item.add_marker("telephony")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the switchboard did, below what the pages showed: seldom does a journey fail where one looks."""
    report = yield
    centre = getattr(item, "funcargs", {}).get("centre")
    if report.failed and centre:
        report.sections.append(("the journal, newest first", centre.journal()))
    return report


@dataclass(frozen=True)
class Centre:
    """A running demonstration."""

    instance: Instance

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.instance.ports.web}"

    def kill(self, part: str) -> None:
        """Kill a part, which its supervisor then starts again."""
        kill(part, of=self.instance)

    def journal(self) -> str:
        """The last steps of calls and agents."""
        with psycopg.connect(self.instance.database_dsn) as asked:
            steps = asked.execute(
                """SELECT at, call_id AS who, before, after, why FROM calls_callstep
                UNION ALL SELECT at, 'agent ' || agent_id, before, after, why FROM workforce_agentstep
                ORDER BY at DESC LIMIT 40"""
            )
            return "\n".join(" | ".join(map(str, step)) for step in steps)

    def comes_to(self, state: CallState) -> None:
        """Return once a call is in this state; every change is told."""
        with psycopg.connect(self.instance.database_dsn, autocommit=True) as listening:
            listening.execute("LISTEN tocsin_live")
            while not listening.execute("SELECT FROM calls_call WHERE state = %s", [state]).rowcount:
                assert list(listening.notifies(timeout=PATIENCE_MS / 1000, stop_after=1)), f"no call is {state}"

    def has_no_callers(self) -> None:
        """Return once every call is over."""
        with psycopg.connect(self.instance.database_dsn, autocommit=True) as listening:
            listening.execute("LISTEN tocsin_live")
            while listening.execute("SELECT FROM calls_call WHERE state <> 'ended'").rowcount:
                assert list(listening.notifies(timeout=PATIENCE_MS / 1000, stop_after=1)), (
                    "somebody does not leave"
                )

    @contextmanager
    def without_switchboard(self) -> Iterator[None]:
        """The switchboard is killed before the block; after it, another leads."""
        with psycopg.connect(self.instance.database_dsn, autocommit=True) as listening:
            listening.execute("LISTEN tocsin_logbook")
            self.kill("switchboard")
            yield
            # Closed before the connection is, which a generator that waits would keep for itself.
            with closing(listening.notifies(timeout=PATIENCE_MS / 1000)) as lines:
                assert any(line.payload == "switchboard.began" for line in lines)


@pytest.fixture(scope="package")
def centre() -> Iterator[Centre]:
    """A demonstration that is ready, in a folder of its own."""
    home = Path(tempfile.mkdtemp(prefix="tocsin-journeys-"))
    its_own = instance_in(home)
    try:
        with demonstration(its_own):
            yield Centre(its_own)
    finally:
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
                executable_path=shutil.which("chromium"), args=[*CHROMIUM, *options], timeout=PATIENCE_MS
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
        context.set_default_timeout(PATIENCE_MS)
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
def a_citizen(
    centre: Centre, browsers: Browsers, windows: Callable[[BrowserContext, str], Page]
) -> Iterator[Callable[..., Citizen]]:
    """Opens a citizen's telephone; at the end all hang up, or the next test's agent would be offered them."""
    opened: list[Citizen] = []

    def open_telephone(*, hertz: int = CITIZEN_HERTZ) -> Citizen:
        opened.append(Citizen(windows(browsers.start(hertz=hertz).new_context(), "/demo/call/")))
        return opened[-1]

    yield open_telephone
    for citizen in opened:
        if not citizen.page.is_closed() and citizen.page.locator("#hang-up:enabled").count():
            citizen.hang_up()
    centre.has_no_callers()
