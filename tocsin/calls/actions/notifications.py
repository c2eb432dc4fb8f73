"""Telling other processes, with the transaction that is being made: what changed, and whom it concerns."""

from django.db import connection


def wake_switchboard(what: str) -> None:
    """Have the switchboard look at what changed: `orders` or `logins`."""
    _notify("tocsin_switchboard", what)


def tell_screens(payload: str) -> None:
    """Have open pages drawn anew; the payload is what `web.live` reads."""
    _notify("tocsin_live", payload)


def _notify(channel: str, payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
