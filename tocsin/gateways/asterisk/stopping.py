"""Messages that are being stopped, and what has to wait until they are.

What moves a channel waits in Asterisk for the end of what is played there, and so does every other request of the
connection behind it. A message is stopped before that; but in the moment in which it has begun and makes no sound
yet, Asterisk refuses to stop it (`playback_stop`, 500). So what touches the leg is told once that was granted.
"""

from collections.abc import Callable
from http import HTTPStatus

from tocsin.gateways.asterisk.ari import Answer
from tocsin.gateways.asterisk.legs import Request, leg_of

_PLACES = ("channels", "bridges")


class Stopping:
    """What one connection to Asterisk is told, by `tell`, in an order in which nothing waits for a message."""

    def __init__(self, tell: Callable[[Request, object], None]) -> None:
        self._tell = tell
        # The legs whose message is being stopped, and what is not told for it.
        self._legs: set[str] = set()
        self._held: list[tuple[Request, object]] = []
        # What one of these touches.
        self._busy: set[str] = set()

    @property
    def held(self) -> int:
        """How many requests are not told yet."""
        return len(self._held)

    def tell(self, request: Request, about: object) -> None:
        """Tell Asterisk this: at once, or as soon as nothing before it is in the way."""
        if self._busy and not (names := touched(request)).isdisjoint(self._busy):
            self._busy |= names
            self._held.append((request, about))
            return
        if request.stops:
            self._legs.add(request.stops)
            self._busy.add(request.stops)
        self._tell(request, about)

    def is_granted(self, request: Request, about: object, answer: Answer) -> bool:
        """Whether that was the last answer to this request; otherwise it is told again."""
        if not request.stops:
            return True
        if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self._tell(request, about)
            return False
        self._legs.discard(request.stops)
        self._busy = set(self._legs)
        held, self._held = self._held, []
        for one in held:
            self.tell(*one)
        return True

    def forget(self) -> None:
        """The connection is another, which is told nothing of what was held for the last one."""
        self._legs, self._busy, self._held = set(), set(), []


def touched(request: Request) -> frozenset[str]:
    """The legs and other channels that a request is about, themselves or by their bridges.

    >>> sorted(touched(Request("POST", "bridges/call-zoe/addChannel", {"channel": "zoe,ann"})))
    ['ann', 'zoe']
    """
    place, *names = request.path.split("/")
    asked = [name for value in request.query.values() for name in value.split(",")]
    named = [*asked, *names[:1]] if place in _PLACES else asked
    return frozenset(leg_of(name) or name for name in (*named, request.stops) if name)
