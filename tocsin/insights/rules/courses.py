"""The course of one call, read from its steps in the journal: when it waited, was answered and ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.activations.rules import Stream
from tocsin.calls.rules.states import CONVERSATION, LEFT_QUESTION, UNSEEN_ENDS, CallState, CallStep, Outcome

# Whoever came to these was not turned away for good: asked to be called back, dialled 112, or was let in.
TAKEN_UP = (CallState.PROMISED, CallState.EMERGENCY, CallState.WAITING)
TAKEN_IN = tuple(state for state in CallState if state not in (CallState.FALLBACK, CallState.ENDED))


@dataclass(frozen=True, slots=True)
class Course:
    """What the steps of one call say of it; instants are the first of their kind unless said otherwise."""

    arrived_at: datetime
    language: str
    state: CallState
    # In which an agent spoke first with the caller, who may have been passed on; without a word, the last.
    stream: Stream = Stream.D5
    # Out of the switch's fallback, in the switchboard's hands.
    taken_in_at: datetime | None = None
    lined_up_at: datetime | None = None
    # Hung up with the promise of a call-back.
    promised_at: datetime | None = None
    answered_at: datetime | None = None
    # Back in line, the last time an agent disappeared from the conversation.
    returned_at: datetime | None = None
    # The last; a call given up in the fallback may still come back and go on.
    ended_at: datetime | None = None
    turned_away: bool = False
    # With somebody outside, and no agent spoke: 112 answered.
    diverted: bool = False
    end_unseen: bool = False
    # Left with a keypad answer that was heard to its end.
    self_served: bool = False
    # Left a question by voice at some moment.
    left_question: bool = False

    @property
    def outcome(self) -> Outcome | None:
        """How the call counts; None while it may still be answered.

        A call that was answered stays answered, whatever happens afterwards.
        """
        if self.turned_away:
            return Outcome.TURNED_AWAY
        if self.diverted:
            return Outcome.DIVERTED
        if self.promised_at and not (self.answered_at and self.answered_at < self.promised_at):
            return Outcome.CALLED_BACK if self.answered_at or self.ended_at else None
        if self.answered_at:
            return Outcome.ANSWERED
        return self._left_with if self.ended_at else None

    @property
    def _left_with(self) -> Outcome:
        """How a call counts that ended before an agent spoke."""
        if self.self_served:
            return Outcome.SELF_SERVED
        if self.left_question:
            return Outcome.LEFT_QUESTION
        return Outcome.LOST if self.end_unseen else Outcome.ABANDONED

    @property
    def in_fallback(self) -> timedelta:
        """How long the call was in the switch's fallback before it was taken in; nothing while it still is."""
        # The switch and the switchboard may run on clocks that differ a little.
        return max((self.taken_in_at or self.arrived_at) - self.arrived_at, timedelta())

    def waited(self, *, until: datetime) -> timedelta:
        """How long the caller waited for the first word of an agent: until then, until the end, or until now.

        Time in the switch's fallback and time in line count; the greeting and the front message do not.
        """
        heard = self.answered_at or self.ended_at or until
        if self.taken_in_at is None:
            return heard - self.arrived_at
        return self.in_fallback + (heard - self.lined_up_at if self.lined_up_at else timedelta())

    @property
    def waiting_since(self) -> datetime:
        """For a live call: when the wait began, messages left out; anew after the agent disappeared."""
        return self.returned_at or (self.lined_up_at or self.arrived_at) - self.in_fallback


def course(*, steps: Iterable[CallStep], arrived_at: datetime) -> Course:
    """The course of a call from its steps, in the order they were written; at least one."""
    steps = tuple(steps)
    last = steps[-1]

    def first(*states: CallState) -> datetime | None:
        return next((step.at for step in steps if step.after in states), None)

    returns = [step.at for step in steps if step.after is CallState.WAITING and step.before in CONVERSATION]
    return Course(
        arrived_at=arrived_at,
        language=last.language,
        state=last.after,
        stream=next((step for step in steps if step.after is CallState.TALKING), last).stream,
        taken_in_at=first(*TAKEN_IN),
        lined_up_at=first(CallState.WAITING),
        promised_at=first(CallState.PROMISED),
        answered_at=first(CallState.TALKING),
        returned_at=returns[-1] if returns else None,
        ended_at=last.at if last.after is CallState.ENDED else None,
        turned_away=first(CallState.TURNED_AWAY) is not None and first(*TAKEN_UP) is None,
        diverted=first(CallState.OUTSIDE) is not None and first(CallState.TALKING) is None,
        end_unseen=last.after is CallState.ENDED and last.why in UNSEEN_ENDS,
        self_served=last.after is CallState.ENDED and last.answer is not None,
        left_question=any(step.why == LEFT_QUESTION for step in steps),
    )
