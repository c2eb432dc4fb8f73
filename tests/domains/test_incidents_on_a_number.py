"""Several activations on one number: opened beside each other, chosen by callers, closed one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import IntegrityError, transaction

from tests import world
from tests.domains.test_activations import order
from tests.domains.test_fallbacks import at_once
from tests.switchboards import Speech, in_thread, play, sign_in, state_of, switchboard, until
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_name, order_closing
from tocsin.activations.models import Activation
from tocsin.activations.queries import names_in_force
from tocsin.activations.rules import INCIDENT_KEYS, Kind, State, spoken_name
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import ports
from tocsin.calls.daemon import earlier, lines, memory
from tocsin.calls.models import Call, Caller, Pulse
from tocsin.calls.rules import incident_words, incidents
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.treatment import SPANS, Treatment
from tocsin.gateways.rehearsal.switch import RehearsalSwitch
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
NAMES = {"nl": "De brand in de haven.", "fr": "L'incendie au port."}
ZOE = "+32477123456"


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    """Real, open, and with a name."""
    return world.activation(rivaal, kind=Kind.REAL, name="De vloed")


@pytest.fixture
def beside(opened: Activation, elsewhere: Authority) -> Activation:
    """Another authority's, on the same number."""
    elsewhere.numbers.set([opened.number])
    return world.activation(elsewhere, kind=Kind.REAL, languages=["nl", "de"], key=2, name="De brand")


# --- Opening


def test_what_is_opened_beside_gets_the_next_key_and_its_names(
    dirk: Person, rivaal: Authority, opened: Activation
) -> None:
    second = order(dirk, rivaal, names=NAMES)
    assert (opened.key, second.key, second.number) == (1, 2, opened.number)
    assert names_in_force(second) == NAMES
    ordered = Line.objects.get(kind="activation.ordered")
    assert ordered.facts["names"] == NAMES


def test_a_key_is_free_again_once_its_activation_is_closed(
    dirk: Person, rivaal: Authority, opened: Activation
) -> None:
    order(dirk, rivaal, names=NAMES)
    Activation.objects.filter(pk=opened.pk).update(state=State.CLOSED)
    assert order(dirk, rivaal, names={"nl": "De storm.", "fr": "La tempête."}).key == 1


@pytest.mark.parametrize("names", [{}, {"nl": "De brand."}, {"nl": "De brand.", "fr": " "}])
def test_without_a_name_in_each_language_nothing_is_opened_beside(
    dirk: Person, rivaal: Authority, opened: Activation, names: dict[str, str]
) -> None:
    with pytest.raises(
        Refusal, match=r"already in use for “Rook boven de haven”.*a name in each of its languages"
    ):
        order(dirk, rivaal, names=names)
    assert list(Activation.objects.all()) == [opened]


@pytest.mark.parametrize("kind", Kind)
def test_an_exercise_and_what_is_real_never_share_a_number(dirk: Person, rivaal: Authority, kind: Kind) -> None:
    world.activation(rivaal, kind=kind, name="De vloed")
    other = Kind.REAL if kind is Kind.EXERCISE else Kind.EXERCISE
    with pytest.raises(Refusal, match="never share a number"):
        order(dirk, rivaal, kind=other, names=NAMES)


def test_what_has_no_name_of_its_own_authority_is_given_one_first(dirk: Person, rivaal: Authority) -> None:
    nameless = world.activation(rivaal, kind=Kind.REAL)
    with pytest.raises(Refusal, match="“Rook boven de haven” has no name yet"):
        order(dirk, rivaal, names=NAMES)
    for language in nameless.languages:
        change_name(activation=nameless.pk, by=dirk, language=language, text="De vloed.", at=NOON)
    assert order(dirk, rivaal, names=NAMES).key == 2


def test_what_is_closing_needs_no_name(dirk: Person, rivaal: Authority) -> None:
    world.activation(rivaal, kind=Kind.REAL, state=State.CLOSING)
    assert order(dirk, rivaal, names=NAMES).key == 2


def test_what_another_authority_opened_without_a_name_is_called_by_its_name(
    otto: Person, rivaal: Authority, elsewhere: Authority
) -> None:
    world.activation(rivaal, kind=Kind.REAL)
    elsewhere.numbers.set(rivaal.numbers.all())
    order(otto, elsewhere, names=NAMES)
    flood, fire = memory.load_scripts(State.ORDERED, State.OPEN)["1771"].incidents
    assert (flood.names, fire.names) == ({"nl": "Rivaal", "fr": "Rivaal"}, NAMES)


def test_two_that_callers_could_not_tell_apart_are_refused(
    dirk: Person, rivaal: Authority, opened: Activation
) -> None:
    with pytest.raises(Refusal, match="could not tell it from"):
        order(dirk, rivaal, names=NAMES | {"nl": "de  VLOED (nl)."})
    order(dirk, rivaal, names=NAMES)
    with pytest.raises(Refusal, match="could not tell it from"):
        change_name(activation=opened.pk, by=dirk, language="nl", text=NAMES["nl"], at=NOON)


