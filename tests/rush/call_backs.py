"""Whether call-backs come when they were promised, and in their turn, in scenes that are hard on a promise.

The scenes pass in made-up time, with the real decisions. One is decided and recorded in the database as the
switchboard does, which is started again in the middle of it, more than once, and knows what was stored.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median, quantiles

from tests import world
from tests.rush.centre import Tell, database
from tests.rush.crowd import BEGIN, Crowd
from tests.rush.floors import NUMBER
from tests.rush.scenes import MINUTE, SCENES, Scene, Watch, chance, played, run
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls import ports
from tocsin.calls.actions.decisions import decide_and_record
from tocsin.calls.daemon import memory
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

SEEDS = range(1, 6)
BAR_KEPT = 0.95


def measure(*, tell: Tell) -> dict[str, object]:
    """`kept_share`, the least of all scenes, and `inversions` of all; `ratio` is of the shares over all scenes."""
    seen, kept = list[Watch](), []
    with database():
        for scene in SCENES:
            watches = [_played_in_database(scene)] if scene.restarts else [played(scene, seed=s) for s in SEEDS]
            kept.append(_told(scene.name, watches, tell=tell))
            seen += watches
    promises = [promise for watch in seen for promise in watch.promises.values()]
    peer = sum(promise.rang_at is not None and promise.rang_at <= promise.peer_by for promise in promises)
    inversions = sum(watch.inversions for watch in seen)
    return {
        "kept_share": round(min(kept), 3),
        "inversions": inversions,
        "promises": len(promises),
        "window_minutes": round(median((promise.by - promise.given_at) / MINUTE for promise in promises), 1),
        "peer": "the same call-backs, promised within the hold time of app_queue",
        "peer_kept_share": round(peer / len(promises), 3),
        "ratio": round(sum(promise.is_kept for promise in promises) / max(peer, 1), 2),
        "holds": min(kept) >= BAR_KEPT and not inversions,
    }


def _played_in_database(scene: Scene) -> Watch:
    """A scene of which every decision is recorded; the switchboard that is started again knows what was."""
    authority = Authority.objects.filter(name="Promises").first() or world.authority("Promises", number=NUMBER)
    staff = list(Agent.objects.filter(serves=authority).order_by("pk"))
    missing = range(len(staff), sum(shift.agents for shift in scene.shifts))
    staff += [world.agent(f"Promises{place}", ["nl"], serves=authority) for place in missing]
    Agent.objects.update(state=AgentState.SIGNED_OUT, call="")
    opened = world.activation(authority, languages=["nl"], kind=Kind.REAL)
    Activation.objects.filter(pk=opened.pk).update(call_backs=True)
    crowd = Crowd(_loaded(BEGIN), scene.habits, chance(SEEDS[0]), decides=_recorded, named=f"{opened.pk}-")
    for after in scene.restarts:
        crowd.restart(after=after, rebuilt=_loaded)
    return run(crowd, scene)


def _loaded(now: datetime) -> Floor:
    """The floor as the switchboard knows it when it starts."""
    return Floor(
        lines=memory.load_scripts(State.OPEN),
        calls=memory.load_calls(),
        agents=memory.load_agents(),
        handled=memory.load_handled(now),
    )


def _recorded(
    floor: Floor, happened: Sequence[ports.Event], *, now: datetime, returning: Mapping[str, LastCall]
) -> Decision:
    """What the rules decide, kept in one transaction as the switchboard keeps it."""
    return decide_and_record(
        decide=lambda _: decide(floor, happened, now=now, returning=returning),
        at=now,
        max_order_age=timedelta(),
        with_orders=False,
    )


def _told(name: str, watches: Sequence[Watch], *, tell: Tell) -> float:
    """The share of the promises of a scene that was kept, and the rest in words."""
    promises = [promise for watch in watches for promise in watch.promises.values()]
    kept = sum(promise.is_kept for promise in promises) / len(promises)
    windows = [(promise.by - promise.given_at) / MINUTE for promise in promises]
    waits = [(promise.rang_at - promise.given_at) / MINUTE for promise in promises if promise.rang_at]
    late = [(p.rang_at - p.by) / MINUTE for p in promises if p.rang_at and not p.is_kept]
    never = sum(promise.rang_at is None for promise in promises)
    tell(
        f"{name}: {len(promises)} promises, {kept:.1%} kept; within {median(windows):.0f} minutes, after "
        f"{median(waits):.0f} (nine in ten {quantiles(waits, n=10)[-1]:.0f}); {len(late)} late by "
        f"{median(late or [0]):.1f}, {never} never; inversions {sum(w.inversions for w in watches)}, "
        f"by rank {sum(w.by_rank for w in watches)}"
    )
    return kept
