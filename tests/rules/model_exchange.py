"""The switchboard of the random model: it decides on what happened, and a model switch obeys."""

from collections.abc import Collection
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.rules.model_floor import BEGIN, floor_at_the_begin
from tests.rules.promises import Promises
from tocsin.calls.rules.returning import LastCall
from tocsin.calls.rules.states import CallState, CallStep
from tocsin.calls.rules.switchboard import decide
from tocsin.calls.rules.treatment import Treatment

# Of those who are there, one.
WHICH = st.integers(0, 7)


def pick(legs: Collection[str], which: int) -> str | None:
    """One of these legs, where there are any."""
    return sorted(legs)[which % len(legs)] if legs else None


class ModelExchange(Promises):
    """Decides, and keeps a journal of it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.floor = floor_at_the_begin()
        self.made = 0
        self.returning: dict[str, LastCall] = {}
        # How coordinators have the caller treated whose number is seen, by activation; and by leg, on arrival.
        self.decided: dict[int, Treatment] = {}
        self.treated: dict[str, dict[int, Treatment]] = {}
        self.orders = 0
        self.journal: dict[str, str] = {}
        self.taken_in: set[str] = set()
        self.places = 1000

    @rule(seconds=st.sampled_from([0, 1, 5, 20, 45, 120, 300]), congested=st.booleans())
    def switchboard_decides(self, seconds: int, congested: bool) -> None:
        self.now += timedelta(seconds=seconds)
        events, self.pending = self.pending, []
        decision = decide(
            self.floor,
            events,
            now=self.now,
            room=0 if congested else 1000,
            places=self.places,
            returning=self.returning,
            treated=self.treated,
        )
        self.floor = decision.floor
        for step in decision.steps:
            self.keep(step)
        if self.listening:
            for move in decision.moves:
                self.carry_out(move)
                self.close_ears()
                self.end_tapes()
        self.check_nobody_waits_beside_a_free_agent()
        self.check_promises_keep_to_the_hours(decision.moves)

    def keep(self, step: CallStep) -> None:
        before = self.journal.get(step.leg, "")
        if before == CallState.ENDED and step.leg not in self.taken_in:
            # Given up in the fallback, and a call again.
            before = ""
        assert before == step.before, "the journal has a gap"
        assert step.before != CallState.ENDED, "a call that ended is going on"
        self.journal[step.leg] = step.after
        if step.after is CallState.FALLBACK:
            self.taken_in.discard(step.leg)
        elif step.after is not CallState.ENDED:
            self.taken_in.add(step.leg)
