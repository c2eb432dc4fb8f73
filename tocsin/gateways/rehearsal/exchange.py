"""Legs in memory, and who hears whom: what Asterisk does with bridges, without a sound."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.calls import ports


@dataclass(slots=True)
class Leg:
    """A caller's leg has an arrival, an agent's a login, and one that was dialled its dial."""

    arrival: ports.CallArrived | None = None
    login: str = ""
    dial: ports.Dial | None = None
    up: bool = False
    sent_back: bool = False
    # In the fallback since before the last census, which does not look there.
    unseen: bool = False
    # What is heard there, and what by all in the leg's bridge.
    message: str = ""
    announcement: str = ""
    music: bool = False
    partners: set[str] = field(default_factory=set)
    tape: str = ""
    # Whether that is of this leg alone.
    alone: bool = False
    # Where the leg listens in.
    hears: ports.ListenerSeen | None = None


@dataclass(slots=True)
class Exchange:
    """All legs by name; `put` is for what happened."""

    put: Callable[[ports.SwitchEvent], None]
    legs: dict[str, Leg] = field(default_factory=dict)
    refuses_tapes: bool = False

    def end(self, name: str) -> Leg | None:
        """A leg ends, and whatever it took part in."""
        leg = self.legs.get(name)
        if leg is None:
            return None
        leg.hears = None
        self._end_tape(name, leg.tape)
        for partner in leg.partners:
            self._end_listening(name, partner)
        for host_name, host in self.legs.items():
            if name in host.partners:
                host.partners.remove(name)
                self._end_listening(host_name, name)
                if not host.partners:
                    self._end_tape(host_name, host.tape)
        return self.legs.pop(name)

    def connect(self, name: str, other: str) -> None:
        """Two legs enter the bridge of the first, and have left all others."""
        leg, guest = self.legs[name], self.legs.get(other)
        if guest is None or not (leg.up and guest.up) or guest.arrival or guest is leg:
            return
        for entering in (name, other):
            self.legs[entering].hears = None
            self.stop(entering, self.legs[entering].message)
            for host in [host for host, each in self.legs.items() if host != name and entering in each.partners]:
                self.part(host, entering)
        for partner in sorted(guest.partners):
            self.part(other, partner)
        leg.partners.add(other)

    def part(self, name: str, other: str) -> None:
        """The second leg leaves the bridge of the first."""
        leg = self.legs[name]
        if other not in leg.partners:
            return
        leg.partners.remove(other)
        self._end_listening(name, other)
        self.stop(other, self.legs[other].message)
        if not leg.partners:
            self.stop(name, leg.message)
            self.stop(name, leg.announcement)
            self._end_tape(name, leg.tape)

    def listen(self, move: ports.Listen | ports.StopListening) -> None:
        """Somebody listens in, or does not any more."""
        listener = self.legs.get(move.listener)
        if listener is None:
            return
        if isinstance(move, ports.StopListening):
            if listener.hears and listener.hears.leg == move.leg:
                listener.hears = None
        elif move.agent_leg in self.legs[move.leg].partners and self._may_listen(move.listener):
            listener.hears = ports.ListenerSeen(move.leg, move.agent_leg, move.whispers)

    def record(self, move: ports.Record | ports.StopRecording) -> None:
        """A tape begins or ends."""
        leg = self.legs[move.leg]
        if isinstance(move, ports.StopRecording):
            self._end_tape(move.leg, move.tape)
        elif leg.tape != move.tape:
            if leg.partners and not self.refuses_tapes:
                self._end_tape(move.leg, leg.tape)
                leg.tape = move.tape
            else:
                self.put(ports.Recorded(move.leg, move.tape, seconds=0, whole=False))

    def record_alone(self, move: ports.RecordAlone) -> None:
        """A tape of one leg begins; whoever it is speaks for a second."""
        leg = self.legs[move.leg]
        is_guest = any(move.leg in host.partners for host in self.legs.values())
        if leg.partners or is_guest or leg.tape or self.refuses_tapes:
            self.put(ports.Recorded(move.leg, move.tape, seconds=0, whole=False))
        else:
            leg.tape, leg.alone = move.tape, True

    def stop(self, name: str, message: str) -> None:
        """A message ends that is played to a leg or in its bridge."""
        leg = self.legs[name]
        if message and message in (leg.message, leg.announcement):
            leg.message = "" if leg.message == message else leg.message
            leg.announcement = "" if leg.announcement == message else leg.announcement
            self.put(ports.MessagePlayed(name, message))

    def _may_listen(self, name: str) -> bool:
        leg = self.legs[name]
        talks = leg.partners or any(name in host.partners for host in self.legs.values())
        return leg.up and leg.arrival is None and not talks

    def _end_listening(self, name: str, agent_leg: str) -> None:
        for listener in self.legs.values():
            if listener.hears and (listener.hears.leg, listener.hears.agent_leg) == (name, agent_leg):
                listener.hears = None

    def _end_tape(self, name: str, tape: str) -> None:
        leg = self.legs[name]
        if tape and leg.tape == tape:
            spoken, leg.tape, leg.alone = 1 if leg.alone else None, "", False
            self.put(ports.Recorded(name, tape, seconds=spoken or 0, spoken_seconds=spoken))
