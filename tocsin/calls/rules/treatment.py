"""Nuisance and silent callers: what agents remark at the end of a call, and how coordinators have callers treated.

Nothing follows from a remark by itself. A coordinator decides about one caller, known by the mark of the number
and never by the number, until a time; whoever hides the number has no mark, and is treated like everybody.
"""

from datetime import timedelta
from enum import StrEnum

# For how long a coordinator may decide at once; after that, everything is as for everybody.
SPANS = tuple(timedelta(hours=hours) for hours in (1, 4, 24))


class Conduct(StrEnum):
    """What an agent remarks of a call; NONE takes an earlier remark back."""

    NUISANCE = "nuisance"
    SILENT = "silent"
    NONE = "none"


class Treatment(StrEnum):
    """How the next calls of a caller are taken."""

    ORDINARY = "ordinary"
    # In line, after everybody else.
    LAST = "last"
    # Hears that the call is not taken, and 112 for danger, and is let go.
    TOLD = "told"
