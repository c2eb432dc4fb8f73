"""Whether the switchboard that leads stands still, told by what it asks the database, and by no wall clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Whoever leads asks the database something every second, on the connection on which it records.
_STILL = timedelta(seconds=3)
# How long it may take to have that connection.
_STILL_CONNECTING = timedelta(seconds=15)
# Between two looks: who did not look for so long stood still too, or the database did, and knows nothing.
_BLIND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sign:
    """What is seen of whoever leads: the process of PostgreSQL that has its lock, and when the connection on which
    it records last did something, None where there is none."""

    holder: int | None
    stirred_at: datetime | None


class Vigil:
    """What one who stands by saw of whoever leads; signs are compared with each other, and never with a clock."""

    def __init__(self) -> None:
        self._seen = Sign(None, None)
        self._since = self._looked = timedelta()

    def stands_still(self, sign: Sign, *, at: timedelta) -> bool:
        """Look once more; `at` is by a clock that only goes forward."""
        if sign != self._seen or at - self._looked > _BLIND:
            self._since = at
        self._seen, self._looked = sign, at
        patience = _STILL if sign.stirred_at else _STILL_CONNECTING
        return sign.holder is not None and at - self._since >= patience
