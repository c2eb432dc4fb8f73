"""Opening and closing a line: one transaction, one step, one line in the logbook, and word to the switchboard."""

import threading
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction

from tests import world
from tests.patience import PATIENCE_SECONDS
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions import (
    change_front_message,
    confirm_closed,
    confirm_open,
    order_closing,
    order_opening,
)
from tocsin.activations.models import Activation, FrontMessage
from tocsin.activations.queries import activations_of, front_in_force, live_activation, opening_took
from tocsin.activations.rules import Hours, Kind, State
from tocsin.authorities.models import Authority, Number
from tocsin.logbook.models import Line
from tocsin.logbook.queries import first_broken_line, lines_about
from tocsin.refusals import Refusal

pytestmark = pytest.mark.django_db


def order(by: Person, authority: Authority, **changes: Any) -> Activation:
    """An order that nothing is wrong with, but for `changes`."""
    asked: dict[str, Any] = {
        "number": authority.numbers.first(),
        "title": "Rook boven de haven",
        "kind": Kind.REAL,
        "languages": ["nl", "fr"],
        "front_texts": {"nl": "Blijf binnen.", "fr": "Restez chez vous."},
        "recordings": {},
        "hours": [],
        "at": NOON,
    }
    return order_opening(by=by, authority=authority, **(asked | changes))


def kinds(activation: Activation) -> list[str]:
    return [line.kind for line in lines_about(subject=f"activation:{activation.pk}")]


def test_an_order_keeps_everything_it_was_given(dirk: Person, rivaal: Authority) -> None:
    ordered = order(dirk, rivaal, hours=[Hours(0, time(9), time(20))], kind=Kind.EXERCISE)
    assert (ordered.state, ordered.kind, ordered.languages) == ("ordered", "exercise", ["nl", "fr"])
    assert ordered.timezone == rivaal.timezone
    assert [(s.before, s.after, s.by, s.at) for s in ordered.steps.all()] == [("", "ordered", dirk, NOON)]
    assert {code: words.text for code, words in front_in_force(ordered).items()} == {
        "nl": "Blijf binnen.",
        "fr": "Restez chez vous.",
    }
    assert [(h.weekday, h.start, h.until) for h in ordered.hours.all()] == [(0, time(9), time(20))]


def test_the_whole_life_is_steps_and_one_logbook_line_each(dirk: Person, odile: Person, rivaal: Authority) -> None:
    ordered = order(dirk, rivaal)
    confirm_open(activation=ordered.pk, at=NOON + timedelta(seconds=4))
    order_closing(activation=ordered.pk, by=odile, at=NOON + timedelta(hours=5), why="Fire is out.")
    closed = confirm_closed(activation=ordered.pk, at=NOON + timedelta(hours=5, minutes=2))
    assert [(s.before, s.after, s.by, s.why) for s in closed.steps.all()] == [
        ("", "ordered", dirk, ""),
        ("ordered", "open", None, ""),
        ("open", "closing", odile, "Fire is out."),
        ("closing", "closed", None, ""),
    ]
    assert kinds(closed) == [
        "activation.ordered",
        "activation.opened",
        "activation.closing_ordered",
        "activation.closed",
    ]
    assert all(line.authority == rivaal.pk for line in Line.objects.all())
    assert opening_took(closed) == timedelta(seconds=4)
    assert first_broken_line() is None


def test_an_order_that_is_called_off_before_the_line_answers_is_closed_at_once(
    dirk: Person, rivaal: Authority
) -> None:
    ordered = order(dirk, rivaal)
    closed = order_closing(activation=ordered.pk, by=dirk, at=NOON, why="Wrong number.")
    assert closed.state == State.CLOSED
    assert opening_took(closed) is None
    assert kinds(closed) == ["activation.ordered", "activation.closed"]


