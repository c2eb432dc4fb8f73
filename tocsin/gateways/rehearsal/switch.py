"""A telephone switch in memory, that keeps the whole contract of `calls.ports.Switch`."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.calls import ports


@dataclass(slots=True)
class _Caller:
    arrival: ports.CallArrived
    taken_in: bool = False
    sent_back: bool = False
    # In the fallback since before the last census, which does not look there.
    unseen: bool = False
    # What the caller hears.
    message: str = ""
    music: bool = False
    partners: set[str] = field(default_factory=set)


class RehearsalSwitch:
    """Callers and agents do what `call`, `press`, `hang_up`, `agent_calls` and `try_again` say.

    Recordings end as soon as they begin, but for those named `endless`, which play until they are stopped. It
    fails by name: `lose_connection`, `restart`, and `stall` until `recover`.
    """

    def __init__(self, *, endless: Collection[str] = ()) -> None:
        self.logins: dict[str, ports.Login] = {}
        self._endless = frozenset(endless)
        self._legs = 0
        self._callers: dict[str, _Caller] = {}
        self._agents: dict[str, str] = {}
        self._connected = False
        self._inbox: list[ports.SwitchEvent] = []
        self._happened = asyncio.Event()
        # Moves that a stalled switch was told; None while it keeps up.
        self._stalled: list[ports.Move] | None = None

    # What happens outside.

    def call(self, *, number: str, caller: str, at: datetime) -> str:
        """Somebody calls a number; answers the leg."""
        leg = self._next_leg()
        arrival = ports.CallArrived(leg=leg, number=number, caller=caller, arrived_at=at)
        self._callers[leg] = _Caller(arrival)
        self._put(arrival)
        return leg

    def agent_calls(self, *, login: str) -> str:
        """An agent's telephone connects; answers the leg."""
        leg = self._next_leg()
        self._agents[leg] = login
        self._put(ports.AgentLegUp(leg, login))
        return leg

    def press(self, leg: str, *, key: str) -> None:
        """A caller presses a key."""
        self._put(ports.KeyPressed(leg, key))

    def hang_up(self, leg: str) -> None:
        """A caller or an agent hangs up, or is hung up."""
        caller = self._callers.pop(leg, None)
        agent = self._agents.pop(leg, None)
        for other in self._callers.values():
            other.partners.discard(leg)
        # The fallback tells nothing of who leaves it.
        if agent is not None or (caller and not caller.sent_back):
            self._put(ports.LegEnded(leg))

    def try_again(self) -> None:
        """The fallback sends those who were sent back once more."""
        for caller in self._callers.values():
            if caller.sent_back and self._connected:
                caller.sent_back = caller.unseen = False
                self._put(caller.arrival)

    # What fails.

    def lose_connection(self) -> None:
        """Nobody hears the switch until the next `connect`; calls go on."""
        self._put(ports.Disconnected())
        self._connected = False

    def restart(self) -> None:
        """The switch goes down and comes back: every leg is gone, and every telephone forgotten."""
        self.lose_connection()
        self._callers.clear()
        self._agents.clear()
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
        """What a caller hears: "fallback", the name of a message, "music", or nothing."""
        caller = self._callers[leg]
        if caller.sent_back:
            return "fallback"
        return caller.message or ("music" if caller.music else "")

    def is_up(self, leg: str) -> bool:
        """Whether somebody's call has not ended."""
        return leg in self._callers or leg in self._agents

    # The port.

    @property
    def backlog(self) -> int:
        """How many moves a stalled switch was told."""
        return len(self._stalled or ())

    async def connect(self) -> ports.Census:
        """See `calls.ports.Switch`."""
        self._connected = True
        self._inbox.clear()
        for caller in self._callers.values():
            caller.unseen = caller.sent_back
        seen = {
            leg: ports.CallerSeen(caller.arrival, frozenset(caller.partners))
            for leg, caller in self._callers.items()
            if not caller.sent_back
        }
        return ports.Census(callers=seen, agents=dict(self._agents))

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
        for caller in self._callers.values():
            caller.sent_back = caller.sent_back or not caller.taken_in
        self._connected = False

    def _next_leg(self) -> str:
        self._legs += 1
        return f"leg-{self._legs}"

    def _put(self, event: ports.SwitchEvent) -> None:
        if self._connected:
            self._inbox.append(event)
            self._happened.set()

    def _carry_out(self, move: ports.Move) -> None:
        caller = self._callers.get(move.leg)
        if caller and caller.unseen:
            return
        if isinstance(move, ports.Release | ports.DropLeg):
            self.hang_up(move.leg)
        elif caller and not caller.sent_back:
            self._serve(caller, move)

    def _serve(self, caller: _Caller, move: ports.Move) -> None:
        match move:
            case ports.TakeIn():
                caller.taken_in = True
            case ports.Play(leg, message, media):
                if self._endless.intersection(media):
                    caller.message = message
                else:
                    self._put(ports.MessagePlayed(leg, message))
            case ports.PlayMusic():
                caller.music = True
            case ports.StopPlaying(_, message):
                self._stop(caller, message)
                caller.music = False
            case ports.Connect(_, agent_leg) if agent_leg in self._agents:
                self._stop(caller, caller.message)
                caller.partners.add(agent_leg)
            case ports.Part(_, agent_leg):
                caller.partners.discard(agent_leg)
            case ports.SendBack():
                caller.sent_back = True

    def _stop(self, caller: _Caller, message: str) -> None:
        if message and caller.message == message:
            caller.message = ""
            self._put(ports.MessagePlayed(caller.arrival.leg, message))
