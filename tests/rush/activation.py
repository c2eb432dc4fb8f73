"""From a duty officer's order until a caller is taken in by the line; the words are new each time."""

import time
from datetime import UTC, datetime
from statistics import quantiles

from tests import world
from tests.rush.centre import CALLERS, Tell, centre, sipp, wait_until
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions import order_closing, order_opening
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls.models import CallStep
from tocsin.calls.rules.states import CallState
from tocsin.project.instance import instance

TIMES = 20
NUMBER = "1701"
LANGUAGES = ("nl", "fr", "de", "en", "uk", "ru")
# Of the newcomer's promise; the promise to the authority is a minute.
BAR_SECONDS = 10.0


def measure(*, tell: Tell) -> dict[str, object]:
    """Open and close a line in six languages again and again; seconds until a caller heard the menu begin."""
    with centre():
        authority = Authority.objects.filter(name="Haste").first() or world.authority("Haste", number=NUMBER)
        officer = Person.objects.filter(email="haste@example.org").first() or world.person(
            "Haste", Role.DUTY_OFFICER, acts_for=authority
        )
        seconds = [_open_once(officer, authority, place, tell) for place in range(TIMES)]
    p95 = quantiles(seconds, n=20)[-1]
    return {
        "p95_seconds": round(p95, 2),
        "median_seconds": round(sorted(seconds)[TIMES // 2], 2),
        "peer": "the promise of 10 s",
        "ratio": round(p95 / BAR_SECONDS, 2),
        "holds": p95 <= BAR_SECONDS,
    }


def _open_once(officer: Person, authority: Authority, place: int, tell: Tell) -> float:
    began = time.monotonic()
    opened = order_opening(
        by=officer,
        authority=authority,
        number=authority.numbers.get(),
        title="Haste",
        kind=Kind.EXERCISE,
        languages=LANGUAGES,
        front_texts=dict.fromkeys(LANGUAGES, f"{began}. Stay inside and close the windows."),
        recordings={},
        hours=(),
        at=datetime.now(UTC),
    )
    wait_until(lambda: Activation.objects.get(pk=opened.pk).state == State.OPEN, "the line to open")
    caller = sipp(
        "caller.xml", "-s", NUMBER, "-m", "1", "-d", "1500", address=CALLERS, port=instance.ports.outside_sip
    )
    greeted = CallStep.objects.filter(activation=opened, after=CallState.GREETING)
    wait_until(greeted.exists, "the caller to be taken in")
    took = time.monotonic() - began
    tell(f"opening {place + 1} of {TIMES}: {took:.2f} s")
    caller.wait()
    order_closing(activation=opened.pk, by=officer, at=datetime.now(UTC), why="measured")
    wait_until(lambda: Activation.objects.get(pk=opened.pk).state == State.CLOSED, "the line to close")
    return took
