"""How many calls a second reach an agent, side by side with Asterisk's own app_queue on the same engine.

A call counts when an agent and the caller were connected: in our journal, in the peer's queue_log. What SIPp
calls a success is not counted, because a caller is answered long before an agent is found.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from django.db import connection

from tests import world
from tests.rush.centre import AGENTS as AGENTS_ADDRESS
from tests.rush.centre import CALLERS, Tell, centre, end, process, sipp, wait_until
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls.actions import ask, issue_login
from tocsin.calls.models import CallStep, TelephoneLogin
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState
from tocsin.project.instance import instance
from tocsin.workforce.models import Agent

AGENTS = 300
NUMBER = "1700"
HOLD_MS = 1000
STEP_SECONDS = 8
ROUNDS = 3
FIRST_RATE, GROWTH = 100, 1.2
# A rate is carried when this share of its calls was connected.
CARRIED = 0.99
BAR = 0.7
# How many times its ceiling is offered, to see whether it degrades or collapses.
FLOOD = 2


@dataclass(frozen=True)
class Contender:
    """Who carries calls: the extension that reaches it, and how many it has connected so far."""

    name: str
    extension: str
    connected: Callable[[], int]


def measure(*, tell: Tell) -> dict[str, object]:
    """The highest rate that each carries, in turns; `ratio` is ours to the peer's, the median of the rounds."""
    with hall(staff=AGENTS, tell=tell) as (ours, peer):
        rounds = []
        for place in range(ROUNDS):
            ceilings = _ceilings(ours, peer, tell=tell)
            tell(f"round {place + 1}: tocsin {ceilings[ours.name]:g}/s, app_queue {ceilings[peer.name]:g}/s")
            rounds.append(ceilings)
        ceiling = median(ceilings[ours.name] for ceilings in rounds)
        flooded, afterwards = _flood(ours, rate=round(FLOOD * ceiling), tell=tell)
    ratio = median(ceilings[ours.name] / ceilings[peer.name] for ceilings in rounds)
    return {
        "ratio": round(ratio, 2),
        "per_second": ceiling,
        "peer": peer.name,
        "peer_per_second": median(ceilings[peer.name] for ceilings in rounds),
        "flooded_per_second": round(flooded),
        "afterwards": round(afterwards, 3),
        "holds": ratio >= BAR and flooded >= BAR * ceiling and afterwards >= CARRIED,
    }


def _flood(contender: Contender, *, rate: int, tell: Tell) -> tuple[float, float]:
    """Far beyond the ceiling: the calls a second still connected, and the share connected once it is over.

    These callers hang up after a second, so that whoever is left to the fallback is not connected later.
    """
    before = contender.connected()
    # The end of some calls never reaches a flooded engine. A carrier's trunk ends those for their silence; here
    # all callers are silent.
    with contextlib.suppress(TimeoutError):
        _step(contender, rate=rate)
    flooded = (contender.connected() - before) / STEP_SECONDS
    afterwards = _step(contender, rate=FIRST_RATE)
    tell(f"{contender.name:>10} {rate:6} calls/s: {flooded:.0f}/s connected, and {afterwards:.2%} afterwards")
    return flooded, afterwards


def _ceilings(*contenders: Contender, tell: Tell) -> dict[str, float]:
    """The highest rate each carries before its first failure, calls a second; rates grow together."""
    ceilings = {contender.name: 0.0 for contender in contenders}
    running = list(contenders)
    rate = float(FIRST_RATE)
    while running:
        for contender in list(running):
            # A rate is given up when it fails twice: the machine does other things, too.
            for _ in range(2):
                share = _step(contender, rate=round(rate))
                tell(f"{contender.name:>10} {rate:6.0f} calls/s: {share:7.2%} connected")
                if share >= CARRIED:
                    break
            if share < CARRIED:
                running.remove(contender)
            else:
                ceilings[contender.name] = round(rate)
        rate *= GROWTH
    return ceilings


