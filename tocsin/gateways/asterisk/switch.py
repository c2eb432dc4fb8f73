"""The telephone switch of `calls.ports`, played by Asterisk: moves become requests, ARI's events become ours."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from websockets.exceptions import WebSocketException

from tocsin.calls import ports
from tocsin.calls.rules.numbers import may_be_dialled
from tocsin.gateways.asterisk.ari import Answer, Ari, AriAccess, AriRefusedError, Event, open_ari
from tocsin.gateways.asterisk.census import arrival_of, bridge_of, known_legs, read_census
from tocsin.gateways.asterisk.dialling import Intent, call_out, failure_of, make_leg
from tocsin.gateways.asterisk.legs import Kind, Leg, Request
from tocsin.gateways.asterisk.moves import requests_for
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
    # These two are told of legs that we made, and of no others.
    "Dial",
    "ChannelDestroyed",
)
# The leg, the bridge or the message is gone, or not in a state for the move; 400 is what Asterisk says where a
# channel in the query is gone.
_RACES = frozenset({400, 404, 409, 412, 422})
_KEYS = frozenset("0123456789*#")
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
        self._ari: Ari | None = None
        self._inbox: list[ports.SwitchEvent] = []
        self._happened = asyncio.Event()
        # What happens while a census is taken; None at all other times.
        self._early: list[Event] | None = None
        self._legs: dict[str, Leg] = {}

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
        for name, leg in self._legs.items():
            if leg.kind is Kind.CALLER and not leg.up and not leg.sent_back:
                self._carry_out(ports.SendBack(name, leg.number))
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
        self._legs = known_legs(found)
        for leg in found.census.agents.keys() - found.answered:
            self._tell(Request("POST", f"channels/{leg}/answer"), about="census")
        for intent in found.uncalled:
            self._call_out(intent)
        for bridge in found.leftovers:
            self._tell(Request("DELETE", f"bridges/{bridge}"), about="census")
        self._hear_what_came_early()
        return found.census

    def _hear_what_came_early(self) -> None:
        """Take up what happened while the census was taken, but for arrivals that it counts already."""
        early, self._early = self._early or [], None
        self._inbox = []
        for event in early:
            counted = event["type"] == "StasisStart" and event["channel"]["id"] in self._legs
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
                name, key = event["channel"]["id"], event["digit"]
                leg = self._legs.get(name)
                if leg and leg.kind is not Kind.AGENT and key in _KEYS:
                    self._put(ports.KeyPressed(name, key))
            case "PlaybackFinished":
                name = event["playback"]["target_uri"].removeprefix("channel:")
                self._message_ended(name, event["playback"]["id"])
            case "Dial" if event["dialstatus"] == "ANSWER":
                self._answered_outside(event["peer"]["id"])
            case "ChannelDestroyed":
                self._dial_failed(event["channel"]["id"], failure_of(event["cause"]))

    def _leg_began(self, event: Event) -> None:
        channel = event["channel"]
        name = channel["id"]
        match event["args"]:
            case ["caller", number]:
                self._legs[name] = Leg(Kind.CALLER, number=number)
                self._put(arrival_of(channel, number=number))
            case ["agent", login]:
                self._legs[name] = Leg(Kind.AGENT, up=True)
                self._tell(Request("POST", f"channels/{name}/answer"), about=login)
                self._put(ports.AgentLegUp(name, login))
            case ["dialled", shown, seconds]:
                # Also one that the switchboard before us had made.
                self._legs.setdefault(name, Leg(Kind.DIALLED))
                self._call_out(Intent(name, shown, seconds))

    def _leg_ended(self, name: str) -> None:
        """A leg left our application: it ended, or was sent back and may return."""
        leg = self._legs.get(name)
        if leg is None or (leg.kind is Kind.DIALLED and not leg.up):
            # Why a call failed is told with the end of the channel.
            return
        del self._legs[name]
        for other in self._legs.values():
            other.partners.discard(name)
        if leg.sent_back:
            return
        if leg.has_bridge:
            self._tell(Request("DELETE", f"bridges/{bridge_of(name)}"), about=name)
        self._put(ports.LegEnded(name))

    def _call_out(self, intent: Intent) -> None:
        for request in call_out(intent):
            self._tell(request, about=intent)

    def _answered_outside(self, name: str) -> None:
        leg = self._legs.get(name)
        if leg and not leg.up:
            leg.up = True
            self._put(ports.DialAnswered(name))

    def _dial_failed(self, name: str, why: ports.DialFailure) -> None:
        leg = self._legs.get(name)
        if leg and leg.kind is Kind.DIALLED and not leg.up:
            del self._legs[name]
            self._put(ports.DialFailed(name, why))

    def _message_ended(self, name: str, message: str) -> None:
        leg = self._legs.get(name)
        if leg:
            if leg.message == message:
                leg.message = ""
            self._put(ports.MessagePlayed(name, message))

    def _put(self, event: ports.SwitchEvent) -> None:
        self._inbox.append(event)
        self._happened.set()

    def _lose(self) -> None:
        self._ari = None
        self._put(ports.Disconnected())

    def _carry_out(self, move: ports.Move) -> None:
        if isinstance(move, ports.Dial):
            self._dial(move)
            return
        for request in requests_for(move, self._legs):
            self._tell(request, about=move)

    def _dial(self, move: ports.Dial) -> None:
        if move.leg in self._legs or not self._ari:
            return
        self._legs[move.leg] = Leg(Kind.DIALLED)
        if may_be_dialled(move.number):
            self._tell(make_leg(move, trunk=self._settings.trunk, app=self._settings.access.app), about=move)
        else:
            self._dial_failed(move.leg, ports.DialFailure.UNREACHABLE)

    def _tell(self, request: Request, *, about: object) -> None:
        if self._ari:
            then = partial(self._answered, request, about)
            self._ari.tell(request.method, request.path, query=request.query, then=then)

    def _answered(self, request: Request, about: object, answer: Answer) -> None:
        if not answer.refused:
            return
        if answer.status not in _RACES:
            logger.error("Asterisk refused %s %s for %s: %s", request.method, request.path, about, answer.body)
        match about:
            case ports.Play():
                # Whoever waits for its end moves on.
                self._message_ended(about.leg, about.message)
            case ports.Dial():
                self._dial_failed(about.leg, ports.DialFailure.CONGESTED)
            case Intent():
                self._tell(Request("DELETE", f"channels/{about.leg}"), about=about.leg)
