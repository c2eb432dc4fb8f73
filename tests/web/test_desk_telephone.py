"""The telephones of the desk: the browser, and a SIP telephone in its place."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.web.test_desk import MINUTE, SECOND, signed_in
from tocsin.calls import models
from tocsin.project.instance import instance
from tocsin.web.ice import turn_password
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db


def test_an_agent_gets_a_telephone_and_the_newest_is_the_only_one(ann: Agent) -> None:
    client = signed_in(ann.person)
    client.post("/desk/telephone/")
    issued = json.loads(client.post("/desk/telephone/").content)
    login = models.TelephoneLogin.objects.get()
    assert (login.username, login.agent, login.session) == (
        issued["username"],
        ann,
        client.session.session_key,
    )
    assert issued["password"] not in login.digest


def test_a_telephone_is_told_who_helps_it_through_a_router(ann: Agent, settings: object) -> None:
    settings.STUN, settings.TURN = "stun.example.org:3478", "turn.example.org:3478"  # type: ignore[attr-defined]
    settings.TURN_USER, settings.TURN_PASSWORD = "desk", "secret"  # type: ignore[attr-defined]
    issued = json.loads(signed_in(ann.person).post("/desk/telephone/").content)
    assert issued["iceServers"] == [
        {"urls": "stun:stun.example.org:3478"},
        {
            "urls": ["turn:turn.example.org:3478", "turn:turn.example.org:3478?transport=tcp"],
            "username": "desk",
            "credential": "secret",
        },
    ]


def test_with_a_shared_secret_each_telephone_has_a_turn_password_of_its_own_that_runs_out_with_the_web_session(
    ann: Agent, settings: object
) -> None:
    settings.TURN_TLS, settings.TURN_SECRET = "turn.example.org:443", "shared"  # type: ignore[attr-defined]
    before = timezone.now()
    issued = json.loads(signed_in(ann.person).post("/desk/telephone/").content)
    (server,) = issued["iceServers"]
    runs_out, _, telephone = server["username"].partition(":")
    assert server["urls"] == ["turns:turn.example.org:443?transport=tcp"]
    assert telephone == issued["username"]
    assert (
        timedelta() <= datetime.fromtimestamp(int(runs_out), UTC) - before - timedelta(hours=12) + SECOND < MINUTE
    )
    assert server["credential"] == turn_password(server["username"], secret="shared")


def test_a_sip_telephone_takes_the_place_of_the_browser_and_its_password_is_kept_nowhere(ann: Agent) -> None:
    client = signed_in(ann.person)
    client.post("/desk/telephone/")
    issued = json.loads(client.post("/desk/own-telephone/").content)
    login = models.TelephoneLogin.objects.get()
    assert (login.username, login.agent, login.browser) == (issued["username"], ann, False)
    assert issued["server"].endswith(f":{instance.ports.sip}")
    digest = hashlib.md5(f"{login.username}:tocsin:{issued['password']}".encode(), usedforsecurity=False)
    assert login.digest == digest.hexdigest()
    shown = client.get("/desk/").content.decode()
    assert 'data-own="yes"' in shown
    assert issued["password"] not in shown


def test_the_browser_takes_its_place_back(ann: Agent) -> None:
    client = signed_in(ann.person)
    client.post("/desk/own-telephone/")
    client.post("/desk/telephone/")
    assert models.TelephoneLogin.objects.get().browser
    assert 'data-own="no"' in client.get("/desk/").content.decode()
