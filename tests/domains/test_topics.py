"""What calls can be about: added, renamed and retired by those who may, and never lost to a note."""

from collections.abc import Callable

import pytest
from django.db.models import ProtectedError

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls.actions import add_topics, rename_topic, retire_topic, write_note
from tocsin.calls.models import Call, Note, Topic
from tocsin.calls.queries import topics_of
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def water(rivaal: Authority) -> Topic:
    return Topic.objects.create(authority=rivaal, name="Drinking water")


def add(authority: Authority, by: Person | None, *names: str) -> None:
    add_topics(authority=authority, names=names, by=by, at=NOON)


def in_use(authority: Authority) -> list[str]:
    return [name for _key, name in topics_of(authority=authority.pk)]


def lines() -> list[tuple[str, dict[str, object]]]:
    return [(line.kind, line.facts) for line in Line.objects.order_by("id")]


def a_call(authority: Authority, agent: Agent) -> Call:
    return Call.objects.create(
        leg="a.1",
        number="1771",
        activation=world.activation(authority),
        language="nl",
        state="talking",
        since=NOON,
        arrived_at=NOON,
        agent=agent,
    )


def test_topics_are_added_with_one_logbook_line_and_stand_by_name(carl: Person, rivaal: Authority) -> None:
    add(rivaal, carl, "  Smoke   and smell ", "Drinking water")
    assert in_use(rivaal) == ["Drinking water", "Smoke and smell"]
    assert lines() == [("topics.added", {"names": ["Smoke and smell", "Drinking water"]})]


def test_what_is_in_use_already_is_neither_added_nor_noted(
    carl: Person, rivaal: Authority, water: Topic, elsewhere: Authority
) -> None:
    Topic.objects.create(authority=elsewhere, name="Roads")
    add(rivaal, carl, "drinking WATER", "Roads", "roads")
    assert in_use(rivaal) == ["Drinking water", "Roads"]
    assert lines() == [("topics.added", {"names": ["Roads"]})]


def test_where_nothing_is_new_it_is_refused(carl: Person, rivaal: Authority, water: Topic) -> None:
    with pytest.raises(Refusal, match="Rivaal has these topics already"):
        add(rivaal, carl, "Drinking Water")
    assert lines() == []


@pytest.mark.parametrize(("name", "says"), [(" \t ", "Give the topic a name"), ("a" * 81, "81 characters")])
def test_what_is_no_name_is_refused_and_nothing_is_added(
    carl: Person, rivaal: Authority, water: Topic, name: str, says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        add(rivaal, carl, "Roads", name)
    with pytest.raises(Refusal, match=says):
        rename_topic(topic=water, name=name, by=carl, at=NOON)
    assert in_use(rivaal) == ["Drinking water"]
    assert lines() == []


def test_a_retired_topic_is_offered_no_more_and_its_notes_keep_it(
    carl: Person, rivaal: Authority, water: Topic, ann: Agent
) -> None:
    write_note(agent=ann, call=a_call(rivaal, ann), topic=water, text="May the baby drink it?", at=NOON)
    retire_topic(topic=water, by=carl, at=NOON)
    assert in_use(rivaal) == []
    with acting_as_centre():
        assert Note.objects.get().topic == water
    assert lines()[-1] == ("topic.retired", {"name": "Drinking water"})


def test_a_note_still_being_written_keeps_a_topic_that_is_retired_meanwhile(
    carl: Person, rivaal: Authority, water: Topic, ann: Agent
) -> None:
    call = a_call(rivaal, ann)
    retire_topic(topic=water, by=carl, at=NOON)
    write_note(agent=ann, call=call, topic=water, text="May the", at=NOON)
    write_note(agent=ann, call=call, topic=None, text="May the baby drink it?", at=NOON)
    with acting_as_centre():
        note = Note.objects.select_related("topic").get()
        assert (note.topic, note.text) == (water, "May the baby drink it?")


def test_a_topic_in_use_may_be_taken_off_a_note_again(rivaal: Authority, water: Topic, ann: Agent) -> None:
    call = a_call(rivaal, ann)
    write_note(agent=ann, call=call, topic=water, text="", at=NOON)
    write_note(agent=ann, call=call, topic=None, text="", at=NOON)
    with acting_as_centre():
        assert Note.objects.get().topic is None


def test_retiring_twice_is_noted_once(carl: Person, water: Topic) -> None:
    retire_topic(topic=water, by=carl, at=NOON)
    retire_topic(topic=water, by=carl, at=NOON)
    assert [kind for kind, _facts in lines()] == ["topic.retired"]


def test_a_retired_topic_that_is_added_again_is_the_same_one(
    carl: Person, rivaal: Authority, water: Topic
) -> None:
    retire_topic(topic=water, by=carl, at=NOON)
    add(rivaal, carl, "drinking water")
    assert topics_of(authority=rivaal.pk) == ((water.pk, "Drinking water"),)
    assert lines()[-1] == ("topics.added", {"names": ["Drinking water"]})


def test_a_topic_of_a_note_cannot_be_deleted(rivaal: Authority, water: Topic, ann: Agent) -> None:
    write_note(agent=ann, call=a_call(rivaal, ann), topic=water, text="", at=NOON)
    with acting_as_centre(), pytest.raises(ProtectedError):
        water.delete()


def test_a_new_name_is_kept_with_the_old_one_in_the_logbook(carl: Person, rivaal: Authority, water: Topic) -> None:
    rename_topic(topic=water, name="Tap  water", by=carl, at=NOON)
    assert in_use(rivaal) == ["Tap water"]
    assert lines() == [("topic.renamed", {"before": "Drinking water", "name": "Tap water"})]


def test_the_case_of_a_name_can_be_put_right(carl: Person, rivaal: Authority, water: Topic) -> None:
    rename_topic(topic=water, name="Drinking Water", by=carl, at=NOON)
    assert in_use(rivaal) == ["Drinking Water"]


def test_a_name_that_stays_the_same_is_not_noted(carl: Person, water: Topic) -> None:
    rename_topic(topic=water, name="Drinking water", by=carl, at=NOON)
    assert lines() == []


@pytest.mark.parametrize("retired", [False, True])
def test_two_topics_never_have_one_name(carl: Person, rivaal: Authority, water: Topic, retired: bool) -> None:
    roads = Topic.objects.create(authority=rivaal, name="Roads", retired=retired)
    with pytest.raises(Refusal, match="“ROADS” already, in use or retired"):
        rename_topic(topic=water, name="ROADS", by=carl, at=NOON)
    water.refresh_from_db()
    roads.refresh_from_db()
    assert (water.name, roads.name) == ("Drinking water", "Roads")


def test_an_administrator_arranges_the_topics_of_any_authority(rivaal: Authority) -> None:
    add(rivaal, world.person("Ada", Role.ADMINISTRATOR), "Roads")
    assert in_use(rivaal) == ["Roads"]


def test_otto_agents_and_officers_change_no_topic(
    otto: Person, dirk: Person, ann: Agent, rivaal: Authority, water: Topic
) -> None:
    attempts: tuple[Callable[[Person], None], ...] = (
        lambda by: add(rivaal, by, "Roads"),
        lambda by: rename_topic(topic=water, name="Mine", by=by, at=NOON),
        lambda by: retire_topic(topic=water, by=by, at=NOON),
    )
    for somebody in (otto, dirk, ann.person):
        for attempt in attempts:
            with pytest.raises(Refusal, match="Only an administrator, or a coordinator of this authority"):
                attempt(somebody)
    assert in_use(rivaal) == ["Drinking water"]
    assert lines() == []
