"""What the web process serves: Django's pages, and the telephones' WebSocket beside them."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
pages = get_asgi_application()

# After Django is set up, for it reads tables.
from tocsin.web import bodies, telephone  # noqa: E402


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Hand each connection to who serves it; refuse what is too large, and a WebSocket that nobody serves."""
    if scope["type"] == "http" and await bodies.is_too_large(scope):
        await bodies.refuse(send)
    elif scope["type"] != "websocket":
        await pages(scope, receive, send)
    elif scope["path"] in (telephone.PATH, telephone.CITIZEN_PATH):
        await telephone.relay(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1008})
