"""What happens some day even if nobody asks."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore

from tests import world
from tests.world import NOON
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls import actions, jobs, models
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db


def session() -> str:
    """A web session that is alive."""
    store = SessionStore()
    store.create()
    return str(store.session_key)


def test_a_telephone_goes_when_its_session_has_run_out(ann: Agent, bram: Agent) -> None:
    kept, _ = actions.issue_login(session=session(), agent=ann, at=NOON)
    actions.issue_login(session="long gone", agent=bram, at=NOON)
    assert jobs.end_stale_logins(int(NOON.timestamp())) == 1
    assert list(models.TelephoneLogin.objects.all()) == [kept]


def test_numbers_of_callers_are_kept_as_long_as_the_retention_says_and_no_longer(
    rivaal: Authority, settings: pytest.FixtureRequest
) -> None:
    settings.CALL_RETENTION = timedelta(days=90)
    opened = world.activation(rivaal)
    for leg, age in (("old", timedelta(days=91)), ("young", timedelta(days=89))):
        call = models.Call.objects.create(
            leg=leg,
            number="1771",
            activation=opened,
            language="nl",
            state="ended",
            since=NOON,
            arrived_at=NOON - age,
        )
        with acting_as_centre():
            models.Caller.objects.create(call=call, authority=rivaal, number="+32477000001", at=NOON - age)
    assert jobs.forget_callers(int(NOON.timestamp())) == 1
    with acting_as_centre():
        assert [caller.call_id for caller in models.Caller.objects.all()] == ["young"]
