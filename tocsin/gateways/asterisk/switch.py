"""The telephone switch of `calls.ports`, played by one Asterisk."""

import asyncio
import logging
from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from websockets.exceptions import WebSocketException

from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import Answer, Ari, AriAccess, AriRefusedError, Event, open_ari
from tocsin.gateways.asterisk.census import read_census
from tocsin.gateways.asterisk.door import AGAIN_SECONDS, Door
from tocsin.gateways.asterisk.exchange import Exchange
from tocsin.gateways.asterisk.legs import Kind, Request
from tocsin.gateways.asterisk.stopping import Stopping
from tocsin.gateways.asterisk.telephones import Browsers, Telephones
from tocsin.gateways.asterisk.tying import NodeTies, Wanted

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
    # What tells a connection that it still hears (`ari`).
    "ChannelUserevent",
    # These two are told of legs that we made, and of no others.
    "Dial",
    "ChannelDestroyed",
)
# What one of several nodes tells as well: that a tie is where it belongs.
_NODE_EVENTS = ("ChannelEnteredBridge",)
_RETRY_SECONDS = 0.5
_SECONDS_TO_SAY_SO = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """How to reach one Asterisk, and what its telephones in browsers have in common.

    `trunks` are where calls go out, in order: by the next where the network of one could not carry the call.
    `node` is its name where the switch has several nodes, which its legs then begin with.
    """

    access: AriAccess
    browsers: Browsers
    trunks: tuple[str, ...] = ()
    node: str = ""


