"""A telephone that registers as browsers do."""

import hashlib
import re
from itertools import count

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tocsin.calls import ports

REALM = "tocsin"


def login(username: str, password: str) -> ports.Login:
    """The login of an agent's telephone."""
    return ports.Login(username=username, digest=_md5(f"{username}:{REALM}:{password}"), agent=True)


async def can_register(port: int, username: str, password: str) -> bool:
    """Whether a telephone can register as browsers do: over a WebSocket (RFC 7118), with a digest (RFC 2617)."""
    sip = [Subprotocol("sip")]
    async with connect(f"ws://127.0.0.1:{port}/ws", subprotocols=sip, compression=None, proxy=None) as socket:
        refusal = await _send_register(socket, username, authorization="")
        challenge = dict(re.findall(r'(\w+)="?([^",\r]+)"?', refusal.partition("Digest ")[2]))
        proof = _md5(f"{username}:{challenge['realm']}:{password}")
        response = _md5(f"{proof}:{challenge['nonce']}:00000001:c:auth:{_md5('REGISTER:sip:tocsin.invalid')}")
        answer = await _send_register(
            socket,
            username,
            authorization=f'Authorization: Digest username="{username}", realm="{challenge["realm"]}", '
            f'nonce="{challenge["nonce"]}", opaque="{challenge["opaque"]}", uri="sip:tocsin.invalid", '
            f'algorithm=MD5, qop=auth, nc=00000001, cnonce="c", response="{response}"\r\n',
        )
    return answer.startswith("SIP/2.0 200")


async def _send_register(socket: ClientConnection, username: str, *, authorization: str) -> str:
    number = next(_numbers)
    await socket.send(
        "REGISTER sip:tocsin.invalid SIP/2.0\r\n"
        f"Via: SIP/2.0/WS browser.invalid;branch=z9hG4bK-{number}\r\n"
        f"From: <sip:{username}@tocsin.invalid>;tag=a\r\nTo: <sip:{username}@tocsin.invalid>\r\n"
        f"Call-ID: {id(socket)}\r\nCSeq: {number} REGISTER\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:{username}@browser.invalid;transport=ws>\r\nExpires: 60\r\n"
        f"{authorization}Content-Length: 0\r\n\r\n"
    )
    return str(await socket.recv())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


_numbers = count(1)
