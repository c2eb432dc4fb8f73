"""Who helps browsers behind routers to be heard: a STUN server, and a TURN server with passwords that run out."""

import base64
import hmac
from datetime import datetime, timedelta

from django.conf import settings

# As long as a web session at most: longer than that no telephone is let in.
LASTS = timedelta(seconds=settings.SESSION_COOKIE_AGE)


def ice_servers(*, username: str, at: datetime) -> list[dict[str, object]]:
    """The servers as RTCPeerConnection wants them; `username` is that of the telephone they are for."""
    servers: list[dict[str, object]] = []
    if settings.STUN:
        servers.append({"urls": f"stun:{settings.STUN}"})
    urls = [f"turn:{settings.TURN}", f"turn:{settings.TURN}?transport=tcp"] if settings.TURN else []
    urls += [f"turns:{settings.TURN_TLS}?transport=tcp"] if settings.TURN_TLS else []
    if urls:
        servers.append({"urls": urls, **_turn_login(username, at=at)})
    return servers


def _turn_login(username: str, *, at: datetime) -> dict[str, str]:
    if not settings.TURN_SECRET:
        return {"username": settings.TURN_USER, "credential": settings.TURN_PASSWORD}
    name = f"{int((at + LASTS).timestamp())}:{username}"
    return {"username": name, "credential": turn_password(name, secret=settings.TURN_SECRET)}


def turn_password(name: str, *, secret: str) -> str:
    """The password of a TURN user whose name begins with the second (Unix time) until which it is good.

    "A REST API For Access To TURN Services" (draft-uberti-behave-turn-rest-00, section 2.2), as coturn has it:
    base64(HMAC-SHA1(secret, name)).

    >>> turn_password("1433895918:desk-1", secret="shared")
    'P5BY7rlQa8VmvENdToWWdSiAr70='
    """
    return base64.b64encode(hmac.digest(secret.encode(), name.encode(), "sha1")).decode("ascii")
