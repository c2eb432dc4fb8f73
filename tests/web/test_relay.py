"""The browsers' way to the switch: open to telephones that were issued, closed to everybody else."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests import world
from tests.patience import PATIENCE_SECONDS
from tocsin import wiring
from tocsin.accounts.rules import Role
from tocsin.calls.actions import end_logins, issue_login
from tocsin.project.asgi import application
from tocsin.web import telephone
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db(transaction=True)
OURS = f"http://127.0.0.1:{settings.INTERNAL_PORTS.web}"
OFFER = "INVITE sip:agent-desk@tocsin SIP/2.0"


@dataclass
class Browser:
    """The browser's end of a WebSocket, as an ASGI server passes it on."""

    path: str = telephone.PATH
    session: str = ""
    username: str = ""
    cookie: str = settings.SESSION_COOKIE_NAME
    origin: str = OURS
    subprotocol: str = "sip"
    sent: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    heard: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    def connect(self) -> "asyncio.Task[None]":
        self.sent.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "path": self.path,
            "query_string": f"username={self.username}".encode(),
            "headers": [
                (b"origin", self.origin.encode()),
                (b"cookie", f"{self.cookie}={self.session}".encode()),
            ],
            "subprotocols": [self.subprotocol],
        }
        return asyncio.ensure_future(application(scope, self.sent.get, self.heard.put))

    def say(self, text: str) -> None:
        self.sent.put_nowait({"type": "websocket.receive", "text": text})

    def go(self) -> None:
        self.sent.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def outcome(self) -> tuple[str, int | None]:
        """What the server did next."""
        message = await self.heard.get()
        return message["type"], message.get("code")


