"""Which activations `tocsin rehearse` plays with: all exercises that are open on the number, and nothing real."""

import pytest

from tests import world
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.project.stage import open_ways
from tocsin.refusals import Refusal

pytestmark = pytest.mark.django_db


def test_all_exercises_that_are_open_on_the_number_are_played_with(
    rivaal: Authority, elsewhere: Authority
) -> None:
    first, second = world.activation(rivaal), world.activation(rivaal, key=2)
    world.activation(rivaal, key=3, state=State.ORDERED)
    world.activation(elsewhere)
    assert {way.activation for way in open_ways("1771", now=NOON)} == {first.pk, second.pk}


def test_nothing_is_played_where_something_real_is_open_or_nothing_at_all(rivaal: Authority) -> None:
    with pytest.raises(Refusal, match="Nothing is open"):
        open_ways("1771", now=NOON)
    world.activation(rivaal)
    world.activation(rivaal, key=2, kind=Kind.REAL)
    with pytest.raises(Refusal, match="real activation"):
        open_ways("1771", now=NOON)
    Activation.objects.filter(kind=Kind.REAL).update(state=State.CLOSED)
    assert open_ways("1771", now=NOON)
