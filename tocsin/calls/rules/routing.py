"""Who is offered whom. docs/algorithms/routing.md has the order and its reasons."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tocsin.activations.rules import Requirement, Stream
from tocsin.calls.rules import timing
from tocsin.calls.rules.agents import Agent, is_relaxed
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.line import Free, Line, Queue, Share, shares_of
from tocsin.calls.rules.states import Call, CallState, Place, Rank, Reason, Why
from tocsin.workforce.rules import AgentState

# Of the conversations of an authority, so many may be D2 for each D5 before D5 is given its turn.
MOST_D2_PER_D5 = 4
# Of free agents in order of preference, those trained for D2 begin here.
_TRAINED = (True,)

# Where a call stands among all, the smallest being offered first: its rank; 0 for D2, 1 for D5, 2 for D2 that has
# its share; how many agents serve its authority, then its activation: the fewer it has, the earlier its turn; its
# place, which makes the order total, for legs differ. A plain tuple: each offer makes one of each queue.
Order = tuple[Rank, int, int, int, Place]
_CRITERIA = (Why.RANK, Why.STREAM, Why.AUTHORITY, Why.ACTIVATION, Why.PLACE)


class Offer(NamedTuple):
    """Which call is to be offered to which agent, and why."""

    call: Call
    agent: Agent
    reason: Reason


def offer_calls(draft: Draft) -> None:
    """Offer waiting calls in order, as long as there is a free agent for one of them."""
    hopeless: set[Queue] = set()
    while offer := next_offer(draft, hopeless):
        # Nothing was said yet to a caller whose first announcement is due this instant.
        make_offer(draft, offer, silent=offer.call.due_at == draft.now)


def make_offer(draft: Draft, offer: Offer, *, silent: bool) -> None:
    """Let the agent's telephone ring; `silent` where the caller has heard nothing yet, so that music covers it."""
    draft.move_call(
        offer.call,
        CallState.OFFERED,
        why="offered",
        agent=offer.agent.id,
        due_in=timing.SILENCE if silent else None,
        reason=offer.reason,
    )
    draft.move_agent(offer.agent, AgentState.OFFERED, why="offered", due_in=timing.OFFER, call=offer.call.leg)


def next_offer(draft: Draft, hopeless: set[Queue]) -> Offer | None:
    """The first call in order for which there is a free agent; None where there is none.

    A queue whose first call finds nobody is added to `hopeless`: those behind it find nobody either.
    """
    line = draft.line
    free, served = line.free, line.served
    in_order = [
        (order_of(queue, places[0], served), queue)
        for queue, places in line.waiting.items()
        if (queue.authority, queue.language) in free and queue not in hopeless
    ]
    in_order.sort()
    for position, (order, queue) in enumerate(in_order, start=1):
        call = draft.calls[order[-1].leg]
        wanted = draft.floor.wanted_for(call)
        if found := best_agent(draft, call, wanted):
            agent, why_agent = found
            why, before = _why_first(order, line.waiting[queue][1:2], in_order[position : position + 1])
            relaxed = is_relaxed(call, wanted, now=draft.now)
            return Offer(call, agent, Reason(why, before, why_agent, relaxed, call.rank))
        hopeless.add(queue)
    return None


def order_of_service(line: Line) -> Iterator[tuple[Queue, Place]]:
    """The waiting calls in the order in which they would be served if every agent could take each of them."""
    line = line.copy()
    while line.waiting:
        queue = min(line.waiting, key=lambda queue: order_of(queue, line.waiting[queue][0], line.served))
        place, *others = line.waiting[queue]
        yield queue, place
        if others:
            line.waiting[queue] = tuple(others)
        else:
            del line.waiting[queue]
        for share in shares_of(queue):
            line.served[share] = line.served.get(share, 0) + 1


def order_of(queue: Queue, place: Place, served: Mapping[Share, int]) -> Order:
    """Where a call of a queue stands, the agents being shared as they are."""
    rank, stream, authority, _, _ = queue
    of_authority, of_activation, of_stream = shares_of(queue)
    turn = 1
    if stream is Stream.D2:
        d5 = served.get((Stream.D5, authority), 0)
        turn = 0 if served.get(of_stream, 0) < MOST_D2_PER_D5 * (d5 + 1) else 2
    return rank, turn, served.get(of_authority, 0), served.get(of_activation, 0), place


def best_agent(draft: Draft, call: Call, wanted: Requirement) -> tuple[Agent, Why] | None:
    """Of the free agents who may take the call, whom to offer it to, and why; None where there is nobody.

    First who spoke with the caller before; then those not trained for D2 where that is not needed; then the higher
    level in the language; then the longest idle.
    """
    known = draft.agents.get(call.known_to) if call.known_to is not None else None
    if known and known.is_free and known.may_take(call, wanted, now=draft.now):
        return known, Why.KNOWN
    preferred = draft.line.free.get((call.authority, call.language), ())
    best: Free | None = None
    for free in preferred[bisect_left(preferred, _TRAINED) if call.stream is Stream.D2 else 0 :]:
        if draft.agents[free.agent].may_take(call, wanted, now=draft.now):
            if best:
                return draft.agents[best.agent], _why_agent(best, free)
            best = free
    return (draft.agents[best.agent], Why.ALONE) if best else None


def _why_agent(best: Free, following: Free) -> Why:
    """The first criterion in which one is preferred to the other."""
    if best.takes_d2 != following.takes_d2:
        return Why.SPARED
    return Why.LEVEL if best.short_of != following.short_of else Why.IDLE


def _why_first(order: Order, behind: Sequence[Place], others: Sequence[tuple[Order, Queue]]) -> tuple[Why, str]:
    """The first criterion in which this goes before the next, in its queue or another, and which one that is."""
    if others and (not behind or others[0][0] < (*order[:-1], behind[0])):
        following, _ = others[0]
    elif behind:
        # All but the place is the same in a queue.
        return Why.PLACE, behind[0].leg
    else:
        return Why.ALONE, ""
    why = next(why for why, mine, theirs in zip(_CRITERIA, order, following, strict=True) if mine != theirs)
    return why, following[-1].leg
