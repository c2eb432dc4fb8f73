"""The telephone switch of `calls.ports`, played by Asterisk: moves become requests, ARI's events become ours."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from websockets.exceptions import WebSocketException

from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import Answer, Ari, AriAccess, AriRefusedError, Event, open_ari
from tocsin.gateways.asterisk.census import arrival_of, bridge_of, read_census
from tocsin.gateways.asterisk.moves import Caller, Request, requests_for
from tocsin.gateways.asterisk.telephones import Browsers, Telephones

logger = logging.getLogger(__name__)

# Asterisk has seven times as many events as these to tell. Its answers, too, pass the filter only if named.
_EVENTS = (
    "RESTResponse",
    "StasisStart",
    "StasisEnd",
    "ChannelDtmfReceived",
    "PlaybackFinished",
    "ApplicationReplaced",
)
# The leg, the bridge or the message is gone, or not in a state for the move; 400 is what Asterisk says where a
# channel in the query is gone.
_RACES = frozenset({400, 404, 409, 412, 422})
_KEYS = frozenset("0123456789*#")
_RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """How to reach one Asterisk, and what its telephones in browsers have in common."""

    access: AriAccess
    browsers: Browsers


class AsteriskSwitch:
    """Keeps the contract of `calls.ports.Switch`; what is known of legs is only kept between two censuses."""

    def __init__(self, settings: AsteriskSettings) -> None:
        self._settings = settings
        self._telephones = Telephones(settings.browsers)
        self._ari: Ari | None = None
        self._inbox: list[ports.SwitchEvent] = []
        self._happened = asyncio.Event()
        # What happens while a census is taken; None at all other times.
        self._early: list[Event] | None = None
        self._callers: dict[str, Caller] = {}
        self._agents: set[str] = set()

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
        for move in moves:
            self._carry_out(move)

    async def keep_logins(self, logins: Sequence[ports.Login]) -> None:
        """Nothing happens without a connection: repeat it after each. See `calls.ports.Switch`."""
        if self._ari:
            with suppress(ConnectionError):
                await self._telephones.keep(logins, ari=self._ari)

    async def close(self) -> None:
        """Leave those who still ring to the fallback, and end the connection; see `calls.ports.Switch`."""
        for leg, caller in self._callers.items():
            if not caller.taken_in and not caller.sent_back:
                self._carry_out(ports.SendBack(leg, caller.number))
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
        # Of these it is not known what they hear.
        self._callers = {
            leg: Caller(
                number=seen.arrival.number,
                taken_in=leg in found.answered,
                has_bridge=leg in found.has_bridge,
                partners=set(seen.together_with),
                music=True,
                message=None,
            )
            for leg, seen in found.census.callers.items()
        }
        self._agents = set(found.census.agents)
        for leg in self._agents - found.answered:
            self._tell(Request("POST", f"channels/{leg}/answer"), about="census")
        for bridge in found.leftovers:
            self._tell(Request("DELETE", f"bridges/{bridge}"), about="census")
        self._hear_what_came_early()
        return found.census

    def _hear_what_came_early(self) -> None:
        """Take up what happened while the census was taken, but for arrivals that it counts already."""
        early, self._early = self._early or [], None
        self._inbox = []
        for event in early:
            counted = (
                event["type"] == "StasisStart" and event["channel"]["id"] in self._callers.keys() | self._agents
            )
            if not counted:
                self._hear(event)

    def _hear(self, event: Event) -> None:
        if self._early is not None:
            self._early.append(event)
            return
        match event["type"]:
            case "StasisStart":
                self._leg_began(event)
            case "StasisEnd":
                self._leg_ended(event["channel"]["id"])
            case "ChannelDtmfReceived":
                leg, key = event["channel"]["id"], event["digit"]
                if leg in self._callers and key in _KEYS:
                    self._put(ports.KeyPressed(leg, key))
            case "PlaybackFinished":
                leg = event["playback"]["target_uri"].removeprefix("channel:")
                self._message_ended(leg, event["playback"]["id"])

    def _leg_began(self, event: Event) -> None:
        channel = event["channel"]
        leg = channel["id"]
        match event["args"]:
            case ["caller", number]:
                self._callers[leg] = Caller(number=number)
                self._put(arrival_of(channel, number=number))
            case ["agent", login]:
                self._agents.add(leg)
                self._tell(Request("POST", f"channels/{leg}/answer"), about=login)
                self._put(ports.AgentLegUp(leg, login))

    def _leg_ended(self, leg: str) -> None:
        """A leg left our application: it ended, or was sent back and may return."""
        caller = self._callers.get(leg)
        if leg in self._agents:
            self._agents.remove(leg)
            for spoken_with in self._callers.values():
                spoken_with.partners.discard(leg)
        elif caller:
            del self._callers[leg]
            if caller.sent_back:
                return
            if caller.has_bridge:
                self._tell(Request("DELETE", f"bridges/{bridge_of(leg)}"), about=leg)
        else:
            return
        self._put(ports.LegEnded(leg))

    def _message_ended(self, leg: str, message: str) -> None:
        caller = self._callers.get(leg)
        if caller:
            if caller.message == message:
                caller.message = ""
            self._put(ports.MessagePlayed(leg, message))

    def _put(self, event: ports.SwitchEvent) -> None:
        self._inbox.append(event)
        self._happened.set()

    def _lose(self) -> None:
        self._ari = None
        self._put(ports.Disconnected())

    def _carry_out(self, move: ports.Move) -> None:
        caller = self._callers.get(move.leg)
        if caller is None and not (isinstance(move, ports.DropLeg) and move.leg in self._agents):
            return
        for request in requests_for(move, caller or Caller()):
            self._tell(request, about=move)

    def _tell(self, request: Request, *, about: object) -> None:
        if self._ari:
            then = partial(self._answered, request, about)
            self._ari.tell(request.method, request.path, query=request.query, then=then)

    def _answered(self, request: Request, about: object, answer: Answer) -> None:
        if not answer.refused:
            return
        if answer.status not in _RACES:
            logger.error("Asterisk refused %s %s for %s: %s", request.method, request.path, about, answer.body)
        if isinstance(about, ports.Play):
            # Whoever waits for its end moves on.
            self._message_ended(about.leg, about.message)
