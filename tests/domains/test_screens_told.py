"""Open pages are told of everybody whom a change concerns, however many they are."""

import json

import psycopg
import pytest

from tests.patience import PATIENCE_SECONDS
from tests.switchboards import dsn
from tocsin.calls.actions.screens import tell_screens


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("agents", "times"), [(0, 1), (400, 1), (401, 2), (1000, 3)])
def test_everybody_is_told_in_as_many_notifications_as_it_takes(agents: int, times: int) -> None:
    first = 10**12
    concerned = set(range(first, first + agents))
    with psycopg.connect(dsn(), autocommit=True) as listening:
        listening.execute("LISTEN tocsin_live")
        tell_screens(agents=concerned, activations=[7])
        told = [
            json.loads(each.payload) for each in listening.notifies(timeout=PATIENCE_SECONDS, stop_after=times)
        ]
    assert [each["activations"] for each in told] == [[7]] * times
    assert {agent for each in told for agent in each["agents"]} == concerned
