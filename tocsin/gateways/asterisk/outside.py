"""The rehearsed outside network: a second Asterisk that telephones to the first one over real SIP and RTP.

Callers and agents of a rehearsal live here; what they decide, somebody else decides.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from tocsin.gateways.asterisk.ari import Ari, AriAccess, AriRefusedError, Event, open_ari

log = logging.getLogger(__name__)

_RETRY_SECONDS = 0.1


@dataclass(slots=True)
class Leg:
    """A telephone in the outside network. `answered` and `ended` are set once each."""

    id: str
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class OutsideNetwork:
    """Places calls to the switch and lets those who called speak, press keys and hang up."""

    def __init__(self, ari: Ari, legs: dict[str, Leg]) -> None:
        self._ari = ari
        self._legs = legs

    async def dial(self, *, leg: str, number: str, caller: str) -> Leg:
        """Call a number from the trunk's side; `caller` is the number shown."""
        return await self._originate(leg, endpoint=f"PJSIP/{number}@callers", caller=caller)

    async def connect_agent(self, *, leg: str, login: str) -> Leg:
        """Bring a synthetic agent's telephone up; it stays until hung up."""
        return await self._originate(leg, endpoint=f"PJSIP/agent-{login}@agents", caller=login)

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
    async with asyncio.timeout(patience_seconds):
        while True:
            try:
                ari = await open_ari(access, on_event=_listener(legs), on_lost=lambda: _lose(legs))
                return OutsideNetwork(ari, legs)
            except (OSError, WebSocketException):
                await asyncio.sleep(_RETRY_SECONDS)


def _listener(legs: dict[str, Leg]) -> Callable[[Event], None]:
    def hear(event: Event) -> None:
        leg = legs.get(event["channel"]["id"]) if "channel" in event else None
        if leg is None:
            return
        match event["type"]:
            case "StasisStart":
                leg.answered.set()
            case "ChannelDestroyed":
                leg.ended.set()
                legs.pop(leg.id, None)

    return hear


def _lose(legs: dict[str, Leg]) -> None:
    for leg in legs.values():
        leg.ended.set()
    legs.clear()
