"""How soon an agent who is free is offered the next caller: the rule, the switchboard, and beside app_queue."""

import contextlib
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles

from tests import world
from tests.rush import calls
from tests.rush.centre import AGENTS as AGENTS_ADDRESS
from tests.rush.centre import CALLERS, Tell, database, end, process, sipp, wait_until
from tests.rush.floors import NOW, a_flood
from tests.rush.offered import Desks
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State, Stream
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.routing import next_offer
from tocsin.calls.rules.states import CallState
from tocsin.project.instance import instance
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

AGENTS, WAITING = 500, 2000
# Four languages, for information and for victims and relatives: eight kinds of calls.
LANGUAGES = ["nl", "fr", "de", "en"]
KEYS = [f"{language}{stream}" for language in "1234" for stream in "12"]
NUMBER = "1703"
DECISIONS = 20_000
FREED_PER_SECOND = 20
SAMPLES = 1500
# Beside the peer: fewer, with sound, so that the machine is not what is measured.
STAFF, CALLERS_IN_LINE, TALK_SECONDS = 20, 150, 0.5
BAR_MS, BAR_DECISIONS, BAR_RATIO = 50, 50_000, 20


def measure(*, tell: Tell) -> dict[str, object]:
    """`p99_ms` from the agent's word to the screen's; `ratio` of the medians, the peer to us."""
    decisions = _decisions_per_second()
    tell(f"the rule alone: {decisions:.0f} decisions/s, {WAITING} waiting, {AGENTS} agents")
    full = _played(tell=tell)
    ours, peer = _beside_the_peer(tell=tell)
    ratio = median(peer) / median(ours)
    return {
        "p99_ms": round(_p99(full), 1),
        "p50_ms": round(median(full), 1),
        "decisions_per_second": round(decisions),
        "peer": "app_queue",
        "real_p50_ms": round(median(ours), 1),
        "peer_p50_ms": round(median(peer), 1),
        "ratio": round(ratio, 1),
        "holds": _p99(full) <= BAR_MS and decisions >= BAR_DECISIONS and ratio >= BAR_RATIO,
    }


def _decisions_per_second() -> float:
    """How often a second of the processor the rule says who is offered to an agent who gets free, all in turn."""
    floor = a_flood(waiting=WAITING, agents=AGENTS)
    draft = Draft.of(floor, now=NOW, room=WAITING, places=WAITING, returning={}, treated={})
    spent = 0.0
    for decision in range(DECISIONS):
        agent = draft.agents[decision % AGENTS]
        draft.keep_agent(agent, state=AgentState.READY)
        began = time.process_time()
        offer = next_offer(draft, set())
        spent += time.process_time() - began
        if offer is None or offer.agent.id != agent.id:
            raise AssertionError(f"{agent} was free, and was not offered anybody.")
        draft.keep_agent(agent, state=AgentState.PAUSED)
    return DECISIONS / spent


def _played(*, tell: Tell) -> list[float]:
    """Milliseconds from an agent's word to the news of the offer, with the switchboard, but for the sound."""
    names = instance.home / "logins.csv"
    with database():
        agents = _people(names)
        words = [
            sys.executable,
            "-m",
            "tests.rush.played",
            NUMBER,
            str(WAITING + AGENTS),
            " ".join(KEYS),
            str(names),
        ]
        with process("switchboard", words):
            wait_until(
                Activation.objects.filter(number__digits=NUMBER, state=State.OPEN).exists, "the line to open"
            )
            connected = Agent.objects.filter(connected=True)
            wait_until(lambda: connected.count() == AGENTS, "the telephones of the agents")
            waiting = Call.objects.filter(state=CallState.WAITING)
            wait_until(lambda: waiting.count() >= WAITING, "the callers to wait")
            tell(f"{waiting.count()} callers wait for {AGENTS} agents; {FREED_PER_SECOND} get free each second")
            desks = Desks(talk_seconds=AGENTS / FREED_PER_SECOND, apart_seconds=1 / FREED_PER_SECOND)
            waited = desks.work(agents, samples=SAMPLES, patience_seconds=3 * SAMPLES / FREED_PER_SECOND)
            tell(f"{_told(waited)}; {waiting.count()} still wait")
    return waited


