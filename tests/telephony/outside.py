"""The outside telephone network as tests use it: telephones that call, press keys, sound a tone and listen.

Commands go over HTTP to the second Asterisk; what happens there comes in over a WebSocket, read by a thread.
"""

import http.client
import json
import threading
import time
import urllib.parse
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.patience import PATIENCE_SECONDS
from tests.telephony.hearing import Samples, contains, longest_without, read_wav, share_of, share_with, tones

_RETRY_SECONDS = 0.1


@dataclass(frozen=True)
class Ari:
    """The REST interface of one Asterisk on this machine."""

    port: int
    user: str
    password: str

    def ask(self, method: str, path: str, **query: str) -> Any:
        """The answer to a request: JSON, or bytes, or None where what it is about does not exist."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, f"/ari/{path}?{urllib.parse.urlencode(query)}", headers=self.credentials)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status == 404:
            return None
        assert answer.status < 400, f"{method} {path}: {answer.status} {content!r}"
        is_json = answer.headers.get_content_type() == "application/json"
        return json.loads(content) if is_json and content else content

    @property
    def credentials(self) -> dict[str, str]:
        """The header that proves who we are."""
        return {"Authorization": "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()}


@dataclass
class Tape:
    """What was heard while a recording ran; the samples are there at its end."""

    samples: Samples = field(init=False)

    def share_of(self, *wanted_hz: float) -> float:
        """The share of the time in which one of these tones was the strongest."""
        return share_of(self.samples, wanted_hz)

    def longest_without(self, hz: float) -> float:
        """The longest time in seconds in which a tone was not the strongest."""
        return longest_without(self.samples, hz)

    def share_with(self, hz: float) -> float:
        """The share of the time in which a tone was heard, alone or among others."""
        return share_with(self.samples, hz)

    def contains(self, recording: Samples) -> bool:
        """Whether a recording was heard, whole, at some moment."""
        return contains(self.samples, recording)

    @property
    def tones(self) -> list[float]:
        """The strongest frequency of each tenth of a second, 0 where it was quiet."""
        return tones(self.samples)


@contextmanager
def watching_outside(*, port: int, password: str, log: Path) -> Iterator["Outside"]:
    """The outside network, once it answers, for as long as the block runs; in `log` is what it said itself."""
    ari = Ari(port=port, user="outside", password=password)
    address = f"ws://127.0.0.1:{port}/ari/events?app=outside"
    deadline = time.monotonic() + PATIENCE_SECONDS
    with ExitStack() as stack:
        while True:
            try:
                reading = connect(address, additional_headers=ari.credentials, proxy=None, close_timeout=1)
                socket = stack.enter_context(reading)
                break
            except (OSError, WebSocketException):
                assert time.monotonic() < deadline, f"No answer from outside: {log.read_text()[-4000:]}"
                threading.Event().wait(_RETRY_SECONDS)
        outside = Outside(ari)
        reader = threading.Thread(target=outside.read, args=(socket,), name="outside", daemon=True)
        reader.start()
        yield outside


class Outside:
    """The outside network, and what has happened there so far."""

    def __init__(self, ari: Ari) -> None:
        self.ari = ari
        self._happened: dict[tuple[str, str], dict[str, Any]] = {}
        self._news = threading.Condition()
        self._taken: set[str] = set()

    def read(self, socket: ClientConnection) -> None:
        """Take in what happens, until the connection is closed."""
        with suppress(ConnectionClosed):
            for text in socket:
                event = json.loads(text)
                about = event.get("channel", {}).get("id") or event.get("recording", {}).get("name", "")
                with self._news:
                    self._happened[event["type"], about] = event
                    self._news.notify_all()

    def dial(self, leg: str, *, endpoint: str, caller: str) -> "Telephone":
        """A new telephone that calls an endpoint of the trunk; `caller` is the number shown.

        It asks for the one codec of the trunk, so that nothing is transcoded here: while it transcodes, Asterisk
        drops what has lower sequence numbers than what came before, and whoever speaks may have their own.
        """
        query = {
            "endpoint": endpoint,
            "callerId": caller,
            "app": "outside",
            "appArgs": "dialled",
            "formats": "alaw",
        }
        assert self.ari.ask("POST", f"channels/{leg}", **query)
        return Telephone(leg, self)

    def rings(self) -> "Telephone":
        """The first telephone that the switch calls outside and that nobody took up, once it rings."""
        with self._news:
            came = self._news.wait_for(self._called, timeout=PATIENCE_SECONDS)
            assert came, f"Waited {PATIENCE_SECONDS} s for a call from the switch."
            leg = self._called()[0]
            self._taken.add(leg)
        return Telephone(leg, self)

    def taken_up(self) -> list["Telephone"]:
        """All telephones that the switch calls outside and that nobody took up; now they are."""
        with self._news:
            legs = self._called()
            self._taken.update(legs)
        return [Telephone(leg, self) for leg in legs]

    def _called(self) -> list[str]:
        return [
            subject
            for (kind, subject), event in self._happened.items()
            if kind == "StasisStart" and event["args"][:1] == ["number"] and subject not in self._taken
        ]

    def wait_for(self, kind: str, subject: str) -> dict[str, Any]:
        """The event of this kind about a channel or a recording, once it has happened."""
        key = (kind, subject)
        with self._news:
            came = self._news.wait_for(lambda: key in self._happened, timeout=PATIENCE_SECONDS)
            assert came, (
                f"Waited {PATIENCE_SECONDS} s for {kind} of {subject}; the outside saw {self._of(subject)}."
            )
            return self._happened[key]

    def answer(self, number: str) -> "Telephone":
        """The telephone with this number, once it rings because the switch calls it, and answered."""
        return self.rings_at(number).answer()

    def rings_at(self, number: str) -> "Telephone":
        """The telephone with this number, once it rings because the switch calls it."""
        with self._news:
            came = self._news.wait_for(lambda: self._ringing(number), timeout=PATIENCE_SECONDS)
            assert came, f"Waited {PATIENCE_SECONDS} s for {number} to ring."
            leg = self._ringing(number)
            self._taken.add(leg)
        return Telephone(leg, self)

    def _ringing(self, number: str) -> str:
        """The newest leg that the switch called at a number and that nobody took up; empty where there is none."""
        legs = [
            leg
            for (kind, leg), event in self._happened.items()
            if kind == "StasisStart" and event["args"] == ["number", number] and leg not in self._taken
        ]
        return legs[-1] if legs else ""

    def has_seen(self, kind: str, subject: str) -> bool:
        """Whether this has happened."""
        return (kind, subject) in self._happened

    def hang_up_all(self) -> None:
        """End every call, and wait until all have ended."""
        calls = [leg["id"] for leg in self.ari.ask("GET", "channels") if leg["name"].startswith("PJSIP/")]
        for leg in calls:
            self.ari.ask("DELETE", f"channels/{leg}")
        for leg in calls:
            # Of a telephone that was called, the end is not told.
            if leg not in self._taken:
                self.wait_for("ChannelDestroyed", leg)

    def _of(self, subject: str) -> list[str]:
        return [kind for kind, about in self._happened if about == subject]


@dataclass(frozen=True)
class Telephone:
    """One telephone out there, with one call."""

    leg: str
    outside: Outside
    _recordings: Iterator[int] = field(default_factory=lambda: count(1), compare=False)

    def answered(self) -> "Telephone":
        """The same telephone, once the other side has answered."""
        self.outside.wait_for("StasisStart", self.leg)
        return self

    def answer(self) -> "Telephone":
        """The same telephone, having taken the call from the switch."""
        self.outside.ari.ask("POST", f"channels/{self.leg}/answer")
        return self

    def leave(self, *, cause: int = 16) -> None:
        """End a call from the centre, for a cause of Q.850; of such a telephone no more is told here."""
        self.outside.ari.ask("DELETE", f"channels/{self.leg}", reason_code=str(cause))

    @property
    def is_answered(self) -> bool:
        """Whether the other side has answered."""
        return self.outside.has_seen("StasisStart", self.leg)

    def press(self, keys: str) -> None:
        """Press a key, or several at once one after the other, once the call is answered."""
        self.answered()
        self.outside.ari.ask("POST", f"channels/{self.leg}/dtmf", dtmf=keys, duration="100")

    def sound(self, recording: str) -> None:
        """Sound a recording into the line."""
        self.answered()
        self.outside.ari.ask("POST", f"channels/{self.leg}/play", media=f"sound:tocsin/{recording}")

    def hang_up(self) -> None:
        """End the call from this side."""
        self.outside.ari.ask("DELETE", f"channels/{self.leg}")
        self.ended()

    def ended(self) -> int:
        """How the call ended, once it has: a cause of Q.850, 16 being a normal end."""
        return int(self.outside.wait_for("ChannelDestroyed", self.leg)["cause"])

    def left(self) -> None:
        """Return when the other side has hung up; unlike `ended`, also at a telephone that was called."""
        self.outside.wait_for("StasisEnd", self.leg)

    @property
    def is_up(self) -> bool:
        """Whether the call has not ended yet, as this side sees it."""
        return not self.outside.has_seen("ChannelDestroyed", self.leg)

    @contextmanager
    def recording(self) -> Iterator[Tape]:
        """Record what is heard here from the other side, and nothing that is sounded here; before the answer, too.

        Not from one who speaks to the next: recording is transcoding, and `dial` says what becomes of that.
        """
        name, tape = self._record(), Tape()
        yield tape
        self.outside.ari.ask("POST", f"recordings/live/{name}/stop")
        self._play_back(name, tape)

    def listen(self) -> Callable[[], Tape]:
        """Begin to record a second of what is heard here, once answered; what this answers waits for the end."""
        self.answered()
        name = self._record(maxDurationSeconds="1")
        return lambda: self._play_back(name, Tape())

    def _record(self, **limit: str) -> str:
        name = f"{self.leg}-heard-{next(self._recordings)}"
        self.outside.ari.ask("POST", f"channels/{self.leg}/snoop/{name}", spy="in", app="outside")
        self.outside.wait_for("StasisStart", name)
        assert self.outside.ari.ask("POST", f"channels/{name}/record", name=name, format="wav", **limit)
        return name

    def _play_back(self, name: str, tape: Tape) -> Tape:
        self.outside.wait_for("RecordingFinished", name)
        self.outside.ari.ask("DELETE", f"channels/{name}")
        tape.samples = read_wav(self.outside.ari.ask("GET", f"recordings/stored/{name}/file"))
        return tape
