"""What open pages are told: of whom and of what something changed."""

import json
from collections.abc import Collection

from tocsin.logbook.actions import notify

# PostgreSQL refuses notifications of 8,000 bytes; this many keys stay well below.
_KEYS_PER_NOTIFICATION = 400


def tell_screens(*, agents: Collection[int] = (), activations: Collection[int] = ()) -> None:
    """Have the pages that show these agents or activations drawn anew, once the open transaction has succeeded."""
    keys, about = sorted(agents), sorted(activations)
    for first in range(0, max(len(keys), 1), _KEYS_PER_NOTIFICATION):
        some = keys[first : first + _KEYS_PER_NOTIFICATION]
        notify("tocsin_live", json.dumps({"agents": some, "activations": about}))
