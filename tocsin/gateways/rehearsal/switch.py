"""A telephone switch in memory, that keeps the whole contract of `calls.ports.Switch`."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.calls import ports
from tocsin.calls.rules.numbers import may_be_dialled


@dataclass(slots=True)
class _Leg:
    """A caller's leg has an arrival, an agent's a login, and one that was dialled its dial."""

    arrival: ports.CallArrived | None = None
    login: str = ""
    dial: ports.Dial | None = None
    up: bool = False
    sent_back: bool = False
    # In the fallback since before the last census, which does not look there.
    unseen: bool = False
    # What is heard there.
    message: str = ""
    music: bool = False
    partners: set[str] = field(default_factory=set)


class RehearsalSwitch:
    """Callers and agents do what `call`, `press`, `hang_up`, `agent_calls` and `try_again` say, and who is called
    outside does what `answer` and `refuse` say.

    Recordings end as soon as they begin, but for those named `endless`, which play until they are stopped. It
    fails by name: `lose_connection`, `restart`, and `stall` until `recover`.
    """

    def __init__(self, *, endless: Collection[str] = ()) -> None:
        self.logins: dict[str, ports.Login] = {}
        self._endless = frozenset(endless)
        self._made = 0
        self._legs: dict[str, _Leg] = {}
        self._connected = False
        self._inbox: list[ports.SwitchEvent] = []
        self._happened = asyncio.Event()
        # Moves that a stalled switch was told; None while it keeps up.
        self._stalled: list[ports.Move] | None = None

    # What happens outside.

    def call(self, *, number: str, caller: str, at: datetime) -> str:
        """Somebody calls a number; answers the leg."""
        name = self._next_name()
        arrival = ports.CallArrived(leg=name, number=number, caller=caller, arrived_at=at)
        self._legs[name] = _Leg(arrival=arrival)
        self._put(arrival)
        return name

    def agent_calls(self, *, login: str) -> str:
        """An agent's telephone connects; answers the leg."""
        name = self._next_name()
        self._legs[name] = _Leg(login=login, up=True)
        self._put(ports.AgentLegUp(name, login))
        return name

    def press(self, leg: str, *, key: str) -> None:
        """A caller, or who was called, presses a key."""
        self._put(ports.KeyPressed(leg, key))

    def hang_up(self, leg: str) -> None:
        """Whoever has this leg hangs up, or is hung up."""
        ended = self._end(leg)
        # The fallback tells nothing of who leaves it.
        if ended and not ended.sent_back:
            self._put(ports.LegEnded(leg))

    def answer(self, leg: str) -> None:
        """Whoever was called answers."""
        self._legs[leg].up = True
        self._put(ports.DialAnswered(leg))

    def refuse(self, leg: str, *, why: ports.DialFailure) -> None:
        """Whoever was called is not to be had."""
        if self._end(leg):
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
        callers, agents, dialled = {}, {}, {}
        for name, leg in self._legs.items():
            leg.unseen = leg.sent_back
            if leg.arrival and not leg.sent_back:
                callers[name] = ports.CallerSeen(leg.arrival, frozenset(leg.partners))
            elif leg.dial:
                dialled[name] = ports.DialledSeen(leg.up, frozenset(leg.partners))
            elif leg.login:
                agents[name] = leg.login
        return ports.Census(callers=callers, agents=agents, dialled=dialled)

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

    async def keep_logins(self, logins: Sequence[ports.Login]) -> None:
        """See `calls.ports.Switch`."""
        self.logins = {login.username: login for login in logins}

    async def close(self) -> None:
        """See `calls.ports.Switch`."""
        for leg in self._legs.values():
            leg.sent_back = leg.sent_back or (leg.arrival is not None and not leg.up)
        self._connected = False

    def _next_name(self) -> str:
        self._made += 1
        return f"leg-{self._made}"

    def _end(self, name: str) -> _Leg | None:
        for other in self._legs.values():
            other.partners.discard(name)
        return self._legs.pop(name, None)

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
            self._legs[move.leg] = _Leg(dial=move)
            if not may_be_dialled(move.number):
                self.refuse(move.leg, why=ports.DialFailure.UNREACHABLE)

    def _serve(self, leg: _Leg, move: ports.Move) -> None:
        match move:
            case ports.TakeIn():
                leg.up = leg.up or leg.arrival is not None
            case ports.Play(name, message, media) if leg.up or leg.arrival:
                if self._endless.intersection(media):
                    leg.message = message
                else:
                    self._put(ports.MessagePlayed(name, message))
            case ports.PlayMusic():
                leg.music = True
            case ports.StopPlaying(name, message):
                self._stop(name, message)
                leg.music = False
            case ports.Connect(name, other) if leg.up and not leg.login and self._is_answered(other):
                self._stop(name, leg.message)
                self._stop(other, self._legs[other].message)
                leg.partners.add(other)
            case ports.Part(_, other):
                leg.partners.discard(other)
            case ports.SendBack() if leg.arrival:
                leg.sent_back = True

    def _is_answered(self, name: str) -> bool:
        leg = self._legs.get(name)
        return leg is not None and leg.up

    def _stop(self, name: str, message: str) -> None:
        leg = self._legs[name]
        if message and leg.message == message:
            leg.message = ""
            self._put(ports.MessagePlayed(name, message))
