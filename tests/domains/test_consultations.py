"""What agents ask others about their callers is kept, and there again after a restart."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests import world
from tests.web.test_desk import a_call
from tests.world import NOON
from tocsin.authorities.models import Authority
from tocsin.calls import actions
from tocsin.calls import models as stored
from tocsin.calls.daemon import memory
from tocsin.calls.rules.consultation import Consultation, Stage
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.switchboard import Decision
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(rivaal: Authority, ann: Agent, bram: Agent) -> Consultation:
    a_call(world.activation(rivaal), leg="c1")
    return Consultation(
        name="c1-asked-1",
        call="c1",
        by=ann.pk,
        agent=bram.pk,
        to="Hospital",
        consent=True,
        topic=None,
        stage=Stage.SPEAKING,
        began_at=NOON,
        since=NOON,
        number="+3232222222",
    )


def keep(*consultations: Consultation) -> None:
    decision = Decision(Floor(), (), (), (), (), (), consultations=consultations)
    actions.decide_and_record(decide=lambda _: decision, at=NOON, max_order_age=timedelta(seconds=10))


def test_a_consultation_that_goes_on_is_loaded_as_it_was_decided(asked: Consultation) -> None:
    keep(asked)
    assert memory.load_consultations() == {"c1": asked}


def test_one_that_has_ended_is_kept_and_not_loaded(asked: Consultation) -> None:
    keep(asked)
    keep(replace(asked, stage=Stage.ENDED, why="outside busy", since=NOON + timedelta(seconds=1)))
    assert memory.load_consultations() == {}
    assert stored.Consultation.objects.get().why == "outside busy"


def test_one_may_end_and_the_next_begin_in_one_decision(asked: Consultation) -> None:
    keep(asked)
    following = replace(asked, name="c1-asked-2")
    keep(replace(asked, stage=Stage.ENDED), following)
    assert memory.load_consultations() == {"c1": following}


def test_the_database_takes_no_second_consultation_about_one_caller(asked: Consultation) -> None:
    keep(asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        keep(replace(asked, name="c1-asked-2"))