class AsteriskSwitch:
    """Keeps the contract of `calls.ports.Switch`; what is known of legs is only kept between two censuses.

    As one of several nodes, it connects its legs with those elsewhere by ties that are `wanted`, and tells the end
    of such a leg where the tie to it ended.
    """

    def __init__(self, settings: AsteriskSettings, *, wanted: Wanted | None = None) -> None:
        self._settings = settings
        self._telephones = Telephones(settings.browsers)
        self._ties = NodeTies(settings.node, wanted or Wanted())
        self._stopping = Stopping(self._write)
        self._exchange = Exchange(
            settings.access.app,
            settings.trunks,
            tell=self._tell,
            put=self._put,
            node=settings.node,
            ties=self._ties,
        )
        self._door = Door()
        self._door_again: asyncio.TimerHandle | None = None
        self._ari: Ari | None = None
        # Whether the connection was lost to another process.
        self.replaced = False
        self._inbox: list[ports.SwitchEvent] = []
        self._happened = asyncio.Event()
        # What happens while a census is taken; None at all other times.
        self._early: list[Event] | None = None

    @property
    def backlog(self) -> int:
        """How many requests are not told or not answered yet, and how many ties are not there yet."""
        return self._ari.unanswered + self._stopping.held + self._ties.under_way if self._ari else 0

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
            if isinstance(move, ports.TakeIn | ports.SendBack | ports.Release):
                self._door.settled(move.leg)
        self._tend_door()

    async def keep_logins(self, logins: Sequence[ports.Login]) -> bool:
        """Nothing happens without a connection: repeat it after each. See `calls.ports.Switch`."""
        try:
            if self._ari:
                await self._telephones.keep(logins, ari=self._ari)
        except ConnectionError:
            return False
        except AriRefusedError as refused:
            logger.warning("The telephones cannot be made ready now: %s", refused)
            return False
        return True

    def may_connect(self, move: ports.Connect, *, to: "AsteriskSwitch") -> bool:
        """Whether a leg here and one there can be connected, as far as is known."""
        return self._exchange.may_be_host(move.leg) and to._exchange.may_be_guest(move.other)

    def make_way(self, move: ports.Connect) -> None:
        """Two legs, of which one may be elsewhere, are about to be connected: they leave what they are in."""
        if self._ari:
            self._exchange.make_way(move)

    def let_go(self, move: ports.Part) -> None:
        """A leg here is parted from one elsewhere."""
        if self._ari:
            self._exchange.let_go(move)

    def hang_up_lost_ties(self, *, node: str, theirs: Set[str]) -> None:
        """End the ties that end nowhere, by what is now known of another node: that it has these legs."""
        if self._ari:
            self._exchange.hang_up_lost_ties(node=node, theirs=theirs)

    async def close(self) -> None:
        """Leave those who still ring to the fallback, and end the connection; see `calls.ports.Switch`."""
        if await self._is_ours():
            for name, leg in self._exchange.legs.items():
                if leg.kind is Kind.CALLER and not leg.up and not leg.sent_back:
                    self._exchange.carry_out(ports.SendBack(name, leg.number))
        await self._disconnect()

    async def _is_ours(self) -> bool:
        """Whether no other process is in our place. Asterisk goes on doing what it is asked over a connection that
        was replaced, and says that it was before it answers whatever it is asked after that."""
        ari = self._ari
        if ari is None:
            return False
        with suppress(TimeoutError, ConnectionError, AriRefusedError):
            async with asyncio.timeout(_SECONDS_TO_SAY_SO):
                await ari.ask("GET", "asterisk/ping")
        return not ari.replaced

    async def _disconnect(self) -> None:
        ari, self._ari = self._ari, None
        if self._door_again:
            self._door_again.cancel()
            self._door_again = None
        if ari:
            await ari.close()

    async def _connect_once(self) -> ports.Census:
        self._early = []
        self._stopping.forget()
        self._ari = ari = await open_ari(self._settings.access, on_event=self._hear, on_lost=self._lose)
        app = self._settings.access.app
        wished = _EVENTS + _NODE_EVENTS if self._settings.node else _EVENTS
        allowed = [{"type": name} for name in wished]
        await ari.ask("PUT", f"applications/{app}/eventFilter", body={"allowed": allowed})
        status = (await ari.ask("GET", "asterisk/info", query={"only": "status"}))["status"]
        since = datetime.fromisoformat(status["startup_time"]).astimezone(UTC)
        found = read_census(
            channels=await ari.read("channels"),
            bridges=await ari.read("bridges"),
            ours=(await ari.read(f"applications/{app}"))["channel_ids"],
            nodes={self._settings.node: since},
        )
        self._exchange.take_over(found)
        self._tell(self._door.opened(), "door")
        self._hear_what_came_early()
        if self._ari is not ari:
            # What was read came over connections of its own, and nothing would be heard from here on.
            raise ConnectionError("The connection to Asterisk was lost during the census.")
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
        match event:
            case ports.CallArrived():
                self._door.arrived(event.leg)
                self._tend_door()
            case ports.LegEnded():
                self._door.settled(event.leg)
        self._inbox.append(event)
        self._happened.set()

    def _lose(self) -> None:
        self.replaced = self._ari is not None and self._ari.replaced
        self._ari = None
        self._put(ports.Disconnected())

    def _tell(self, request: Request, about: object) -> None:
        if self._ari:
            self._stopping.tell(request, about)

    def _write(self, request: Request, about: object) -> None:
        if self._ari:
            then = partial(self._answered, request, about)
            self._ari.tell(request.method, request.path, query=request.query, then=then)

    def _answered(self, request: Request, about: object, answer: Answer) -> None:
        if self._stopping.answered(request, about, answer):
            self._exchange.answered(request, about, answer)
        self._tend_door()

    def _tend_door(self) -> None:
        if self._ari and (request := self._door.moved(unconfirmed=self.backlog)):
            self._tell(request, "door")
        if self._ari and self._door.is_unsure and self._door_again is None:
            self._door_again = asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._tell_door_again)

    def _tell_door_again(self) -> None:
        self._door_again = None
        if self._ari and self._door.is_unsure:
            self._tell(self._door.told_again(unconfirmed=self.backlog), "door")
