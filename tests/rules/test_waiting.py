"""How long a caller will wait: the estimate against the exact distribution, and what callers are told."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.story import ANN, BRAM, MIDNIGHT, SCRIPT, SECOND, Story
from tocsin.activations.rules import Requirement, Stream, spoken_name
from tocsin.calls import ports
from tocsin.calls.rules import script as words
from tocsin.calls.rules import timing
from tocsin.calls.rules.line import Kind
from tocsin.calls.rules.phrases import PHRASES, wait_text
from tocsin.calls.rules.waiting import (
    LAST_CALLS,
    LONGEST_IN_MEDIANS,
    STEPS,
    Estimate,
    Handled,
    Length,
    Minutes,
    estimate,
    length_of_calls,
    minutes,
    ranges,
)
from tocsin.workforce.rules import AgentState

MINUTE = timedelta(minutes=1)
NL = Kind(1, Stream.D5, "nl")


def exact(place: int, share: float) -> float:
    """The quantile of the Erlang distribution of rate 1, by bisection of its sum."""
    low, high = 0.0, place * 20.0
    for _ in range(60):
        middle = (low + high) / 2
        below = 1 - sum(math.exp(-middle + i * math.log(middle) - math.lgamma(i + 1)) for i in range(place))
        low, high = (middle, high) if below < share else (low, middle)
    return middle


@pytest.mark.parametrize("place", [1, 2, 3, 7, 30, 300])
def test_the_estimate_is_that_of_the_exact_distribution(place: int) -> None:
    told = estimate(place=place, agents=1, handle_time=MINUTE)
    assert told.even / MINUTE == pytest.approx(exact(place, 0.5), rel=0.014)
    assert told.late / MINUTE == pytest.approx(exact(place, 0.9), rel=0.014)


places = st.floats(1, 3000)
agents = st.integers(1, 500)
spans = st.timedeltas(timedelta(seconds=10), timedelta(hours=2))


@given(places, agents, spans)
def test_whatever_is_known_a_range_is_told_that_holds_the_estimate(
    place: float, at_work: int, handled: timedelta
) -> None:
    told = estimate(place=place, agents=at_work, handle_time=handled)
    low, high = minutes(told)
    assert (low, high) in ranges()
    assert low * MINUTE <= told.even < told.late
    assert high is None or told.late <= high * MINUTE


@given(places, agents, spans)
def test_who_is_farther_behind_or_has_fewer_agents_waits_longer(
    place: float, at_work: int, handled: timedelta
) -> None:
    told = estimate(place=place, agents=at_work, handle_time=handled)
    for other in (
        estimate(place=place + 1, agents=at_work, handle_time=handled),
        estimate(place=place, agents=at_work, handle_time=handled * 1.1),
    ):
        assert other.even > told.even
        assert other.late > told.late
    assert estimate(place=place, agents=at_work + 1, handle_time=handled).late < told.late


def ended(span: timedelta) -> Handled:
    """A call that was done just now."""
    return Handled(MIDNIGHT - span, MIDNIGHT)


def length(last: Sequence[Handled], going_on: Sequence[datetime] = ()) -> Length:
    return length_of_calls(last, going_on=going_on, now=MIDNIGHT, stream=Stream.D5)


@pytest.mark.parametrize("stream", Stream)
def test_without_any_call_the_usual_length_counts(stream: Stream) -> None:
    usual = {Stream.D5: 4 * MINUTE, Stream.D2: 15 * MINUTE}
    assert length_of_calls([], going_on=[], now=MIDNIGHT, stream=stream) == Length(usual[stream], 5)


def test_a_call_that_was_left_open_counts_as_no_more_than_a_long_one() -> None:
    short = [ended(2 * MINUTE)] * 40
    long = 2 * MINUTE * LONGEST_IN_MEDIANS
    assert length([*short, ended(timedelta(days=2))]) == length([*short, ended(long)])
    assert length(short, [MIDNIGHT - timedelta(days=2)]) == length(short, [MIDNIGHT - long])


def test_calls_that_go_on_are_as_long_as_they_are_so_far() -> None:
    """Twelve agents began together; after six minutes those with short calls are done."""
    begun = MIDNIGHT - 6 * MINUTE
    short = [Handled(begun, begun + MINUTE)] * 4
    # With five usual ones, of four minutes.
    assert length(short) == Length(MINUTE * 24 / 9, 9)
    # What is known is a minute old.
    assert length(short, [begun] * 8) == Length(MINUTE * (24 + 8 * 5) / 9, 9)


def test_calls_that_go_on_are_no_sign_of_longer_ones_where_many_have_ended() -> None:
    """Ten agents who are never idle, with calls of four minutes each."""
    done = [
        Handled(MIDNIGHT - end * MINUTE / 10 - 4 * MINUTE, MIDNIGHT - end * MINUTE / 10)
        for end in range(0, 4 * LAST_CALLS, 4)
    ]
    going_on = [MIDNIGHT - begun * MINUTE / 10 for begun in range(0, 40, 4)]
    assert length(done, going_on).mean / MINUTE == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("calls", [5, 20, 50])
def test_the_fewer_calls_are_known_the_later_a_call_back_is_promised(calls: int) -> None:
    less, more = (
        estimate(place=20, agents=4, handle_time=4 * MINUTE, known_from=known) for known in (calls, 2 * calls)
    )
    assert (less.even, less.late) == (more.even, more.late)
    assert less.sure > more.sure > more.late


@pytest.mark.parametrize("language", PHRASES)
def test_every_wait_is_a_sentence_of_its_own_that_is_spoken_beforehand(language: str) -> None:
    texts = [wait_text(language, each) for each in (None, *ranges())]
    assert len(set(texts)) == len(texts)
    assert not any("{" in text or "None" in text for text in texts)
    alone = replace(SCRIPT, languages=(language,))
    assert {(language, text) for text in texts} <= set(words.waiting_texts(alone))


@pytest.mark.parametrize(
    ("language", "wait", "says"),
    [
        ("nl", Minutes(5, 10), "U wacht waarschijnlijk nog 5 tot 10 minuten."),
        ("fr", Minutes(0, 2), "Vous attendrez sans doute encore moins de 2 minutes."),
        ("de", Minutes(45, None), "Sie warten voraussichtlich noch mehr als 45 Minuten."),
        ("en", Minutes(60, None), "You will probably wait more than an hour."),
        ("uk", Minutes(2, 5), "Імовірно, вам доведеться чекати ще від двох до п'яти хвилин."),
        ("ru", Minutes(0, 15), "Вероятно, вам придётся ждать ещё меньше пятнадцати минут."),
    ],
)
def test_a_wait_is_said_in_words_that_fit_the_sentence(language: str, wait: Minutes, says: str) -> None:
    assert wait_text(language, wait) == says


def talking(*busy: int) -> Story:
    """A story in which these agents speak with somebody, and nobody is free."""
    story = Story()
    at_work = {
        key: replace(story.agent(key), state=AgentState.WRAP_UP, leg=f"leg-{key}", due_at=MIDNIGHT + 99 * MINUTE)
        for key in busy
    }
    story.floor = replace(story.floor, agents=story.floor.agents | at_work)
    return story


def heard(story: Story, leg: str = "c1") -> str:
    """What the caller is told after the place."""
    return story.told()[leg][1]


def saying(low: int, high: int | None) -> str:
    return spoken_name("nl", wait_text("nl", Minutes(low, high)))


def next_announcement(story: Story, leg: str = "c1") -> str:
    story.later(timing.POSITION)
    return heard(story, leg)


def test_nobody_is_told_a_wait_where_nobody_is_at_work() -> None:
    story = talking()
    story.wait_in_line()
    assert heard(story) == spoken_name("nl", PHRASES["nl"].nobody_at_work)
    assert story.call().told_by is None


def test_the_wait_follows_from_the_place_the_agents_and_the_length_of_calls() -> None:
    story = talking(ANN, BRAM)
    # One call of four minutes each two minutes: 1.4 to 4.6 minutes.
    story.wait_in_line()
    assert heard(story) == saying(0, 5)
    for leg in ("c2", "c3", "c4"):
        story.now += SECOND
        story.wait_in_line(leg)
    # 7.4 to 13.4 minutes.
    assert heard(story, "c4") == saying(5, 15)
    story.floor = replace(story.floor, handled={NL: (ended(30 * MINUTE),) * LAST_CALLS})
    assert next_announcement(story) == saying(5, 45)


def test_callers_of_another_language_count_as_far_as_their_agents_are_the_same() -> None:
    story = talking(ANN, BRAM)
    # Ann alone speaks French: whoever waits for her takes her from those who wait for Dutch.
    for number in range(9):
        story.wait_in_line(f"fr{number}", "2")
    story.now += SECOND
    story.wait_in_line()
    # As if nine were before: 19.3 to 28.4 minutes.
    assert heard(story) == saying(15, 30)


def test_victims_and_relatives_wait_for_those_trained_alone() -> None:
    story = talking(ANN, BRAM)
    trained = replace(story.agent(BRAM), skills={Stream.D2: 1})
    story.floor = replace(
        story.floor,
        lines={"1771": replace(SCRIPT, streams=(Stream.D5, Stream.D2))},
        agents=story.floor.agents | {BRAM: trained},
    )
    story.wait_in_line()
    story.tell(ports.KeyPressed("c1", "2"))
    # One agent, 15 minutes: 10.5 to 34.2 minutes.
    assert heard(story) == saying(10, 45)


def test_agents_of_whom_more_is_asked_than_they_can_do_not_count() -> None:
    story = talking(BRAM)
    wanted = replace(SCRIPT, requirement=Requirement(language_level=3))
    story.floor = replace(story.floor, lines={"1771": wanted})
    story.wait_in_line()
    assert heard(story) == spoken_name("nl", PHRASES["nl"].nobody_at_work)


def more_agents(story: Story) -> None:
    came = talking(ANN).agent(ANN)
    story.floor = replace(story.floor, agents=story.floor.agents | {ANN: came})


def moved_up(story: Story) -> None:
    more_agents(story)
    story.tell(ports.LegEnded("c0"))


def nothing(story: Story) -> None:
    pass


@pytest.mark.parametrize(
    ("happens", "low", "high"),
    [(nothing, 5, 20), (more_agents, 5, 15), (moved_up, 0, 5)],
    ids=["nothing", "an agent came", "the caller moved up"],
)
def test_no_less_is_said_than_before_unless_the_caller_moved_up(
    happens: Callable[[Story], None], low: int, high: int
) -> None:
    story = talking(BRAM)
    story.wait_in_line("c0")
    story.now += SECOND
    story.wait_in_line()
    # The second, one agent: 6.7 to 15.5 minutes; with two agents 3.4 to 7.8.
    assert heard(story) == saying(5, 20)
    happens(story)
    assert next_announcement(story) == saying(low, high)


def test_the_time_that_passed_since_is_a_reason_to_say_less() -> None:
    story = talking(BRAM)
    story.wait_in_line("c0")
    story.now += SECOND
    story.wait_in_line()
    more_agents(story)
    story.later(timedelta(minutes=8))
    # Two agents: 3.4 to 7.8 minutes; of the 15.5 that were promised, 7.5 are left.
    assert heard(story) == saying(2, 10)


def test_a_longer_wait_is_always_said() -> None:
    story = talking(ANN, BRAM)
    story.wait_in_line("c0")
    story.now += SECOND
    story.wait_in_line()
    assert heard(story) == saying(2, 10)
    story.floor = replace(
        story.floor, agents=story.floor.agents | {ANN: replace(story.agent(), state=AgentState.PAUSED)}
    )
    assert next_announcement(story) == saying(5, 20)


def test_a_promise_keeps_its_shape() -> None:
    told = Estimate(2 * MINUTE, 6 * MINUTE, 8 * MINUTE)
    assert told.at_least(3 * MINUTE) == told
    assert told.at_least(9 * MINUTE) == Estimate(3 * MINUTE, 9 * MINUTE, 12 * MINUTE)
    assert minutes(told) == Minutes(STEPS[0], 10)
