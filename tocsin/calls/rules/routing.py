"""Who is offered whom. docs/algorithms/routing.md has the order and its reasons."""

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.activations.rules import Stream
from tocsin.calls.rules import timing
from tocsin.calls.rules.agents import Agent, is_relaxed
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.line import Able, Line, Queue, shares_of
from tocsin.calls.rules.states import Call, CallState, Place, Rank, Reason, Why
from tocsin.workforce.rules import AgentState, Level

# Of the conversations of an authority, so many may be D2 for each D5 before D5 is given its turn.
MOST_D2_PER_D5 = 4


class Order(NamedTuple):
    """Where the first call of a queue stands among all; the smallest is offered first. Total, for legs differ."""

    rank: Rank
    # 0 for D2, 1 for D5, 2 for D2 that has its share.
    stream: int
    # Agents who serve this authority, then this activation: the fewer it has, the earlier its turn.
    authority: int
    activation: int
    place: Place

    def why_before(self, other: "Order") -> Why:
        """The first criterion in which this goes before the other."""
        criteria = zip((Why.RANK, Why.STREAM, Why.AUTHORITY, Why.ACTIVATION), self, other, strict=False)
        return next((why for why, mine, others in criteria if mine != others), Why.PLACE)


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
    spoken = {(able.authority, able.language) for able in line.free}
    orders = {
        queue: order_of(line, queue)
        for queue in line.waiting
        if (queue.authority, queue.language) in spoken and queue not in hopeless
    }
    while orders:
        queue = min(orders, key=orders.__getitem__)
        call = draft.calls[orders[queue].place.leg]
        if found := best_agent(draft, call):
            agent, why_agent = found
            why, before = _why_first(line, queue, orders)
            relaxed = is_relaxed(call, draft.floor.wanted_for(call), now=draft.now)
            return Offer(call, agent, Reason(why, before, why_agent, relaxed, call.rank))
        hopeless.add(queue)
        del orders[queue]
    return None


def order_of_service(line: Line) -> Iterator[tuple[Queue, Place]]:
    """The waiting calls in the order in which they would be served if every agent could take each of them."""
    line = line.copy()
    while line.waiting:
        queue = min(line.waiting, key=lambda queue: order_of(line, queue))
        place, *others = line.waiting[queue]
        yield queue, place
        if others:
            line.waiting[queue] = tuple(others)
        else:
            del line.waiting[queue]
        for share in shares_of(queue):
            line.served[share] = line.served.get(share, 0) + 1


def order_of(line: Line, queue: Queue) -> Order:
    """Where the first call of a queue stands."""
    served = line.served.get
    of_authority, of_activation, of_stream = shares_of(queue)
    stream = 1
    if queue.stream is Stream.D2:
        d5 = served((Stream.D5, queue.authority), 0)
        stream = 0 if served(of_stream, 0) < MOST_D2_PER_D5 * (d5 + 1) else 2
    place = line.waiting[queue][0]
    return Order(queue.rank, stream, served(of_authority, 0), served(of_activation, 0), place)


def best_agent(draft: Draft, call: Call) -> tuple[Agent, Why] | None:
    """Of the free agents who may take the call, whom to offer it to, and why; None where there is nobody.

    First who spoke with the caller before; then those not trained for D2 where that is not needed; then the higher
    level in the language; then the longest idle.
    """
    wanted = draft.floor.wanted_for(call)
    known = draft.agents.get(call.known_to) if call.known_to is not None else None
    if known and known.is_free and known.may_take(call, wanted, now=draft.now):
        return known, Why.KNOWN
    able = (
        (key, agent)
        for key in _in_order_of_preference(call)
        for _, agent in draft.line.free.get(key, ())
        if draft.agents[agent].may_take(call, wanted, now=draft.now)
    )
    best, following = next(able, None), next(able, None)
    if best is None:
        return None
    return draft.agents[best[1]], _why_agent(best[0], following[0] if following else None)


def _in_order_of_preference(call: Call) -> Iterator[Able]:
    for takes_d2 in (True,) if call.stream is Stream.D2 else (False, True):
        for level in sorted(Level, reverse=True):
            yield Able(call.authority or 0, call.language, takes_d2, level)


def _why_agent(best: Able, following: Able | None) -> Why:
    if following is None:
        return Why.ALONE
    if best.takes_d2 != following.takes_d2:
        return Why.SPARED
    return Why.LEVEL if best.level != following.level else Why.IDLE


def _why_first(line: Line, queue: Queue, orders: dict[Queue, Order]) -> tuple[Why, str]:
    """Why the first call of this queue goes before the next of all, and which one that is."""
    first = orders[queue]
    rest = [order for other, order in orders.items() if other != queue]
    rest += [first._replace(place=place) for place in line.waiting[queue][1:2]]
    if not rest:
        return Why.ALONE, ""
    following = min(rest)
    return first.why_before(following), following.place.leg