def _step(contender: Contender, *, rate: int) -> float:
    before = contender.connected()
    calls = rate * STEP_SECONDS
    callers = sipp(
        "caller.xml",
        *("-s", contender.extension, "-r", str(rate), "-m", str(calls), "-l", str(calls), "-d", str(HOLD_MS)),
        address=CALLERS,
        port=instance.ports.outside_sip,
    )
    try:
        callers.wait()
    finally:
        end(callers)
    # SIPp is gone before an engine beyond its ceiling has heard of the end of every call.
    wait_until(lambda: live_calls() <= calls * (1 - CARRIED), "the last calls to end")
    return (contender.connected() - before) / calls


@contextlib.contextmanager
def hall(*, staff: int, tell: Tell) -> Iterator[tuple[Contender, Contender]]:
    """The centre with an open line, and so many agents on both sides, ready; gives us and the peer.

    Agents return what they hear.
    """
    tell(f"starting the engine, the switchboard and {staff} agents of each side")
    names = instance.home / "logins.csv"

    def prepare() -> None:
        names.write_text("SEQUENTIAL\n" + "\n".join(_people(staff)) + "\n")

    with centre(queue_members=staff, prepare=prepare), contextlib.ExitStack() as stack:
        wait_until(Activation.objects.filter(number__digits=NUMBER, state=State.OPEN).exists, "the line to open")
        stack.enter_context(process("desks", [sys.executable, "-m", "tests.rush.desks"]))
        standing = sipp(
            "standing_agent.xml",
            *("-inf", str(names), "-r", "100", "-m", str(staff), "-l", str(staff), "-rtp_echo", "-mp", "6100"),
            address=AGENTS_ADDRESS,
            port=instance.ports.outside_sip + 10,
        )
        stack.callback(end, standing)
        members = sipp(
            "queue_agent.xml",
            *("-rtp_echo", "-mp", "6200"),
            address=AGENTS_ADDRESS,
            port=instance.ports.outside_sip,
        )
        stack.callback(end, members)
        for agent in Agent.objects.filter(logins__isnull=False):
            ask(agent=agent, verb=Verb.READY, at=datetime.now(UTC))
        ready = Agent.objects.filter(state="ready", connected=True)
        wait_until(lambda: ready.count() == staff, "every agent to be ready")
        yield Contender("tocsin", NUMBER, _ours_connected), Contender("app_queue", "queue", _peer_connected)


def _people(staff: int) -> list[str]:
    """An authority with a plain line, and its agents; answers the logins of their telephones."""
    authority = Authority.objects.filter(name="Rush").first()
    if authority is None:
        authority = world.authority("Rush", number=NUMBER)
    agents = list(Agent.objects.filter(serves=authority).order_by("pk")[:staff])
    agents += [world.agent(f"Rush{place}", ["nl"], serves=authority) for place in range(len(agents), staff)]
    opened = world.activation(authority, languages=["nl"], kind=Kind.REAL, state=State.ORDERED)
    # Nothing is said before the line, as in the peer's queue; no officer could order that.
    opened.front_messages.all().delete()
    TelephoneLogin.objects.all().delete()
    Agent.objects.update(state="signed_out", call="", connected=False)
    now = datetime.now(UTC)
    return [issue_login(session=f"rush-{agent.pk}", agent=agent, at=now)[0].username for agent in agents]


def _ours_connected() -> int:
    return CallStep.objects.filter(after=CallState.TALKING).count()


def _peer_connected() -> int:
    log = instance.home / "log" / "engine" / "queue_log"
    return log.read_text().count("|CONNECT|") if log.exists() else 0


def live_calls() -> int:
    """How many of our calls have not ended, but for those in the fallback: who hung up there is missed later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM calls_call WHERE state NOT IN ('ended', 'fallback')")
        return int(cursor.fetchone()[0])
