"""What callers notice of a stranger's flood of junk: the same calls with it and without, in turns.

The stranger sends malformed messages, scans for names and calls, 200 of each a second.
"""

import contextlib
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles

from tests import world
from tests.contracts.junk import Flood, flooding
from tests.rush.centre import CALLERS, Tell, centre, end, sipp, wait_until
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call
from tocsin.project.instance import instance

NUMBER = "1702"
STRANGER = "127.0.0.9"
ROUNDS = 3
# A minute with the flood, and one without.
ROUND_SECONDS = 20
CALLS_PER_SECOND = 5
HOLD_MS = 2000
# How much later callers may be answered.
BAR_MS = 500


@dataclass(frozen=True)
class Heard:
    """What became of the calls of one round: how many were refused, how many told nothing, how late the others."""

    refused: int
    lost: int
    p99_ms: float


def measure(*, tell: Tell) -> dict[str, object]:
    """Five calls a second, with the flood and without; milliseconds from INVITE to 200."""
    quiet, flooded = [], []
    with centre(prepare=_open_line):
        wait_until(Activation.objects.filter(number__digits=NUMBER, state=State.OPEN).exists, "the line to open")
        before = Call.objects.count()
        for _ in range(ROUNDS):
            quiet.append(_call(tell=tell, about="without junk"))
            with _junk(tell=tell):
                flooded.append(_call(tell=tell, about="with junk"))
        placed = len(quiet + flooded) * ROUND_SECONDS * CALLS_PER_SECOND
        strangers = Call.objects.count() - before - placed
    refused, lost = sum(each.refused for each in flooded), sum(each.lost for each in flooded)
    added = median(one.p99_ms - other.p99_ms for one, other in zip(flooded, quiet, strict=True))
    return {
        "refused": refused,
        "lost": lost,
        "strangers_let_in": strangers,
        "p99_ms": round(median(each.p99_ms for each in flooded)),
        "peer": "the same calls without junk",
        "peer_p99_ms": round(median(each.p99_ms for each in quiet)),
        "peer_refused_or_lost": sum(each.refused + each.lost for each in quiet),
        "added_ms": round(added),
        "ratio": round(median(one.p99_ms / other.p99_ms for one, other in zip(flooded, quiet, strict=True)), 2),
        "holds": not (refused or lost or strangers) and added <= BAR_MS,
    }


def _open_line() -> None:
    authority = Authority.objects.filter(name="Junk").first() or world.authority("Junk", number=NUMBER)
    world.activation(authority, languages=["nl"], kind=Kind.REAL, state=State.ORDERED)


@contextlib.contextmanager
def _junk(*, tell: Tell) -> Iterator[None]:
    """Junk from a stranger, until the end of the block."""
    with flooding(Flood(address=STRANGER, port=instance.ports.sip)) as flood:
        yield
    tell(f"junk: {flood.sent} messages, told {dict(flood.told)}")


def _call(*, tell: Tell, about: str) -> Heard:
    placed = ROUND_SECONDS * CALLS_PER_SECOND
    counts = instance.home / "junk.csv"
    callers = sipp(
        "caller.xml",
        *("-s", NUMBER, "-r", str(CALLS_PER_SECOND), "-m", str(placed), "-d", str(HOLD_MS)),
        *("-trace_rtt", "-rtt_freq", "1", "-trace_stat", "-fd", "1", "-stf", str(counts)),
        address=CALLERS,
        port=instance.ports.outside_sip,
    )
    try:
        callers.wait()
    finally:
        end(callers)
    times = instance.home / f"caller_{callers.pid}_rtt.csv"
    with counts.open() as table:
        *_, last = csv.DictReader(table, delimiter=";")
    with times.open() as table:
        answered_ms = [float(row["response_time_ms"]) for row in csv.DictReader(table, delimiter=";")]
    times.unlink()
    refused = int(last["FailedUnexpectedMessage(C)"])
    p99_ms = quantiles(answered_ms, n=100, method="inclusive")[-1]
    heard = Heard(refused, placed - int(last["SuccessfulCall(C)"]) - refused, max(p99_ms, 1))
    tell(f"{about}: {placed} calls, {refused} refused, {heard.lost} lost, p99 {p99_ms:.0f} ms")
    return heard
