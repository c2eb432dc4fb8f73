"""People who speak SIP over UDP from an address of this machine, and write every word of it themselves."""

import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from itertools import count

from tests.patience import PATIENCE_SECONDS

_AS_USUAL: Mapping[str, str | None] = {}
_marks = count(1)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sends: an address and port of this machine, a mark that no message sent before bears, whom it calls."""

    address: str
    port: int
    mark: str
    number: str = "1771"

    @property
    def callee(self) -> str:
        """The SIP address of whom it calls."""
        return f"sip:{self.number}@127.0.0.1"

    @property
    def via(self) -> str:
        """The first Via of a request over UDP, to which answers come."""
        return f"SIP/2.0/UDP {self.address}:{self.port};rport;branch=z9hG4bK{self.mark}"

    @property
    def sound(self) -> str:
        """What an INVITE says of its sound."""
        lines = ("v=0", "o=- 1 1 IN IP4 {0}", "s=-", "c=IN IP4 {0}", "t=0 0", "m=audio 9 RTP/AVP 8")
        return "".join(f"{line}\r\n" for line in lines).format(self.address)

    def message(
        self,
        method: str = "INVITE",
        changed: Mapping[str, str | None] = _AS_USUAL,
        *,
        uri: str = "",
        start: str = "",
        more: Sequence[str] = (),
        body: str | None = None,
    ) -> bytes:
        """A good request, but for the start line, the headers and the body given; `more` are lines of the header.

        A header that is changed to None is left out. Without a `body`, an INVITE describes its sound.
        """
        content = (self.sound if method == "INVITE" else "") if body is None else body
        headers: dict[str, str | None] = {
            "Via": self.via,
            "From": f"<sip:stranger@{self.address}>;tag={self.mark}",
            "To": f"<{self.callee}>",
            "Call-ID": f"{self.mark}@{self.address}",
            "CSeq": f"1 {method}",
            "Contact": f"<sip:stranger@{self.address}:{self.port}>",
            "Max-Forwards": "70",
            "Content-Type": "application/sdp" if content else None,
            "Content-Length": str(len(content.encode())),
            **changed,
        }
        lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
        return "\r\n".join(
            [start or f"{method} {uri or self.callee} SIP/2.0", *more, *lines, "", content]
        ).encode()


@dataclass
class Speaker:
    """Somebody who sends to a SIP port of this machine, and what was said to them."""

    address: str
    to_port: int
    heard: list[bytes] = field(default_factory=list)
    _socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, 0))
        self._socket.settimeout(PATIENCE_SECONDS)

    @property
    def port(self) -> int:
        """Where answers come to."""
        return int(self._socket.getsockname()[1])

    def sender(self, number: str = "1771") -> Sender:
        """Who sends the next message."""
        return Sender(address=self.address, port=self.port, mark=f"mark{self.port}-{next(_marks)}.", number=number)

    def tell(self, message: bytes) -> None:
        """Send a message."""
        self._socket.sendto(message, ("127.0.0.1", self.to_port))

    def hear(self, wanted: Callable[[bytes], object]) -> bytes:
        """The next message of a kind; everything that comes is kept in `heard`."""
        while True:
            self.heard.append(self._socket.recv(65536))
            if wanted(self.heard[-1]):
                return self.heard[-1]

    def ask(self, message: bytes, *, by: Sender) -> bytes:
        """Send a message, and answer what it is finally told."""
        self.tell(message)
        return self.hear(lambda said: by.mark.encode() in said and status(said) >= 200)

    def reply(self, request: bytes, line: str, headers: Mapping[str, str]) -> None:
        """Answer a request with a status and its reason."""
        copied = {name: header(request, name) for name in ("Via", "From", "To", "Call-ID", "CSeq")}
        copied["To"] += ";tag=replied"
        lines = (f"{name}: {value}\r\n" for name, value in (copied | dict(headers)).items())
        self.tell(f"SIP/2.0 {line}\r\n{''.join(lines)}Content-Length: 0\r\n\r\n".encode())

    def close(self) -> None:
        self._socket.close()


@contextmanager
def speaking(address: str, *, to_port: int) -> Iterator[Speaker]:
    """Somebody at an address, until the end of the block."""
    speaker = Speaker(address, to_port)
    try:
        yield speaker
    finally:
        speaker.close()


def status(message: bytes) -> int:
    """The status of an answer; 0 for a request."""
    found = re.match(rb"SIP/2\.0 (\d{3})", message)
    return int(found[1]) if found else 0


def header(message: bytes, name: str) -> str:
    """The value of a header; empty where there is none."""
    found = re.search(rf"(?im)^{name}\s*:\s*(.*?)\r?$", message.decode())
    return found[1] if found else ""


def proof(asked: str, *, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization that answers a challenge."""
    said = named_values(asked) | {"username": user, "uri": uri, "nc": "00000001", "cnonce": "own", "qop": "auth"}
    said["response"] = digest(said, method=method, password=password)
    return "Digest " + ",".join(
        f"{name}={value}" if name in ("algorithm", "nc", "qop") else f'{name}="{value}"'
        for name, value in said.items()
    )


def digest(said: Mapping[str, str], *, method: str, password: str) -> str:
    """The proof of knowing a password, for what an Authorization says beside it (RFC 2617: MD5, qop=auth)."""
    secret = _md5(f"{said['username']}:{said['realm']}:{password}")
    asked = _md5(f"{method}:{said['uri']}")
    return _md5(f"{secret}:{said['nonce']}:{said['nc']}:{said['cnonce']}:auth:{asked}")


def named_values(text: str) -> dict[str, str]:
    """What a challenge or an Authorization says, by name."""
    return dict(re.findall(r'(\w+)="?([^",]*)"?', text))


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
