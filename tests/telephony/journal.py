"""The journal of a line, counted once more in another way than the product counts it."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from tests.telephony.witness import check_tables
from tocsin.activations.queries import live_activation
from tocsin.calls.models import CallStep
from tocsin.insights.queries.journal import EVER, tallies
from tocsin.insights.rules.figures import Figures
from tocsin.logbook.queries import first_broken_line

# Why a call ended that nobody ended.
LOST = ("gone while the switchboard was away", "cut off when the switch went down")


def check_journal(number: str = "1771") -> Counter[str]:
    """What became of the calls to a number: nothing of them is missing, nothing is there twice, all add up.

    Every call begins once, each step begins where the one before ended, and the product's figures are those that
    the steps come to; the tables agree with each other, and the logbook's chain is whole.
    """
    activation = live_activation(number=number)
    assert activation is not None
    check_tables(activation.pk)
    rows = CallStep.objects.filter(activation=activation).order_by("call_id", "id")
    outcomes = Counter(_outcome(tuple(steps)) for _, steps in groupby(rows, key=lambda step: step.call_id))
    figures = sum((tally.figures for tally in tallies(activation=activation.pk, edges=EVER)), Figures())
    counted = {
        "answered": figures.answered,
        "called back": figures.called_back,
        "self served": figures.self_served,
        "left a question": figures.left_question,
        "abandoned": figures.abandoned,
        "lost": figures.lost,
        "diverted": figures.diverted,
        "in progress": figures.in_progress,
        "turned away": figures.turned_away,
    }
    assert outcomes == Counter(counted)
    assert figures.offered == sum(counted.values()) - figures.turned_away
    assert first_broken_line() is None
    return outcomes


def _outcome(steps: Sequence[CallStep]) -> str:
    before, given_up = "", False
    for step in steps:
        if before == "ended" and given_up:
            # Seen again.
            before = ""
        assert step.before == before, f"{step.call_id} goes from {before} on as {step}"
        given_up = before == "fallback"
        before = step.after
    states = [step.after for step in steps]
    spoken = states.index("talking") if "talking" in states else len(states)
    over = states[-1] == "ended"
    if "turned_away" in states:
        return "turned away"
    if "outside" in states[:spoken]:
        return "diverted"
    if "promised" in states[:spoken]:
        return "called back" if over or "talking" in states else "in progress"
    if "talking" in states:
        return "answered"
    if not over:
        return "in progress"
    if steps[-1].answer_id is not None:
        return "self served"
    if any(step.why == "left a question" for step in steps):
        return "left a question"
    return "lost" if steps[-1].why in LOST else "abandoned"
