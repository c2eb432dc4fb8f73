"""A note is an agent's own: nobody else's saving changes it, and it has a longest length."""

from datetime import timedelta

import pytest
from django.db import DataError, transaction

from tests import world
from tests.web.test_desk import a_call, a_note, drawn, put_on_desk
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.authorities.actions import acting_as_centre
from tocsin.authorities.models import Authority
from tocsin.calls.actions import write_note
from tocsin.calls.models import LONGEST_NOTE, Call, Note, Topic
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


@pytest.fixture
def taken_over(flood: Activation, ann: Agent, bram: Agent) -> Call:
    """A call that Ann took and wrote about, and that came to Bram when her telephone was lost."""
    call = put_on_desk(ann, a_call(flood), state=AgentState.TALKING)
    write_note(agent=ann, call=call, topic=None, text="Lives near the quay", at=NOON)
    return put_on_desk(bram, call, state=AgentState.TALKING)


def notes() -> dict[str, str]:
    with acting_as_centre():
        return {str(note.agent): note.text for note in Note.objects.select_related("agent__person")}


def test_a_second_agent_writes_a_note_of_their_own(taken_over: Call, bram: Agent) -> None:
    write_note(agent=bram, call=taken_over, topic=None, text="Cannot walk", at=NOON)
    assert notes() == {"Ann": "Lives near the quay", "Bram": "Cannot walk"}
    assert [line.by for line in Line.objects.filter(kind="note.begun").order_by("id")][-1] == bram.person


def test_a_second_agent_goes_on_from_what_the_first_wrote(taken_over: Call, ann: Agent, bram: Agent) -> None:
    assert "Lives near the quay</textarea>" in drawn(bram)
    write_note(agent=bram, call=taken_over, topic=None, text="Cannot walk", at=NOON)
    assert "Cannot walk</textarea>" in drawn(bram)


def test_a_topic_that_was_retired_meanwhile_goes_on_too(taken_over: Call, bram: Agent, flood: Activation) -> None:
    water = Topic.objects.create(authority=flood.authority, name="Water")
    with acting_as_centre():
        Note.objects.update(topic=water)
    Topic.objects.update(retired=True)
    write_note(agent=bram, call=taken_over, topic=None, text="Cannot walk", at=NOON)
    with acting_as_centre():
        assert Note.objects.get(agent=bram).topic == water


def test_of_an_earlier_call_the_last_that_was_written_is_shown(flood: Activation, ann: Agent, bram: Agent) -> None:
    earlier = a_call(flood, leg="a.0", arrived_at=NOON - timedelta(minutes=2))
    a_note(earlier, bram, text="Lives near the quay")
    a_note(earlier, ann, text="Lives near the quay, cannot walk")
    with acting_as_centre():
        Note.objects.filter(agent=bram).update(at=NOON - timedelta(minutes=3))
    put_on_desk(bram, a_call(flood))
    page = drawn(bram)
    assert "Lives near the quay, cannot walk</p>" in page
    assert "Lives near the quay</p>" not in page


def test_a_note_too_long_is_refused_and_what_was_written_before_is_kept(flood: Activation, ann: Agent) -> None:
    call = put_on_desk(ann, a_call(flood), state=AgentState.TALKING)
    write_note(agent=ann, call=call, topic=None, text="Lives near the quay", at=NOON)
    with pytest.raises(Refusal, match="10000"):
        write_note(agent=ann, call=call, topic=None, text="x" * (LONGEST_NOTE + 1), at=NOON)
    assert notes() == {"Ann": "Lives near the quay"}


def test_new_lines_count_once_as_on_the_screen(flood: Activation, ann: Agent) -> None:
    call = put_on_desk(ann, a_call(flood), state=AgentState.TALKING)
    write_note(agent=ann, call=call, topic=None, text="x\r\n" * (LONGEST_NOTE // 2), at=NOON)
    assert notes() == {"Ann": "x\n" * (LONGEST_NOTE // 2)}


def test_the_database_keeps_no_longer_note_either(taken_over: Call) -> None:
    with pytest.raises(DataError), transaction.atomic(), acting_as_centre():
        Note.objects.update(text="x" * (LONGEST_NOTE + 1))


def test_the_screen_lets_nobody_write_more(taken_over: Call, bram: Agent) -> None:
    assert f'maxlength="{LONGEST_NOTE}"' in drawn(bram)
