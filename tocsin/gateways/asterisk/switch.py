"""The telephone switch of `calls.ports`, played by one Asterisk."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from websockets.exceptions import WebSocketException

from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import Ari, AriAccess, AriRefusedError, Event, open_ari
from tocsin.gateways.asterisk.census import read_census
from tocsin.gateways.asterisk.exchange import Exchange
from tocsin.gateways.asterisk.legs import Kind, Request
from tocsin.gateways.asterisk.telephones import Browsers, Telephones

logger = logging.getLogger(__name__)

# Asterisk has seven times as many events as these to tell. Its answers, too, pass the filter only if named.
_EVENTS = (
    "RESTResponse",
    "StasisStart",
    "StasisEnd",
    "ChannelDtmfReceived",
    "PlaybackFinished",
    "RecordingStarted",
    "RecordingFinished",
    "RecordingFailed",
    "ApplicationReplaced",
    # These two are told of legs that we made, and of no others.
    "Dial",
    "ChannelDestroyed",
)
_RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """How to reach one Asterisk, and what its telephones in browsers have in common.

    `trunk` is where calls go out; where there is none, the network is as good as congested.
    """

    access: AriAccess
    browsers: Browsers
    trunk: str = ""


class AsteriskSwitch:
    """Keeps the contract of `calls.ports.Switch`; what is known of legs is only kept between two censuses."""

    def __init__(self, settings: AsteriskSettings) -> None:
        self._settings = settings
        self._telephones = Telephones(settings.browsers)
        self._exchange = Exchange(settings.access.app, settings.trunk, tell=self._tell, put=self._put)
        self._ari: Ari | None = None
        self._inbox: list[ports.SwitchEvent] = []
        self._happened = asyncio.Event()
        # What happens while a census is taken; None at all other times.
        self._early: list[Event] | None = None

    @property
    def backlog(self) -> int:
        """How many requests Asterisk has not answered yet."""
        return self._ari.unanswered if self._ari else 0

    async def connect(self) -> ports.Census:
        """Keep trying until Asterisk answers; see `calls.ports.Switch`."""
        said = False
        while True:
            await self._disconnect()
            try:
                return await self._connect_once()
            except (OSError, WebSocketException, AriRefusedError) as reason:
                if not said:
                    logger.warning("The telephone switch does not answer (%s): trying until it does.", reason)
                said = True
            await asyncio.sleep(_RETRY_SECONDS)

    async def next_events(self, *, timeout_seconds: float | None) -> Sequence[ports.SwitchEvent]:
        """Wait for events; none where nothing happened in time. See `calls.ports.Switch`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._happened.wait()
        self._happened.clear()
        happened, self._inbox = self._inbox, []
        return happened

    async def carry_out(self, moves: Sequence[ports.Move]) -> None:
        """Write the requests for all moves, in order; see `calls.ports.Switch`."""
        for move in moves if self._ari else ():
            self._exchange.carry_out(move)

    async def keep_logins(self, logins: Sequence[ports.Login]) -> None:
        """Nothing happens without a connection: repeat it after each. See `calls.ports.Switch`."""
        if self._ari:
            with suppress(ConnectionError):
                await self._telephones.keep(logins, ari=self._ari)

    async def close(self) -> None:
        """Leave those who still ring to the fallback, and end the connection; see `calls.ports.Switch`."""
        for name, leg in self._exchange.legs.items():
            if leg.kind is Kind.CALLER and not leg.up and not leg.sent_back:
                self._exchange.carry_out(ports.SendBack(name, leg.number))
        await self._disconnect()

    async def _disconnect(self) -> None:
        ari, self._ari = self._ari, None
        if ari:
            await ari.close()

    async def _connect_once(self) -> ports.Census:
        self._early = []
        self._ari = ari = await open_ari(self._settings.access, on_event=self._hear, on_lost=self._lose)
        app = self._settings.access.app
        allowed = [{"type": name} for name in _EVENTS]
        await ari.ask("PUT", f"applications/{app}/eventFilter", body={"allowed": allowed})
        found = read_census(
            channels=await ari.read("channels"),
            bridges=await ari.read("bridges"),
            ours=(await ari.read(f"applications/{app}"))["channel_ids"],
        )
        self._exchange.take_over(found)
        self._hear_what_came_early()
        return found.census

    def _hear_what_came_early(self) -> None:
        """Take up what happened while the census was taken, but for arrivals that it counts already."""
        early, self._early = self._early or [], None
        self._inbox = []
        counted = self._exchange.channels
        for event in early:
            if not (event["type"] == "StasisStart" and event["channel"]["id"] in counted):
                self._hear(event)

    def _hear(self, event: Event) -> None:
        if self._early is None:
            self._exchange.hear(event)
        else:
            self._early.append(event)

    def _put(self, event: ports.SwitchEvent) -> None:
        self._inbox.append(event)
        self._happened.set()

    def _lose(self) -> None:
        self._ari = None
        self._put(ports.Disconnected())

    def _tell(self, request: Request, about: object) -> None:
        if self._ari:
            then = partial(self._exchange.answered, request, about)
            self._ari.tell(request.method, request.path, query=request.query, then=then)