def _people(names: Path) -> list[int]:
    """An authority with its line and agents, whose logins are written into a file; answers the agents."""
    authority = Authority.objects.filter(name="Offers").first() or world.authority("Offers", number=NUMBER)
    staff = list(Agent.objects.filter(serves=authority).order_by("pk"))
    for place in range(len(staff), AGENTS):
        languages = (LANGUAGES[place % 4], LANGUAGES[(place + 1) % 4])
        skills = {Stream.D2: 1} if place // 2 % 2 else {}
        staff.append(world.agent(f"Offers{place}", languages, serves=authority, skills=skills))
    opened = world.activation(authority, languages=LANGUAGES, kind=Kind.REAL, state=State.ORDERED)
    Activation.objects.filter(pk=opened.pk).update(streams=[Stream.D5, Stream.D2])
    opened.front_messages.all().delete()
    calls.admit(staff, names)
    return [agent.pk for agent in staff]


def _beside_the_peer(*, tell: Tell) -> tuple[list[float], list[float]]:
    """Milliseconds from free to offered, ours and the peer's: the same callers in line, on the same engine."""
    with calls.hall(staff=STAFF, tell=tell):
        agents = list(Agent.objects.filter(connected=True).values_list("pk", flat=True))
        with _callers_in_line(calls.OURS.extension):
            # Only those who were free while somebody waited.
            samples = CALLERS_IN_LINE - 2 * STAFF
            our_ms = Desks(talk_seconds=TALK_SECONDS, apart_seconds=TALK_SECONDS / STAFF).work(
                agents, samples=samples, patience_seconds=60
            )
        tell(f"{calls.OURS.name}: {_told(our_ms)}")
        members = sipp(
            "queue_leaving_agent.xml",
            "-trace_shortmsg",
            address=AGENTS_ADDRESS,
            port=instance.ports.outside_sip,
        )
        try:
            with _callers_in_line(calls.PEER.extension):
                before = calls.PEER.connected()
                wait_until(
                    lambda: calls.PEER.connected() - before >= CALLERS_IN_LINE - STAFF,
                    "the peer's members to talk",
                )
        finally:
            end(members)
        log = instance.home / f"queue_leaving_agent_{members.pid}_shortmessages.log"
        their_ms = list(_from_bye_to_invite(log.read_text()))
        log.unlink()
        tell(f"{calls.PEER.name}: {_told(their_ms)}")
    return our_ms, their_ms


@contextlib.contextmanager
def _callers_in_line(extension: str) -> Iterator[None]:
    """So many callers who stay; those who are left at the end hang up."""
    callers = sipp(
        "caller.xml",
        *("-s", extension, "-r", "50", "-m", str(CALLERS_IN_LINE), "-d", "90000"),
        address=CALLERS,
        port=instance.ports.outside_sip,
    )
    try:
        yield
    finally:
        end(callers)


def _from_bye_to_invite(log: str) -> Iterator[float]:
    """Of each member, the milliseconds from hanging up until the next call comes."""
    member_of: dict[str, str] = {}
    left_at: dict[str, float] = {}
    for line in log.splitlines():
        _, _, epoch, direction, call, _, said, *_ = line.split("\t")
        if direction == "R" and said.startswith("INVITE"):
            member_of[call] = member = re.findall(r"sip:([^@]+)@", said)[0]
            if since := left_at.pop(member, None):
                yield (float(epoch) - since) * 1000
        elif direction == "S" and said.startswith("BYE"):
            left_at[member_of[call]] = float(epoch)


def _told(waited_ms: Sequence[float]) -> str:
    return f"{len(waited_ms)} offers, p50 {median(waited_ms):.1f} ms, p99 {_p99(waited_ms):.1f} ms"


def _p99(waited_ms: Sequence[float]) -> float:
    return quantiles(waited_ms, n=100, method="inclusive")[-1]
