"""Figures as a table for other programs: the same columns for every interval and in total."""

from datetime import timedelta

from tocsin.insights.rules.figures import Callers, Figures

COUNTS = (
    "offered",
    "answered",
    "answered_in_target",
    "abandoned",
    "abandoned_short",
    "abandoned_before_line",
    "called_back",
    "called_back_reached",
    "lost",
    "in_progress",
    "turned_away",
    "self_served",
    "diverted",
    "left_question",
)
COLUMNS = (
    *COUNTS,
    "service_level",
    "mean_wait_answered_seconds",
    "mean_wait_all_seconds",
    "attempts",
    "distinct_callers",
    "hidden_callers",
)
# A spreadsheet takes a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def counts(figures: Figures) -> tuple[int, ...]:
    """The figures that are counts, in the order of COUNTS."""
    return (
        figures.offered,
        figures.answered,
        figures.in_target,
        figures.abandoned,
        figures.short,
        figures.before_line,
        figures.called_back,
        figures.reached,
        figures.lost,
        figures.in_progress,
        figures.turned_away,
        figures.self_served,
        figures.diverted,
        figures.left_question,
    )


def row(figures: Figures, callers: Callers) -> tuple[int | float | None, ...]:
    """The figures in the order of COLUMNS: counts, a share from 0 to 1, seconds; None where there is none."""
    return (
        *counts(figures),
        None if figures.service_level is None else round(figures.service_level, 4),
        seconds(figures.mean_wait_of_answered),
        seconds(figures.mean_wait_of_all),
        callers.attempts,
        callers.distinct,
        callers.hidden,
    )


def seconds(span: timedelta | None) -> float | None:
    """A span in seconds, to a tenth."""
    return None if span is None else round(span.total_seconds(), 1)


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before one that it would.

    >>> plain("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
