"""A promise to call back, while it waits for its turn; and whoever calls instead of waiting for it.

The promise goes with the newer call. Where that ends before an agent spoke, it is there as before.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from tocsin.calls.rules import hours, moves, timing
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.states import NOT_ASKED, Call, CallBack, CallState, Rank

# Waiting to be called back: in line, or for the line to open.
PROMISED = frozenset({CallState.PROMISED, CallState.DEFERRED})
STILL_PROMISED = "left, and is called back as promised"


def can_go_with(promised: Call) -> bool:
    """Whether its caller may have it in person: nobody of the house speaks with them yet."""
    return promised.to_be_dialled or promised.state is CallState.DIALLING


def beside(draft: Draft, call: Call) -> Iterator[Call]:
    """The other calls to the same line that are promised a call and wait for it, or wait in person instead."""
    for each in draft.calls.values():
        if (
            each.leg != call.leg
            and each.activation == call.activation
            and (can_go_with(each) or each.came_instead)
        ):
            yield each


def take_along(draft: Draft, call: Call, promised: Call) -> Call:
    """The newer call has the place and the promise of the one that its caller does not wait for any more."""
    if promised.call_back is None:
        return call
    let_go(draft, promised)
    draft.move_call(promised, CallState.ENDED, why="called again")
    return replace(
        call,
        place_since=promised.place.since,
        rank=call.rank if call.rank is Rank.LAST else promised.rank,
        call_back=promised.call_back.instead(call.leg),
    )


def come_again(draft: Draft, call: Call) -> Call:
    """A caller comes once more out of the switch's fallback, and was believed to have left it."""
    call_back = call.call_back and call.call_back.instead(call.leg)
    return draft.move_call(call, CallState.FALLBACK, why="called again", agent=None, call_back=call_back)


def let_go(draft: Draft, promised: Call) -> None:
    """Hang up the number that rings; before any did, the line on which the end of the promise was never told."""
    if promised.state is CallState.DIALLING:
        draft.tell(moves.Release(promised.voice))
    elif promised.call_back and not promised.call_back.attempts and not promised.may_come_again:
        draft.tell(moves.Release(promised.leg))


def kept(call: Call) -> Call:
    """A call in which somebody speaks with the caller; who came instead has what was promised."""
    return replace(call, call_back=None) if call.came_instead else call


def leave(draft: Draft, call: Call, *, why: str) -> None:
    """The caller is gone, or let go; who came instead of waiting to be called back is called back as promised."""
    if call.call_back is None or not call.came_instead:
        draft.move_call(call, CallState.ENDED, why=why)
        return
    may_come_again = call.state is CallState.FALLBACK
    call_back = replace(call.call_back, live=False, leg=call.leg if may_come_again else "")
    put_in_line(draft, call, call_back, why=STILL_PROMISED, queued_at=call.queued_at or draft.now)


def put_in_line(draft: Draft, call: Call, call_back: CallBack, *, why: str, **changes: Any) -> Call:
    """From here on the caller waits to be called back, whatever was asked of them before."""
    # Somebody else may answer, who agreed to nothing.
    forgotten: dict[str, Any] = {"agent": None, "entered": "", "agrees": None, "terms": None, **NOT_ASKED}
    waits = draft.move_call(call, CallState.PROMISED, why=why, call_back=call_back, **forgotten, **changes)
    return watch(draft, waits)


def back_in_line(draft: Draft, call: Call, *, why: str, rank: Rank | None = None) -> Call:
    """The call waits for its turn once more."""
    rank = call.rank if rank is None else rank
    return watch(draft, draft.move_call(call, CallState.PROMISED, why=why, agent=None, rank=rank))


def watch(draft: Draft, call: Call) -> Call:
    """Have a promise decided again when the line closes or opens, when it nears its end, and long after that, when
    it is given up."""
    line, now, call_back = draft.floor.script_of(call), draft.now, call.call_back
    if call_back is None:
        return call
    if now >= over_at(draft, call):
        let_go(draft, call)
        return draft.move_call(call, CallState.ENDED, why="promise not kept")
    opens, closes = hours.opens_at(line, now=now), hours.closes_at(line, now=now)
    if opens and closes == now:
        if call.state is not CallState.DEFERRED:
            call = draft.move_call(call, CallState.DEFERRED, why=hours.CLOSED)
        return draft.keep_call(call, due_at=opens)
    due_at, rank = call_back.promised_by - timing.PROMISE_NEARS, call.rank
    if now >= due_at:
        due_at, rank = over_at(draft, call), min(rank, Rank.CALL_BACK)
    if call.state is CallState.DEFERRED:
        call = draft.move_call(call, CallState.PROMISED, why="line opened")
    return draft.keep_call(call, rank=rank, due_at=min(due_at, closes) if closes else due_at)


def over_at(draft: Draft, call: Call) -> datetime:
    """When a promise that was not kept is given up."""
    promised_by = call.call_back.promised_by if call.call_back else draft.now
    return hours.open_after(draft.floor.script_of(call), timing.PROMISE_OVER, now=promised_by)


def watch_anew(draft: Draft) -> None:
    """The clock was put, and the hours of the line are by it."""
    for call in [call for call in draft.calls.values() if call.state in PROMISED]:
        watch(draft, call)