def test_more_than_callers_keep_apart_are_refused(dirk: Person, rivaal: Authority, opened: Activation) -> None:
    for place in INCIDENT_KEYS[1:]:
        order(dirk, rivaal, names={"nl": f"Nummer {place}.", "fr": f"Numéro {place}."})
    with pytest.raises(Refusal, match="On 1771 there are 5 already"):
        order(dirk, rivaal, names=NAMES)


def test_the_database_keeps_two_from_one_key(rivaal: Authority, opened: Activation) -> None:
    with pytest.raises(IntegrityError, match="one_live_activation_per_key"), transaction.atomic():
        world.activation(rivaal)


@pytest.mark.parametrize(("text", "says"), [("a" * 61, "has 61 characters"), ("!?", "has no words")])
def test_a_name_that_callers_could_not_follow_is_refused(
    dirk: Person, rivaal: Authority, opened: Activation, text: str, says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        order(dirk, rivaal, names=NAMES | {"nl": text})
    with pytest.raises(Refusal, match=says):
        change_name(activation=opened.pk, by=dirk, language="nl", text=text, at=NOON)


def test_a_name_is_taken_back_only_where_nothing_else_is_open(
    dirk: Person, rivaal: Authority, opened: Activation
) -> None:
    second = order(dirk, rivaal, names=NAMES)
    asked: dict[str, Any] = {"activation": opened.pk, "by": dirk, "language": "nl", "text": " ", "at": NOON}
    with pytest.raises(Refusal, match="choose this by its name"):
        change_name(**asked)
    order_closing(activation=second.pk, by=dirk, at=NOON, why="Uit.")
    change_name(**asked)
    assert names_in_force(opened) == {"fr": "De vloed (fr)."}


def test_of_another_authority_nobody_changes_the_name(otto: Person, opened: Activation) -> None:
    with pytest.raises(Refusal, match="do not act"):
        change_name(activation=opened.pk, by=otto, language="nl", text="Ha.", at=NOON)


# --- What the switchboard knows


def test_both_are_in_the_script_of_the_number_in_the_order_of_their_keys(
    opened: Activation, beside: Activation
) -> None:
    Activation.objects.filter(pk=opened.pk).update(key=3)
    line = memory.load_scripts(State.OPEN)["1771"]
    told = [(each.activation, each.key, each.names["nl"]) for each in line.incidents]
    assert told == [(beside.pk, 2, "De brand (nl)."), (opened.pk, 3, "De vloed (nl).")]


def tend(known: dict[str, Any] | None = None) -> tuple[Speech, dict[str, Any]]:
    speech, fallbacks = Speech(), lines.Fallbacks()
    scripts = async_to_sync(lines.open_lines)(speech, in_database=at_once, fallbacks=fallbacks, known=known or {})
    return speech, scripts


def test_a_line_with_two_is_opened_when_all_is_spoken_and_the_fallback_tells_of_both(
    opened: Activation, beside: Activation
) -> None:
    Activation.objects.filter(pk=beside.pk).update(state=State.ORDERED)
    speech, scripts = tend()
    beside.refresh_from_db()
    assert beside.state == State.OPEN
    assert [each.activation for each in scripts["1771"].incidents] == [opened.pk, beside.pk]
    assert {("nl", "De vloed (nl)."), ("nl", "De brand (nl)."), ("nl", "Waarover belt u?")} <= set(speech.said)
    fallback = speech.joined["fallback/1771"]
    assert {spoken_name("nl", f"{name} (nl).") for name in ("De vloed", "De brand", "Bericht")} <= set(fallback)


def test_one_called_off_while_it_is_spoken_leaves_the_other(
    dirk: Person, opened: Activation, rivaal: Authority
) -> None:
    second = order(dirk, rivaal, names=NAMES)

    async def in_database(work: Any) -> Any:
        if work.func is lines.confirm_open:
            await at_once(lambda: order_closing(activation=second.pk, by=dirk, at=NOON, why="Vals alarm."))
        return await at_once(work)

    scripts = async_to_sync(lines.open_lines)(Speech(), in_database=in_database, fallbacks={}, known={})
    assert [each.activation for each in scripts["1771"].incidents] == [opened.pk]


def called(about: Activation, *, leg: str, minutes: int = 0) -> Call:
    """A call that Zoé gave up in line."""
    at = NOON + timedelta(minutes=minutes)
    return Call.objects.create(
        leg=leg,
        number="1771",
        caller_mark=caller_mark(ZOE, key=settings.CALLER_HASH_KEY),
        activation=about,
        language="nl",
        state="ended",
        since=at + timedelta(minutes=2),
        arrived_at=at,
        queued_at=at + timedelta(minutes=1),
    )


def test_the_newest_call_to_any_of_them_is_the_last_one(opened: Activation, beside: Activation) -> None:
    called(opened, leg="c1")
    called(beside, leg="c2", minutes=5)
    called(opened, leg="c3", minutes=3)
    arrival = ports.CallArrived("c9", "1771", ZOE, NOON)
    known = earlier.last_calls([arrival], lines=memory.load_scripts(State.OPEN), now=NOON + timedelta(hours=1))
    assert (known["c9"].leg, known["c9"].activation) == ("c2", beside.pk)


def test_a_decision_about_a_caller_is_of_the_incident_it_was_made_for(
    opened: Activation, beside: Activation, carl: Person
) -> None:
    at = NOON + timedelta(minutes=10)
    opened.treatments.create(
        caller_mark=called(opened, leg="c1").caller_mark,
        treatment=Treatment.TOLD,
        until=at + SPANS[0],
        reason="Belt om de minuut.",
        by=carl,
        at=at,
    )
    arrival = ports.CallArrived("c9", "1771", ZOE, at)
    treated = earlier.treatments([arrival], lines=memory.load_scripts(State.OPEN), now=at)
    assert treated == {"c9": {opened.pk: Treatment.TOLD}}


# --- The switchboard at work


@pytest.mark.django_db(transaction=True)
def test_a_caller_chooses_the_second_reaches_its_agent_and_the_number_is_its_authoritys(
    opened: Activation, beside: Activation, elsewhere: Authority
) -> None:
    cem = world.agent("Cem", ["nl"], serves=elsewhere)
    switch = RehearsalSwitch()
    leg = ""

    async def story() -> None:
        nonlocal leg
        async with switchboard(switch):
            await sign_in(switch, cem, session="s")
            leg = switch.call(number="1771", caller=ZOE, at=datetime.now(UTC))
            for key in "12":
                switch.press(leg, key=key)
            await until(lambda: Agent.objects.get(pk=cem.pk).call == leg)

    play(story)
    assert Call.objects.get(pk=leg).activation == beside
    assert told_to(leg) == elsewhere
    steps = Call.objects.get(pk=leg).steps.order_by("id").values_list("activation", "after", "why")
    assert list(steps)[:4] == [
        (opened.pk, "greeting", "arrived"),
        (opened.pk, "choosing", "pressed 1"),
        (opened.pk, "choosing", incidents.CHOSE_ANOTHER),
        (beside.pk, "informing", "pressed 2"),
    ]


def told_to(leg: str) -> Authority:
    """Whose the caller's number is."""
    with acting_as_centre():
        return Caller.objects.select_related("authority").get(pk=leg).authority


@pytest.mark.django_db(transaction=True)
def test_who_chooses_while_the_switchboard_is_away_is_treated_as_was_decided(
    opened: Activation, beside: Activation, carl: Person
) -> None:
    switch = RehearsalSwitch(endless=[spoken_name("nl", incident_words.SENTENCES["nl"].question)])
    now = datetime.now(UTC)
    beside.treatments.create(
        caller_mark=caller_mark(ZOE, key=settings.CALLER_HASH_KEY),
        treatment=Treatment.TOLD,
        until=now + SPANS[0],
        reason="Belt om de minuut.",
        by=carl,
        at=now,
    )

    async def story() -> None:
        async with switchboard(switch):
            leg = switch.call(number="1771", caller=ZOE, at=now)
            switch.press(leg, key="1")
            await until(lambda: state_of(leg) == "choosing")
        await in_thread(Pulse.objects.all().delete)
        async with switchboard(switch):
            # Keys pressed before are heard by nobody.
            await until(lambda: Pulse.objects.filter(switch_connected=True).exists())
            switch.press(leg, key="2")
            await until(lambda: state_of(leg) == "turned_away" or Call.objects.get(pk=leg).activation == beside)

    play(story)
    assert Call.objects.get().steps.filter(after="turned_away", why="coordinator decided").exists()


@pytest.mark.django_db(transaction=True)
def test_closing_one_leaves_the_other_open(dirk: Person, opened: Activation, beside: Activation) -> None:
    switch = RehearsalSwitch()

    def is_closed() -> bool:
        return Activation.objects.get(pk=opened.pk).state == State.CLOSED

    async def story() -> None:
        async with switchboard(switch):
            # Keys pressed before are heard by nobody.
            await until(lambda: Pulse.objects.filter(switch_connected=True).exists())
            leg = switch.call(number="1771", caller=ZOE, at=datetime.now(UTC))
            switch.press(leg, key="3")
            await until(lambda: state_of(leg) == "waiting")
            why = "Het water zakt."
            await in_thread(lambda: order_closing(activation=opened.pk, by=dirk, at=datetime.now(UTC), why=why))
            await until(is_closed)
            other = switch.call(number="1771", caller="", at=datetime.now(UTC))
            switch.press(other, key="1")
            await until(lambda: state_of(other) == "waiting")

    play(story)
    assert set(Call.objects.values_list("state", "activation")) == {("waiting", beside.pk)}
    beside.refresh_from_db()
    assert beside.state == State.OPEN
