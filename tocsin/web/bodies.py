"""How much a request may carry: asked before Django, which keeps a body on disk before it asks who sends it."""

from collections.abc import Awaitable, Callable
from typing import Any

import django.db
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.urls import Resolver404, resolve

from tocsin.accounts.rules import Role
from tocsin.web.connections import Scope, cookie, person_of

# What no form without a recording comes near.
USUAL_BYTES = 1_000_000
# A recording of 20 MB in each of the languages that are spoken, and the words around them.
UPLOAD_BYTES = 128 * 1024 * 1024
# The pages that take recordings, by the names of their addresses.
UPLOADS = {"console_order", "console_front"}

_REFUSAL = (
    b"This is more than is taken in here, and nothing was kept: "
    b"sign in again, or make the recording smaller, and send it again.\n"
)

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def is_too_large(scope: Scope) -> bool:
    """Whether a request carries more than its page takes from whoever sends it, or does not tell how much."""
    headers = dict(scope["headers"])
    # No browser sends a body without its length, and a proxy that gets one reads it whole and then tells.
    if b"transfer-encoding" in headers:
        return True
    length = int(headers.get(b"content-length", b"0"))
    if length <= USUAL_BYTES:
        return False
    return length > UPLOAD_BYTES or not _takes_recordings(scope["path"]) or not await _is_from_officer(scope)


async def refuse(send: Send) -> None:
    """Answer such a request; what it carries is read by nobody and kept nowhere."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(_REFUSAL)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSAL})


def _takes_recordings(path: str) -> bool:
    try:
        return resolve(path).url_name in UPLOADS
    except Resolver404:
        return False


@sync_to_async(thread_sensitive=False)
def _is_from_officer(scope: Scope) -> bool:
    """Whether a duty officer is signed in where the request comes from; a cookie alone anybody can send."""
    try:
        person = person_of(cookie(scope, settings.SESSION_COOKIE_NAME))
        return person.is_authenticated and person.has_role(Role.DUTY_OFFICER)
    except django.db.Error:
        return False
    finally:
        connection.close()
