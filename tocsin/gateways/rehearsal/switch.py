"""A telephone switch in memory, that keeps the whole contract of `calls.ports.Switch`."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime

from tocsin.calls import ports
from tocsin.calls.rules.numbers import may_be_dialled
from tocsin.gateways.rehearsal.exchange import Exchange, Leg


class RehearsalSwitch:
    """Callers and agents do what `call`, `press`, `hang_up`, `agent_calls` and `try_again` say, and who is called
    outside does what `answer` and `refuse` say.

    Recordings end as soon as they begin, but for those named `endless`, which play until they are stopped. No time
    passes, so every tape of a conversation is empty. It fails by name: `lose_connection`, `restart`, `stall` until
    `recover`, `refuse_tapes`, and `refuse_logins`.
    """

    def __init__(self, *, endless: Collection[str] = ()) -> None:
        self.logins: dict[str, ports.Login] = {}
        self._endless = frozenset(endless)
        self._made = 0
        self._exchange = Exchange(self._put)
        self._legs = self._exchange.legs
        self._connected = False
        self._refuses_logins = False
        self._inbox: list[ports.SwitchEvent] = []
        self._happened = asyncio.Event()
        # Moves that a stalled switch was told; None while it keeps up.
        self._stalled: list[ports.Move] | None = None

    # What happens outside.

    def call(self, *, number: str, caller: str, at: datetime) -> str:
        """Somebody calls a number; answers the leg."""
        name = self._next_name()
        arrival = ports.CallArrived(leg=name, number=number, caller=caller, arrived_at=at)
        self._legs[name] = Leg(arrival=arrival)
        self._put(arrival)
        return name

    def agent_calls(self, *, login: str) -> str:
        """An agent's telephone connects; answers the leg."""
        name = self._next_name()
        self._legs[name] = Leg(login=login, up=True)
        self._put(ports.AgentLegUp(name, login))
        return name

    def press(self, leg: str, *, key: str) -> None:
        """A caller, or who was called, presses a key."""
        self._put(ports.KeyPressed(leg, key))

    def hang_up(self, leg: str) -> None:
        """Whoever has this leg hangs up, or is hung up."""
        ended = self._exchange.end(leg)
        # The fallback tells nothing of who leaves it.
        if ended and not ended.sent_back:
            self._put(ports.LegEnded(leg))

    def answer(self, leg: str) -> None:
        """Whoever was called answers."""
        self._legs[leg].up = True
        self._put(ports.DialAnswered(leg))

    def refuse(self, leg: str, *, why: ports.DialFailure) -> None:
        """Whoever was called is not to be had."""
        if self._exchange.end(leg):
            self._put(ports.DialFailed(leg, why))

    def try_again(self) -> None:
        """The fallback sends those who were sent back once more."""
        for leg in self._legs.values():
            if leg.arrival and leg.sent_back and self._connected:
                leg.sent_back = leg.unseen = False
                self._put(leg.arrival)

    # What fails.

    def lose_connection(self) -> None:
        """Nobody hears the switch until the next `connect`; calls go on."""
        self._put(ports.Disconnected())
        self._connected = False

    def restart(self) -> None:
        """The switch goes down and comes back: every leg is gone, and every telephone forgotten."""
        self.lose_connection()
        self._legs.clear()
        self.logins.clear()

    def stall(self) -> None:
        """From now on moves are told and not carried out."""
        self._stalled = []

    def recover(self) -> None:
        """Carry out what was told meanwhile."""
        waiting, self._stalled = self._stalled or [], None
        for move in waiting:
            self._carry_out(move)

    def refuse_tapes(self) -> None:
        """From now on nothing can be written."""
        self._exchange.refuses_tapes = True

    def refuse_logins(self) -> None:
        """The next time, it does not make telephones ready."""
        self._refuses_logins = True

    # What a test may look at.

    def hears(self, leg: str) -> str:
        """What a leg hears: "fallback", the name of a message, "music", or nothing."""
        here = self._legs[leg]
        if here.sent_back:
            return "fallback"
        return here.message or ("music" if here.music else "")

    def is_up(self, leg: str) -> bool:
        """Whether somebody's call has not ended."""
        return leg in self._legs

    @property
    def ringing(self) -> dict[str, ports.Dial]:
        """Who is being called outside, by leg."""
        return {name: leg.dial for name, leg in self._legs.items() if leg.dial and not leg.up}

    # The port.

    @property
    def backlog(self) -> int:
        """How many moves a stalled switch was told."""
        return len(self._stalled or ())

    async def connect(self) -> ports.Census:
        """See `calls.ports.Switch`."""
        self._connected = True
        self._inbox.clear()
        callers, agents, dialled, consults = {}, {}, {}, {}
        for name, leg in self._legs.items():
            leg.unseen = leg.sent_back
            if leg.arrival and not leg.sent_back:
                callers[name] = ports.CallerSeen(leg.arrival, frozenset(leg.partners))
            elif leg.dial:
                dialled[name] = ports.DialledSeen(leg.up, frozenset(leg.partners))
            elif leg.login:
                agents[name] = leg.login
                if leg.partners:
                    consults[name] = frozenset(leg.partners)
        listeners = {name: leg.hears for name, leg in self._legs.items() if leg.hears}
        in_fallback = frozenset(name for name, leg in self._legs.items() if leg.sent_back)
        return ports.Census(callers, dialled, agents, consults, listeners, in_fallback)

    async def next_events(self, *, timeout_seconds: float | None) -> Sequence[ports.SwitchEvent]:
        """See `calls.ports.Switch`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._happened.wait()
        self._happened.clear()
        happened, self._inbox = self._inbox, []
        return happened

    async def carry_out(self, moves: Sequence[ports.Move]) -> None:
        """See `calls.ports.Switch`."""
        for move in moves if self._connected else ():
            if self._stalled is None:
                self._carry_out(move)
            else:
                self._stalled.append(move)

    async def keep_logins(self, logins: Sequence[ports.Login]) -> bool:
        """See `calls.ports.Switch`."""
        if not self._refuses_logins:
            self.logins = {login.username: login for login in logins}
        self._refuses_logins, refused = False, self._refuses_logins
        return not refused

    async def close(self) -> None:
        """See `calls.ports.Switch`."""
        for leg in self._legs.values():
            leg.sent_back = leg.sent_back or (leg.arrival is not None and not leg.up)
        self._connected = False

    def _next_name(self) -> str:
        self._made += 1
        return f"leg-{self._made}"

    def _put(self, event: ports.SwitchEvent) -> None:
        if self._connected:
            self._inbox.append(event)
            self._happened.set()

    def _carry_out(self, move: ports.Move) -> None:
        leg = self._legs.get(move.leg)
        if isinstance(move, ports.Dial):
            self._dial(move)
        elif leg is None or leg.unseen:
            return
        elif isinstance(move, ports.Release | ports.DropLeg):
            if leg.dial and not leg.up:
                self.refuse(move.leg, why=ports.DialFailure.GIVEN_UP)
            elif not (leg.login and isinstance(move, ports.Release)):
                self.hang_up(move.leg)
        elif not leg.sent_back:
            self._serve(leg, move)

    def _dial(self, move: ports.Dial) -> None:
        if move.leg not in self._legs:
            self._legs[move.leg] = Leg(dial=move)
            if not may_be_dialled(move.number):
                self.refuse(move.leg, why=ports.DialFailure.UNREACHABLE)

    def _serve(self, leg: Leg, move: ports.Move) -> None:
        match move:
            case ports.TakeIn():
                leg.up = leg.up or leg.arrival is not None
            case ports.SendBack() if leg.arrival:
                leg.sent_back = True
            case ports.Play(_, message, media) if self._hears_out(leg, media):
                leg.message = message
            case ports.Announce(_, message, media) if leg.partners and self._endless.intersection(media):
                leg.announcement = message
            case ports.Play(name, message) | ports.Announce(name, message):
                self._put(ports.MessagePlayed(name, message))
            case ports.PlayMusic():
                leg.music = True
            case ports.StopPlaying(name, message):
                self._exchange.stop(name, message)
                leg.music = False
            case ports.Connect(name, other):
                self._exchange.connect(name, other)
            case ports.Part(name, other):
                self._exchange.part(name, other)
            case ports.Listen() | ports.StopListening():
                self._exchange.listen(move)
            case ports.RecordAlone():
                self._exchange.record_alone(move)
            case ports.Record() | ports.StopRecording():
                self._exchange.record(move)

    def _hears_out(self, leg: Leg, media: Collection[str]) -> bool:
        return (leg.up or leg.arrival is not None) and bool(self._endless.intersection(media))
