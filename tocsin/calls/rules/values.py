"""How the rules change their larger values."""

from typing import Any, TypeVar

T = TypeVar("T")


def changed(value: T, **changes: Any) -> T:
    """`dataclasses.replace` for a value without slots, and without a field that is worked out from others.

    It copies the fields at once, where `replace` reads and sets each: a call has 38 and is changed a dozen times,
    which took a sixth of the switchboard's processor time. Raises TypeError for what is no field of it.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Place:
    ...     row: int
    ...     seat: int
    >>> changed(Place(row=3, seat=14), seat=15)
    Place(row=3, seat=15)
    """
    new = object.__new__(type(value))
    fields = vars(new)
    fields |= vars(value)
    if not changes.keys() <= fields.keys():
        raise TypeError(f"{type(value).__name__} has no {sorted(changes.keys() - fields.keys())}")
    fields |= changes
    return new
