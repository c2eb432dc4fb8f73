"""Figures as a table for other programs: the same columns per hour, per day and in total."""

from datetime import timedelta

from tocsin.insights.rules.figures import Figures

COLUMNS = (
    "offered",
    "answered",
    "answered_in_target",
    "abandoned",
    "abandoned_short",
    "abandoned_before_line",
    "lost",
    "in_progress",
    "turned_away",
    "service_level",
    "mean_wait_answered_seconds",
    "mean_wait_all_seconds",
)
# A spreadsheet takes a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def row(figures: Figures) -> tuple[int | float | None, ...]:
    """The figures in the order of COLUMNS: counts, a share from 0 to 1, seconds; None where there is none."""
    return (
        figures.offered,
        figures.answered,
        figures.in_target,
        figures.abandoned,
        figures.short,
        figures.before_line,
        figures.lost,
        figures.in_progress,
        figures.turned_away,
        None if figures.service_level is None else round(figures.service_level, 4),
        seconds(figures.mean_wait_of_answered),
        seconds(figures.mean_wait_of_all),
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
