"""What a request may carry: no more than its page takes, nothing that the database cannot hold, a name of ours."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tocsin.accounts.models import Person
from tocsin.project.asgi import application
from tocsin.web import bodies
from tocsin.workforce.models import Agent

SIGN_IN = "/account/sign-in/"
FRONT = "/console/activations/1/front/nl/"
ORDER = "/console/open/rivaal/real/"
NUL_IN_A_COOKIE = "\\000"


class Sender:
    """Sends a request as an ASGI server passes it on, and remembers whether its body was asked for."""

    def __init__(self) -> None:
        self.was_read = False
        self.answer: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        self.was_read = True
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.answer.append(message)

    def post(self, path: str, *headers: tuple[str, str], session: str = "") -> "Sender":
        """Send to one path; an answer is kept in `answer`, which stays empty where the body would be read."""
        cookie = ("cookie", f"{settings.SESSION_COOKIE_NAME}={session}")
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in (*headers, cookie)],
        }
        asyncio.run(application(scope, self.receive, self.send))
        return self


def length(count: int) -> tuple[str, str]:
    return "content-length", str(count)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [SIGN_IN, "/nowhere/", "/desk/note/", ORDER, FRONT])
@pytest.mark.parametrize("header", [length(400_000_000), length(1_000_001), ("transfer-encoding", "chunked")])
def test_a_large_body_of_a_stranger_is_refused_unread(path: str, header: tuple[str, str]) -> None:
    sender = Sender().post(path, header, session="somebody-made-this-up")
    assert not sender.was_read
    start, body = sender.answer
    assert start["status"] == 413
    assert body["body"].count(b"\n") == 1


@pytest.mark.django_db(transaction=True)
def test_a_body_of_the_usual_size_is_read() -> None:
    assert Sender().post(SIGN_IN, length(1_000_000)).was_read


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [ORDER, FRONT])
def test_a_duty_officer_uploads_recordings(
    path: str, dirk: Person, browser_of: Callable[[Person], Client]
) -> None:
    session = str(browser_of(dirk).session.session_key)
    assert Sender().post(path, length(bodies.UPLOAD_BYTES), session=session).was_read
    for header in (length(bodies.UPLOAD_BYTES + 1), ("transfer-encoding", "chunked")):
        assert not Sender().post(path, header, session=session).was_read
    assert not Sender().post(SIGN_IN, length(1_000_001), session=session).was_read


@pytest.mark.django_db(transaction=True)
def test_nobody_but_a_duty_officer_uploads(carl: Person, browser_of: Callable[[Person], Client]) -> None:
    session = str(browser_of(carl).session.session_key)
    assert not Sender().post(FRONT, length(1_000_001), session=session).was_read


@pytest.mark.django_db(transaction=True)
def test_a_session_that_no_database_can_hold_uploads_nothing() -> None:
    assert not Sender().post(FRONT, length(1_000_001), session=f'"{8 * NUL_IN_A_COOKIE}"').was_read


def test_every_address_that_takes_recordings_exists() -> None:
    assert {reverse("console_order", args=["rivaal", "real"]), reverse("console_front", args=[1, "nl"])} == {
        ORDER,
        FRONT,
    }
    assert {"console_order", "console_front"} == bodies.UPLOADS


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", SIGN_IN, "/console/", "/nowhere/"])
def test_a_name_that_is_not_ours_is_refused_in_words_and_in_one_line_of_the_log(
    path: str, client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    response = client.get(path, headers={"Host": "elsewhere.example"})
    assert response.status_code == 400
    assert "That request could not be read" in response.content.decode()
    logged = capfd.readouterr().err.splitlines()
    assert [line for line in logged if "DisallowedHost" in line] == logged[:1]
    assert all(line.startswith(("ERROR django.security", "WARNING django.request")) for line in logged)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", "/desk/note/", {"call": "\0"}),
        ("POST", "/desk/ask/ready/", {"reason": "a\0"}),
        ("POST", "/desk/note/", {"\0": "call"}),
        ("POST", "/language/", {"language": "\0"}),
        ("POST", SIGN_IN, {"login": "dirk@example.org", "password": "\0"}),
        ("GET", "/console/activations/", {"page": "\0"}),
        ("GET", SIGN_IN, {"next": "/\0"}),
        ("GET", "/console/open/riv%00aal/real/", {}),
        ("GET", "/console/activations/1/front/n%00l/", {}),
    ],
)
def test_what_the_database_cannot_hold_is_refused_wherever_it_is_sent(
    method: str, path: str, fields: dict[str, str], ann: Agent, browser_of: Callable[[Person], Client]
) -> None:
    response = browser_of(ann.person).generic(
        method,
        path if method == "POST" else f"{path}?{urlencode(fields)}",
        urlencode(fields) if method == "POST" else "",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 400
    assert "That request could not be read" in response.content.decode()


@pytest.mark.django_db
def test_a_field_of_a_form_with_files_is_refused_as_well(
    dirk: Person, browser_of: Callable[[Person], Client]
) -> None:
    assert browser_of(dirk).post(ORDER, {"title": "\0"}).status_code == 400


@pytest.mark.django_db
def test_a_session_that_the_database_cannot_hold_is_refused(client: Client) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "\0" * 10
    assert client.get("/console/").status_code == 400
