"""How many callers the dial plan lets in before it is told again; those beyond hear it ring, which costs little.

As the window of a transport protocol: who was answered makes room for the next, so that callers come in as fast as
switchboard and Asterisk together answer, however many call.
"""

from dataclasses import dataclass, field

from tocsin.gateways.asterisk.legs import Request

# Of the dial plan: how many may still come in.
_ROOM = "ROOM"
# A caller is at hand from coming in to the answer, and a request not confirmed is a part of one. Where 170 are
# answered a second, the last of as many waits for a third of a second.
MOST_AT_HAND = 60
_REQUESTS_OF_A_CALL = 6
# Asterisk is told when the room is so much more, or less, than it believes.
_STEP = 15
# And so long after callers came in, whatever it believes. Those who come in take one off each by reading, counting
# and writing, and so undo what was told in between: in a flood the dial plan soon had no room, and nobody came in
# any more from whom that could be seen.
AGAIN_SECONDS = 0.2


@dataclass(slots=True)
class Door:
    """What the dial plan of one Asterisk believes, and who came in and is not answered."""

    _room: int = 0
    _arriving: set[str] = field(default_factory=set)
    # Whether callers came in since it was told, so that it may believe anything.
    is_unsure: bool = False

    def arrived(self, leg: str) -> None:
        """A caller came in, which the dial plan has counted."""
        self._arriving.add(leg)
        self._room -= 1
        self.is_unsure = True

    def settled(self, leg: str) -> None:
        """A caller was answered, sent back or is gone."""
        self._arriving.discard(leg)

    def opened(self) -> Request:
        """What to tell an Asterisk that was just connected with."""
        self._arriving.clear()
        return self._told(MOST_AT_HAND)

    def moved(self, *, unconfirmed: int) -> Request | None:
        """What to tell Asterisk, which has so many requests before it; None while what it believes will do."""
        room = self._left(unconfirmed)
        return self._told(room) if abs(room - self._room) >= _STEP else None

    def told_again(self, *, unconfirmed: int) -> Request:
        """What to tell Asterisk where nobody can be sure of what it believes."""
        return self._told(self._left(unconfirmed))

    def _left(self, unconfirmed: int) -> int:
        return max(MOST_AT_HAND - len(self._arriving) - unconfirmed // _REQUESTS_OF_A_CALL, 0)

    def _told(self, room: int) -> Request:
        self._room, self.is_unsure = room, False
        return Request("POST", "asterisk/variable", {"variable": _ROOM, "value": str(room)})
