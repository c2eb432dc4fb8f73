"""An agent who serves several authorities sees, with a call, what belongs to that authority and its kind only."""

from datetime import timedelta

import pytest

from tests import world
from tests.web.test_desk import a_call, a_note, drawn, put_on_desk
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
EARLIER = world.NOON - timedelta(minutes=2)


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def test_what_the_same_number_asked_another_authority_is_not_shown(
    ann: Agent, flood: Activation, elsewhere: Authority
) -> None:
    ann.serves.add(elsewhere)
    fire = world.activation(elsewhere)
    a_note(a_call(fire, leg="a.0", arrived_at=EARLIER), ann, text="Asked about the fire")
    a_note(a_call(flood, leg="b.0", arrived_at=EARLIER), ann, text="Asked about the water")
    put_on_desk(ann, a_call(flood))
    page = drawn(ann)
    assert "Asked about the water" in page
    assert "Asked about the fire" not in page


def test_the_view_is_noted_for_the_authority_that_was_called(
    ann: Agent, flood: Activation, elsewhere: Authority
) -> None:
    ann.serves.add(elsewhere)
    put_on_desk(ann, a_call(flood))
    drawn(ann)
    assert Line.objects.get(kind="person.viewed").facts["authorities"] == [flood.authority_id]


def test_whoever_serves_the_authority_no_more_sees_nothing_personal(ann: Agent, flood: Activation) -> None:
    put_on_desk(ann, a_call(flood))
    ann.serves.clear()
    assert "477" not in drawn(ann)
    assert Line.objects.get(kind="person.viewed").facts["authorities"] == []


@pytest.mark.parametrize("kind", Kind)
def test_exercises_and_real_calls_do_not_stand_together(ann: Agent, rivaal: Authority, kind: Kind) -> None:
    for other in Kind:
        ended = world.activation(rivaal, kind=other, state=State.CLOSED)
        earlier = a_call(ended, leg=f"{other}.0", arrived_at=EARLIER)
        a_note(earlier, ann, text=f"Asked in what is {other}")
    put_on_desk(ann, a_call(world.activation(rivaal, kind=kind)))
    page = drawn(ann)
    for other in Kind:
        assert (f"Asked in what is {other}" in page) is (other is kind)
