"""Messages that are being stopped, and what has to wait until they are.

What moves a channel waits in Asterisk for the end of what is played there, and so does every other request of the
connection behind it. A message is stopped before that; but in the moment in which it has begun and makes no sound
yet, Asterisk refuses to stop it (`playback_stop`, 500). So what touches the leg is told once that was granted.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from tocsin.gateways.asterisk.ari import Answer
from tocsin.gateways.asterisk.legs import Request, leg_of

logger = logging.getLogger(__name__)

# Where a leg or a tape stands in a path, and in a query.
_PLACES = ("channels/", "bridges/", "recordings/live/")
_KEYS = ("channel", "channelId", "bridgeId", "eventSource", "name")
# The moment passes within a round trip; where it does not, something else is wrong.
_MOST_TRIES = 1000


class Stopping:
    """What one connection to Asterisk is told, by `tell`, in an order in which nothing waits for a message."""

    def __init__(self, tell: Callable[[Request, object], None]) -> None:
        self._tell = tell
        # The legs whose message is being stopped, by how often that was refused; and what is not told for it.
        self._tries: dict[str, int] = {}
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
            self._tries[request.stops] = 0
            self._busy.add(request.stops)
        self._tell(request, about)

    def answered(self, request: Request, about: object, answer: Answer) -> bool:
        """Whether that was the last answer to this request; otherwise it is told again."""
        if not request.stops:
            return True
        if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self._tries[request.stops] += 1
            if self._tries[request.stops] < _MOST_TRIES:
                self._tell(request, about)
                return False
            logger.error("Asterisk refused %d times to stop what it plays to %s.", _MOST_TRIES, request.stops)
        del self._tries[request.stops]
        self._busy = set(self._tries)
        held, self._held = self._held, []
        for one in held:
            self.tell(*one)
        return True

    def forget(self) -> None:
        """The connection is another, which is told nothing of what was held for the last one."""
        self._tries, self._held, self._busy = {}, [], set()


def touched(request: Request) -> frozenset[str]:
    """The legs and other channels that a request is about, themselves or by their bridges, and the tapes.

    >>> sorted(touched(Request("POST", "bridges/call-zoe/addChannel", {"channel": "zoe,ann"})))
    ['ann', 'zoe']
    """
    inside = (request.path.removeprefix(place) for place in _PLACES if request.path.startswith(place))
    asked = (request.query.get(key, "").removeprefix("bridge:") for key in _KEYS)
    names = [*(path.partition("/")[0] for path in inside), *(name for value in asked for name in value.split(","))]
    return frozenset(leg_of(name) or name for name in (*names, request.stops) if name)
