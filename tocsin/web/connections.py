"""Who opens a connection that Django has not looked at: a WebSocket, or a request before its body is read."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from tocsin.accounts.models import Person

Scope = Mapping[str, Any]


def header(scope: Scope, name: bytes) -> str:
    """The first header of this name; empty where there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def cookie(scope: Scope, name: str) -> str:
    """The cookie of this name; empty where there is none."""
    return parse_cookie(header(scope, b"cookie")).get(name, "")


def person_of(session: str) -> Person | AnonymousUser:
    """Who is signed in to a web session; what somebody made up is nobody's."""
    request = HttpRequest()
    request.session = SessionStore(session)
    return get_user(request)
