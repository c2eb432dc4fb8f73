"""Pictures of figures, and tables for other programs."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.insights.rules.charts import HEIGHT, line_step, stacked_bars
from tocsin.insights.rules.figures import Callers, Figures
from tocsin.insights.rules.tables import COLUMNS, plain, row

BARS = st.lists(st.tuples(*[st.integers(0, 5000)] * 3), min_size=1, max_size=120)


def drawn(path: str) -> dict[int, tuple[float, float]]:
    """The lower and the upper edge of each piece of a path, from the axis upwards, by bar."""
    pieces = re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)h", path)
    return {int(float(left)): (HEIGHT - float(low), HEIGHT - float(high)) for left, low, high in pieces}


@given(BARS)
def test_parts_stand_on_each_other_and_are_as_high_as_they_count(bars: list[tuple[int, int, int]]) -> None:
    chart = stacked_bars(bars, labels={}, kinds=3)
    top = int(chart.lines[-1].text)
    pieces = [drawn(path) for path in chart.paths]

    for bar, parts in enumerate(bars):
        below = 0.0
        for kind, count in enumerate(parts):
            above = below + HEIGHT * count / top
            if count:
                assert pieces[kind][bar] == pytest.approx((below, above), abs=0.02)
            else:
                assert bar not in pieces[kind]
            below = above


@given(st.integers(0, 10_000_000))
def test_the_axis_reaches_over_the_highest_bar_with_few_lines(highest: int) -> None:
    chart = stacked_bars([(highest,)], labels={}, kinds=1)

    assert int(chart.lines[-1].text) >= max(highest, 1)
    assert 2 <= len(chart.lines) <= 5
    assert str(line_step(highest))[0] in "125"


def test_a_chart_of_nothing_has_an_axis_and_no_bars() -> None:
    chart = stacked_bars([(0,), (0,)], labels={}, kinds=1)

    assert chart.paths == ("",)
    assert [line.text for line in chart.lines] == ["0", "1"]


def test_labels_stand_under_the_middle_of_their_bars_and_inside_the_page() -> None:
    chart = stacked_bars([(1,)] * 20, labels={0: "first", 19: "last"}, kinds=1)

    assert [(mark.percent, mark.text, mark.anchor) for mark in chart.labels] == [
        ("2.50%", "first", "middle"),
        ("97.50%", "last", "end"),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+32", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1"])
def test_a_text_that_a_spreadsheet_would_calculate_is_made_plain(text: str) -> None:
    assert plain(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Flood", "1771 = help", "", "'quoted'"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_a_row_has_a_value_for_every_column_and_none_where_there_is_no_figure() -> None:
    counted = Figures(offered=4, answered=3, in_target=2, short=1, wait_of_answered=timedelta(seconds=10))
    named = dict(zip(COLUMNS, row(counted, Callers(attempts=4, distinct=3, hidden=1)), strict=True))
    nothing = dict(zip(COLUMNS, row(Figures(), Callers()), strict=True))

    assert (named["service_level"], named["mean_wait_answered_seconds"]) == (0.6667, 3.3)
    assert (named["attempts"], named["distinct_callers"], named["hidden_callers"]) == (4, 3, 1)
    assert [name for name in COLUMNS if nothing[name] is None] == [
        "service_level",
        "mean_wait_answered_seconds",
        "mean_wait_all_seconds",
    ]