@dataclass
class Switch:
    """Asterisk's end: answers every message with OK, and remembers who came and went."""

    calls: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    gone: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def answer(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        assert connection.request.path == "/ws"
        assert connection.subprotocol == "sip"
        async for message in connection:
            self.calls.put_nowait(str(message))
            await connection.send("SIP/2.0 200 OK")
        self.gone.put_nowait(None)


def run(story: Callable[[Switch], Awaitable[None]]) -> None:
    async def with_switch() -> None:
        switch = Switch()
        port = settings.INTERNAL_PORTS.switch_http
        async with serve(switch.answer, "127.0.0.1", port, subprotocols=[Subprotocol("sip")]):
            await asyncio.wait_for(story(switch), PATIENCE_SECONDS)

    asyncio.run(with_switch())


@pytest.fixture
def ann() -> Agent:
    return world.agent("Ann", ["nl"], serves=world.authority())


class Line(TypedDict):
    """A web session, and the user name of the telephone that was issued to it."""

    session: str
    username: str


@pytest.fixture
def line(ann: Agent) -> Line:
    client = Client()
    client.force_login(ann.person)
    return issued(client, agent=ann)


def issued(client: Client, *, agent: Agent | None) -> Line:
    session = client.session.session_key
    assert session is not None
    login, _password = issue_login(session=session, agent=agent, at=timezone.now())
    return Line(session=session, username=login.username)


def test_sip_is_carried_both_ways(line: Line) -> None:
    async def story(switch: Switch) -> None:
        browser = Browser(**line)
        serving = browser.connect()
        assert await browser.heard.get() == {"type": "websocket.accept", "subprotocol": "sip"}
        browser.say(OFFER)
        assert await switch.calls.get() == OFFER
        assert await browser.heard.get() == {"type": "websocket.send", "text": "SIP/2.0 200 OK"}
        browser.go()
        await serving
        await switch.gone.get()

    run(story)


@pytest.mark.parametrize(
    "stranger",
    [
        Browser(),
        Browser(session="0" * 32),
        Browser(session='"\\000"'),
        Browser(path=telephone.CITIZEN_PATH, cookie=telephone.CITIZEN_COOKIE, session="0" * 32),
        Browser(path="/telephones"),
    ],
    ids=[
        "without a session",
        "with an invented session",
        "with a NUL",
        "with an invented citizen",
        "at another address",
    ],
)
def test_whoever_was_issued_no_telephone_is_refused(stranger: Browser) -> None:
    run(lambda _: refused(stranger))


async def refused(browser: Browser) -> None:
    await browser.connect()
    kind, _ = await browser.outcome()
    assert kind == "websocket.close"


@pytest.mark.parametrize(
    "origin", ["", "http://evil.example", pytest.param(f"{OURS}.evil.example", id="ours and more"), "null"]
)
def test_a_page_of_another_site_is_refused(line: Line, origin: str) -> None:
    run(lambda _: refused(Browser(**line, origin=origin)))


def test_what_speaks_no_sip_is_refused(line: Line) -> None:
    run(lambda _: refused(Browser(**line, subprotocol="ari")))


def test_somebody_signed_in_without_a_telephone_is_refused(ann: Agent) -> None:
    client = Client()
    client.force_login(ann.person)
    run(lambda _: refused(Browser(session=client.session.session_key or "")))


def test_an_agent_who_is_no_longer_let_in_is_refused(ann: Agent, line: Line) -> None:
    ann.person.is_active = False
    ann.person.save()
    run(lambda _: refused(Browser(**line)))


def test_somebody_who_is_no_longer_an_agent_is_refused(ann: Agent, line: Line) -> None:
    ann.person.roles = [Role.COORDINATOR]
    ann.person.save()
    run(lambda _: refused(Browser(**line)))


def test_a_telephone_is_cut_off_when_its_agent_is_one_no_longer(
    ann: Agent, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephone, "CHECK_SECONDS", 0.01)

    async def story(_: Switch) -> None:
        browser = Browser(**line)
        serving = browser.connect()
        await browser.heard.get()
        await asyncio.to_thread(take_role_away, ann)
        assert await browser.outcome() == ("websocket.close", telephone.NOT_ADMITTED)
        await serving

    run(story)


def take_role_away(agent: Agent) -> None:
    agent.person.roles = [Role.COORDINATOR]
    agent.person.save()
    connection.close()


def test_an_agents_telephone_does_not_work_as_a_citizens(line: Line, settings: Any) -> None:
    settings.DEMO = True
    cookie = telephone.CITIZEN_COOKIE
    run(lambda _: refused(Browser(**line, path=telephone.CITIZEN_PATH, cookie=cookie)))


@pytest.mark.parametrize(("demo", "outcome"), [(True, "websocket.accept"), (False, "websocket.close")])
def test_a_citizens_telephone_works_in_a_demonstration_alone(settings: Any, demo: bool, outcome: str) -> None:
    line = issued(Client(), agent=None)
    settings.DEMO = demo

    async def story(_: Switch) -> None:
        browser = Browser(**line, path=telephone.CITIZEN_PATH, cookie=telephone.CITIZEN_COOKIE)
        serving = browser.connect()
        kind, _code = await browser.outcome()
        assert kind == outcome
        browser.go()
        await serving

    run(story)


def test_the_newer_of_two_telephones_of_a_session_takes_over(line: Line) -> None:
    async def story(_: Switch) -> None:
        older, newer = Browser(**line), Browser(**line)
        first = older.connect()
        await older.heard.get()
        second = newer.connect()
        await newer.heard.get()
        assert await older.outcome() == ("websocket.close", telephone.REPLACED)
        await first
        newer.say(OFFER)
        assert (await newer.heard.get())["text"] == "SIP/2.0 200 OK"
        newer.go()
        await second

    run(story)


def test_a_window_whose_telephone_was_replaced_is_told_so_and_takes_nothing_away(ann: Agent, line: Line) -> None:
    async def story(_: Switch) -> None:
        newer = Browser(**await asyncio.to_thread(issue_again, line["session"], ann))
        serving = newer.connect()
        await newer.heard.get()
        older = Browser(**line)
        await older.connect()
        await older.heard.get()
        assert await older.outcome() == ("websocket.close", telephone.REPLACED)
        newer.say(OFFER)
        assert (await newer.heard.get())["text"] == "SIP/2.0 200 OK"
        newer.go()
        await serving

    run(story)


def issue_again(session: str, agent: Agent) -> Line:
    login, _password = issue_login(session=session, agent=agent, at=timezone.now())
    connection.close()
    return Line(session=session, username=login.username)


def test_a_telephone_is_cut_off_when_its_session_ends(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephone, "CHECK_SECONDS", 0.01)

    async def story(_: Switch) -> None:
        browser = Browser(**line)
        serving = browser.connect()
        await browser.heard.get()
        await asyncio.to_thread(sign_out, line["session"])
        assert await browser.outcome() == ("websocket.close", telephone.NOT_ADMITTED)
        await serving

    run(story)


def sign_out(session: str) -> None:
    end_logins(session=session, at=timezone.now())
    connection.close()


def test_a_conversation_goes_on_while_the_database_is_away(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephone, "CHECK_SECONDS", 0.01)

    async def story(_: Switch) -> None:
        loop = asyncio.get_running_loop()
        checks: asyncio.Queue[None] = asyncio.Queue()

        def away(**_: object) -> None:
            loop.call_soon_threadsafe(checks.put_nowait, None)
            raise OperationalError("the server closed the connection")

        browser = Browser(**line)
        serving = browser.connect()
        await browser.heard.get()
        monkeypatch.setattr(telephone, "login_of", away)
        await checks.get()
        await checks.get()
        browser.say(OFFER)
        assert (await browser.heard.get())["text"] == "SIP/2.0 200 OK"
        browser.go()
        await serving

    run(story)


def test_a_telephone_is_asked_to_come_back_later_while_the_database_is_away(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(telephone, "login_of", away)

    async def story(_: Switch) -> None:
        browser = Browser(**line)
        await browser.connect()
        await browser.heard.get()
        assert await browser.outcome() == ("websocket.close", telephone.SWITCH_AWAY)

    run(story)


def test_a_message_that_is_too_long_ends_the_connection(line: Line) -> None:
    async def story(_: Switch) -> None:
        browser = Browser(**line)
        serving = browser.connect()
        await browser.heard.get()
        browser.say("x" * (telephone.LONGEST_FRAME + 1))
        assert await browser.outcome() == ("websocket.close", telephone.TOO_LONG)
        await serving

    run(story)


def test_a_browser_is_told_that_the_switch_is_away(line: Line) -> None:
    async def story() -> None:
        browser = Browser(**line)
        await browser.connect()
        await browser.heard.get()
        assert await browser.outcome() == ("websocket.close", telephone.SWITCH_AWAY)

    asyncio.run(asyncio.wait_for(story(), PATIENCE_SECONDS))


def test_where_a_node_of_the_switch_does_not_answer_the_next_one_is_tried(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = settings.INTERNAL_PORTS.outside_http
    monkeypatch.setattr(wiring, "telephone_ports", lambda: [nobody, settings.INTERNAL_PORTS.switch_http])

    async def story(switch: Switch) -> None:
        browser = Browser(**line)
        serving = browser.connect()
        assert await browser.heard.get() == {"type": "websocket.accept", "subprotocol": "sip"}
        browser.say(OFFER)
        assert await switch.calls.get() == OFFER
        browser.go()
        await serving

    run(story)


def test_a_browser_is_told_when_the_switch_goes_away(line: Line) -> None:
    async def story() -> None:
        browser = Browser(**line)

        async def hang_up(connection: ServerConnection) -> None:
            await connection.close()

        port = settings.INTERNAL_PORTS.switch_http
        async with serve(hang_up, "127.0.0.1", port, subprotocols=[Subprotocol("sip")]):
            await browser.connect()
        await browser.heard.get()
        assert await browser.outcome() == ("websocket.close", telephone.SWITCH_AWAY)

    asyncio.run(asyncio.wait_for(story(), PATIENCE_SECONDS))
