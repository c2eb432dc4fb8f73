"""The rehearsed outside network: a second Asterisk that telephones to the first one over real SIP and RTP.

Callers and agents of a rehearsal live here; what they decide, somebody else decides.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import WebSocketException

from tocsin.gateways.asterisk.ari import Ari, AriAccess, AriRefusedError, Event, open_ari

log = logging.getLogger(__name__)

_RETRY_SECONDS = 0.1


@dataclass(slots=True)
class Leg:
    """A telephone in the outside network. `answered` and `ended` are set once each.

    Of one that the switch called, `number` is what was called, and `shown` who calls.
    """

    id: str
    number: str = ""
    shown: str = ""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class OutsideNetwork:
    """Places calls to the switch, rings where the switch calls, and lets people speak, press keys and hang up."""

    def __init__(self, ari: Ari, legs: dict[str, Leg], ringing: asyncio.Queue[Leg]) -> None:
        self._ari = ari
        self._legs = legs
        self._ringing = ringing

    async def dial(self, *, leg: str, number: str, caller: str, at: str = "") -> Leg:
        """Call a number from the trunk's side; `caller` is the number shown.

        `at` is the node that is called, as host:port, where it is not the switch's own address.
        """
        return await self._originate(leg, endpoint=_endpoint("callers", number, at), caller=caller)

    async def connect_agent(self, *, leg: str, login: str, at: str = "") -> Leg:
        """Bring a synthetic agent's telephone up; it stays until hung up. `at` is as in `dial`."""
        return await self._originate(leg, endpoint=_endpoint("agents", f"agent-{login}", at), caller=login)

    async def called(self) -> Leg:
        """The next telephone that the switch calls, once it does."""
        leg = await self._ringing.get()
        self._tell("POST", f"channels/{leg.id}/ring", {})
        return leg

    def answer(self, leg: Leg) -> None:
        """Answer a telephone that rings."""
        self._tell("POST", f"channels/{leg.id}/answer", {})
        leg.answered.set()

    def refuse(self, leg: Leg, *, cause: int) -> None:
        """End the call to a telephone that rings, for a cause of Q.850."""
        self._tell("DELETE", f"channels/{leg.id}", {"reason_code": str(cause)})

    def speak(self, leg: Leg, *, media: Sequence[str]) -> None:
        """Let a leg say recordings, one after the other."""
        self._tell("POST", f"channels/{leg.id}/play", {"media": ",".join(f"sound:tocsin/{m}" for m in media)})

    def press(self, leg: Leg, *, key: str) -> None:
        """Press a key for the usual tenth of a second."""
        self._tell("POST", f"channels/{leg.id}/dtmf", {"dtmf": key, "duration": "100"})

    def hang_up(self, leg: Leg) -> None:
        """End a leg; one that has ended stays so."""
        self._tell("DELETE", f"channels/{leg.id}", {})

    async def close(self) -> None:
        """Hang everybody up."""
        for leg in list(self._legs.values()):
            self.hang_up(leg)
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.gather(*(leg.ended.wait() for leg in list(self._legs.values())))
        await self._ari.close()

    async def _originate(self, leg: str, *, endpoint: str, caller: str) -> Leg:
        made = self._legs[leg] = Leg(leg)
        query = {"endpoint": endpoint, "callerId": caller, "app": "outside", "appArgs": "dialled", "timeout": "60"}
        try:
            await self._ari.ask("POST", f"channels/{leg}", query=query)
        except AriRefusedError as refused:
            log.warning("Not dialled: %s", refused)
            made.ended.set()
            self._legs.pop(leg, None)
        return made

    def _tell(self, method: str, path: str, query: dict[str, str]) -> None:
        # Whoever has hung up meanwhile is told nothing: that is no failure.
        self._ari.tell(method, path, query=query, then=lambda _: None)


async def open_outside(access: AriAccess, *, patience_seconds: float) -> OutsideNetwork:
    """Connect to the outside network while it starts; raises TimeoutError where it does not answer in time."""
    legs: dict[str, Leg] = {}
    ringing: asyncio.Queue[Leg] = asyncio.Queue()
    async with asyncio.timeout(patience_seconds):
        while True:
            try:
                ari = await open_ari(access, on_event=_listener(legs, ringing), on_lost=lambda: _lose(legs))
                return OutsideNetwork(ari, legs, ringing)
            except (OSError, WebSocketException):
                await asyncio.sleep(_RETRY_SECONDS)


def _endpoint(line: str, number: str, at: str) -> str:
    return f"PJSIP/{line}/sip:{number}@{at}" if at else f"PJSIP/{number}@{line}"


def _listener(legs: dict[str, Leg], ringing: asyncio.Queue[Leg]) -> Callable[[Event], None]:
    def hear(event: Event) -> None:
        channel: dict[str, Any] = event.get("channel", {})
        match event["type"], event.get("args"):
            case "StasisStart", ["number", number]:
                leg = Leg(channel["id"], number=number, shown=channel["caller"]["number"])
                legs[leg.id] = leg
                ringing.put_nowait(leg)
            case "StasisStart", _ if known := legs.get(channel["id"]):
                known.answered.set()
            # The latter is told only of legs that were made here, and of those that never answered.
            case "StasisEnd" | "ChannelDestroyed", _ if ended := legs.pop(channel["id"], None):
                ended.ended.set()

    return hear


def _lose(legs: dict[str, Leg]) -> None:
    for leg in legs.values():
        leg.ended.set()
    legs.clear()