def test_the_switchboard_hears_of_every_change_when_it_is_committed(
    transactional_db: None, dirk: Person, rivaal: Authority
) -> None:
    parameters = {
        k: v
        for k, v in connection.get_connection_params().items()
        if k in ("host", "port", "dbname", "user", "password")
    }
    with psycopg.connect(**parameters, autocommit=True) as listener:
        listener.execute("LISTEN tocsin_switchboard")
        ordered = order(dirk, rivaal)
        confirm_open(activation=ordered.pk, at=NOON)
        change_front_message(
            activation=ordered.pk, by=dirk, language="nl", text="Sluit de ramen.", recording="", at=NOON
        )
        order_closing(activation=ordered.pk, by=dirk, at=NOON, why="Over.")
        confirm_closed(activation=ordered.pk, at=NOON)
        heard = [
            notification.payload for notification in listener.notifies(timeout=PATIENCE_SECONDS, stop_after=5)
        ]
    assert heard == ["lines"] * 5


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": "  "}, "title"),
        ({"languages": []}, "at least one language"),
        ({"languages": ["nl", "nl"]}, "one key"),
        ({"languages": ["nl", "sw"], "front_texts": {"nl": "Ja.", "sw": "Ndiyo."}}, "no voice"),
        ({"front_texts": {"nl": "Blijf binnen.", "fr": "  "}}, "français is empty"),
        ({"front_texts": {"nl": "Blijf binnen.", "fr": "— …"}}, "français has no words"),
        ({"front_texts": {"nl": "a" * 1501, "fr": "Oui."}}, "1501 characters"),
    ],
)
def test_an_order_that_cannot_be_is_refused_in_plain_words_and_keeps_nothing(
    dirk: Person, rivaal: Authority, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        order(dirk, rivaal, **changes)
    assert not Activation.objects.exists()
    assert not Line.objects.exists()


def test_a_message_of_1500_characters_is_still_taken(dirk: Person, rivaal: Authority) -> None:
    order(dirk, rivaal, languages=["nl"], front_texts={"nl": "a" * 1500})
    assert FrontMessage.objects.get().text == "a" * 1500


def test_a_recording_stands_in_for_a_text(dirk: Person, rivaal: Authority) -> None:
    ordered = order(dirk, rivaal, languages=["nl"], front_texts={}, recordings={"nl": "uploads/abc"})
    assert front_in_force(ordered)["nl"].recording == "uploads/abc"


def test_hours_past_midnight_are_refused(dirk: Person, rivaal: Authority) -> None:
    with pytest.raises(Refusal, match="two stretches"):
        order(dirk, rivaal, hours=[Hours(5, time(22), time(2))])


def test_only_a_duty_officer_of_the_authority_orders(carl: Person, otto: Person, rivaal: Authority) -> None:
    with pytest.raises(Refusal, match="duty officer"):
        order(carl, rivaal)
    with pytest.raises(Refusal, match="do not act for this authority"):
        order(otto, rivaal)
    assert not Activation.objects.exists()


def test_otto_neither_closes_nor_changes_what_another_authority_opened(otto: Person, rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    with pytest.raises(Refusal, match="do not act"):
        order_closing(activation=opened.pk, by=otto, at=NOON, why="Mine.")
    with pytest.raises(Refusal, match="do not act"):
        change_front_message(activation=opened.pk, by=otto, language="nl", text="Ha.", recording="", at=NOON)
    opened.refresh_from_db()
    assert opened.state == State.OPEN
    assert front_in_force(opened)["nl"].text == "Bericht (nl)."


def test_a_number_of_another_authority_is_refused(dirk: Person, rivaal: Authority, elsewhere: Authority) -> None:
    with pytest.raises(Refusal, match="1772 is not one of Rivaal"):
        order(dirk, rivaal, number=elsewhere.numbers.get())


def test_a_number_in_use_is_refused_and_says_by_what(dirk: Person, rivaal: Authority) -> None:
    order(dirk, rivaal)
    with pytest.raises(Refusal, match="already in use for “Rook boven de haven”"):
        order(dirk, rivaal, title="Again")


def test_a_shared_number_in_use_does_not_tell_what_for(
    dirk: Person, rivaal: Authority, otto: Person, elsewhere: Authority
) -> None:
    shared = rivaal.numbers.get()
    elsewhere.numbers.add(shared)
    order(dirk, rivaal)
    with pytest.raises(Refusal) as refused:
        order(otto, elsewhere, number=shared)
    assert str(refused.value) == "1771 is in use by another authority at this moment."


def test_a_number_is_free_again_once_its_activation_is_closed(dirk: Person, rivaal: Authority) -> None:
    first = order(dirk, rivaal)
    order_closing(activation=first.pk, by=dirk, at=NOON, why="Over.")
    assert order(dirk, rivaal).pk != first.pk


def test_closing_asks_why_and_does_nothing_without(dirk: Person, rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    with pytest.raises(Refusal, match="Say why"):
        order_closing(activation=opened.pk, by=dirk, at=NOON, why=" ")
    assert live_activation(number="1771") == opened


def test_the_newest_message_of_a_language_is_in_force_and_the_older_are_kept(
    dirk: Person, rivaal: Authority
) -> None:
    opened = world.activation(rivaal)
    for text in ("Sluit de ramen.", "Blijf binnen."):
        change_front_message(activation=opened.pk, by=dirk, language="nl", text=text, recording="", at=NOON)
    assert {code: words.text for code, words in front_in_force(opened).items()} == {
        "nl": "Blijf binnen.",
        "fr": "Bericht (fr).",
    }
    assert opened.front_messages.count() == 4
    last = Line.objects.last()
    assert last is not None
    assert last.kind == "activation.front_message_changed"
    assert last.facts["text"] == "Blijf binnen."


@pytest.mark.parametrize("state", [State.CLOSING, State.CLOSED])
def test_the_message_of_a_line_that_lets_nobody_in_stays_as_it_is(
    dirk: Person, rivaal: Authority, state: State
) -> None:
    done = world.activation(rivaal, state=state)
    with pytest.raises(Refusal, match="lets nobody in"):
        change_front_message(activation=done.pk, by=dirk, language="nl", text="Te laat.", recording="", at=NOON)


def test_a_language_that_was_not_opened_cannot_be_changed(dirk: Person, rivaal: Authority) -> None:
    opened = world.activation(rivaal, languages=["nl"])
    with pytest.raises(Refusal, match="does not speak"):
        change_front_message(activation=opened.pk, by=dirk, language="de", text="Nein.", recording="", at=NOON)


def test_people_see_the_activations_of_their_authorities_alone(
    carl: Person, otto: Person, rivaal: Authority
) -> None:
    opened = world.activation(rivaal)
    assert list(activations_of(person=carl)) == [opened]
    assert list(activations_of(person=otto)) == []


def at_once(*attempts: Callable[[], Any]) -> list[BaseException | None]:
    """Run attempts in threads of their own, all from the same moment; answers what each raised."""
    outcomes: list[BaseException | None] = [None] * len(attempts)
    together = threading.Barrier(len(attempts))

    def run(place: int) -> None:
        try:
            together.wait(timeout=PATIENCE_SECONDS)
            attempts[place]()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_SECONDS)
    return outcomes


def test_of_two_orders_for_one_number_at_once_exactly_one_is_taken(
    transactional_db: None, dirk: Person, odile: Person, rivaal: Authority
) -> None:
    outcomes = at_once(lambda: order(dirk, rivaal), lambda: order(odile, rivaal))
    assert Activation.objects.count() == 1
    refused = [outcome for outcome in outcomes if outcome]
    assert [type(outcome) for outcome in refused] == [Refusal]
    assert "already in use" in str(refused[0])


def test_a_second_confirmation_changes_nothing(dirk: Person, rivaal: Authority) -> None:
    ordered = order(dirk, rivaal)
    confirm_open(activation=ordered.pk, at=NOON)
    with pytest.raises(Refusal), transaction.atomic():
        confirm_open(activation=ordered.pk, at=NOON + timedelta(seconds=1))
    assert ordered.steps.count() == 2
    assert opening_took(ordered) == timedelta(0)


def test_an_officer_of_two_roles_is_still_an_officer(rivaal: Authority) -> None:
    both = world.person("Both", Role.AGENT, Role.DUTY_OFFICER, acts_for=rivaal)
    assert order(both, rivaal).state == State.ORDERED


def test_numbers_are_told_apart_by_their_digits(rivaal: Authority) -> None:
    assert live_activation(number="1771") is None
    opened = world.activation(rivaal)
    assert live_activation(number="1771") == opened
    assert live_activation(number="177") is None
    assert Number.objects.count() == 1
