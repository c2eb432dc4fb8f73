"""What the switchboard decides is kept whole or not at all, and personal records stay behind the wall."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from tests import world
from tests.world import NOON
from tocsin.activations.models import Activation
from tocsin.activations.rules import Requirement, State, Stream
from tocsin.authorities.actions import acting_as_centre, viewing
from tocsin.authorities.models import Authority
from tocsin.calls import actions, models, ports
from tocsin.calls.actions import decisions
from tocsin.calls.daemon import earlier, memory
from tocsin.calls.ports import AgentAsked, Verb
from tocsin.calls.rules import timing
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.states import CallBack, CallState, CallStep, Question, Rank
from tocsin.calls.rules.switchboard import Decision, decide
from tocsin.logbook.models import Line
from tocsin.logbook.queries import first_broken_line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent, AgentStep

pytestmark = pytest.mark.django_db


def arrival(leg: str = "c1", caller: str = "+32477000001") -> ports.CallArrived:
    return ports.CallArrived(leg, "1771", caller, NOON)


def floor() -> Floor:
    return Floor(
        lines=memory.load_scripts(State.OPEN),
        calls=memory.load_calls(),
        agents=memory.load_agents(),
        logins={},
    )


def record(now: Floor, *events: ports.Event, at=NOON, places: int = 1000) -> Decision:
    return actions.decide_and_record(
        decide=lambda orders: decide(now, [*events, *orders], now=at, places=places),
        at=at,
        max_order_age=timedelta(seconds=10),
    )


def test_a_decision_is_kept_as_call_caller_steps_and_one_logbook_line(rivaal: Authority) -> None:
    opened = world.activation(rivaal)
    record(floor(), arrival())
    call = models.Call.objects.get()
    assert (call.leg, call.state, call.activation) == ("c1", CallState.GREETING, opened)
    assert call.caller_mark not in ("", "+32477000001")
    assert [(s.before, s.after) for s in call.steps.all()] == [("", "greeting")]
    assert Line.objects.get(kind="calls.decided").facts["calls"] == 1


def test_what_was_stored_is_loaded_again_as_it_was(rivaal: Authority, ann: Agent) -> None:
    streams = [Stream.D5.value, Stream.D2.value]
    Activation.objects.filter(pk=world.activation(rivaal).pk).update(
        streams=streams, language_level=2, skills={"chemistry": 1}, relaxed_after=timedelta(minutes=1)
    )
    script = floor().lines["1771"]
    assert script.streams == (Stream.D5, Stream.D2)
    assert script.requirement == Requirement(2, {"chemistry": 1}, relaxed_after=timedelta(minutes=1))
    decision = record(floor(), arrival())
    call = replace(
        decision.floor.calls["c1"],
        state=CallState.CHOOSING,
        question=Question.STREAM,
        stream=Stream.D2,
        rank=Rank.TRANSFER,
        known_to=ann.pk,
        call_back=CallBack("+32470112233", promised_by=NOON, attempts=2, live=True),
        ahead=timedelta(seconds=-90, microseconds=1),
    )
    promised = CallStep("c1", call.activation, "", CallState.PROMISED, NOON, None, "nl", "promised")
    changed = replace(decision, calls=(call,), steps=(promised,))
    actions.decide_and_record(decide=lambda _: changed, at=NOON, max_order_age=timedelta(seconds=10))
    assert memory.load_calls() == {"c1": call}


@pytest.mark.parametrize("given_up", [True, False], ids=["given up in the fallback", "hung up in line"])
def test_a_call_that_was_taken_in_is_over_for_good_unless_it_was_given_up_in_the_fallback(
    rivaal: Authority, given_up: bool
) -> None:
    world.activation(rivaal, languages=["nl"])
    at_line = record(floor(), arrival()).floor
    no_more = record(at_line, ports.MessagePlayed("c1", "c1-1"), places=0 if given_up else 1).floor
    if given_up:
        in_fallback = record(no_more, ports.KeyPressed("c1", "0"), places=0).floor
        assert in_fallback.calls["c1"].state is CallState.FALLBACK
        record(in_fallback, at=NOON + timing.FALLBACK_RETURN)
    else:
        record(no_more, ports.LegEnded("c1"))
    assert models.Call.objects.get(pk="c1").state == CallState.ENDED
    assert earlier.ended_legs(["c1"]) == (set() if given_up else {"c1"})


def test_an_agent_is_loaded_with_what_decides_about_offers(rivaal: Authority) -> None:
    ann = world.agent("Ann", ["nl", "fr"], serves=rivaal, skills={Stream.D2: 3})
    (before,) = memory.load_agents().values()
    assert (before.languages, before.skills) == ({"nl": 2, "fr": 2}, {"d2": 3})
    tired = replace(before, d2_time=timedelta(days=1, minutes=50, microseconds=3))
    decision = Decision(floor(), (), (tired,), (), (), ())
    actions.decide_and_record(decide=lambda _: decision, at=NOON, max_order_age=timedelta(seconds=10))
    assert memory.load_agents() == {ann.pk: tired}


def test_a_failure_while_recording_keeps_nothing_and_the_same_can_be_decided_again(
    rivaal: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.activation(rivaal)
    before = floor()
    with monkeypatch.context() as broken:
        broken.setattr(decisions, "_note_batch", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record(before, arrival())
    assert models.Call.objects.count() == 0
    record(before, arrival())
    assert models.Call.objects.count() == 1


def test_what_an_agent_asks_is_decided_once(rivaal: Authority, ann: Agent) -> None:
    actions.ask(agent=ann, verb=Verb.READY, at=NOON)
    record(floor())
    ann.refresh_from_db()
    assert ann.state == "ready"
    assert models.DeskOrder.objects.count() == 0
    assert AgentStep.objects.get().after == "ready"


def test_what_was_asked_too_long_ago_is_dropped(rivaal: Authority, ann: Agent) -> None:
    actions.ask(agent=ann, verb=Verb.READY, at=NOON - timedelta(seconds=11))
    asked: list[AgentAsked] = []

    def see(orders: Sequence[AgentAsked]) -> Decision:
        asked.extend(orders)
        return decide(floor(), orders, now=NOON)

    actions.decide_and_record(decide=see, at=NOON, max_order_age=timedelta(seconds=10))
    assert asked == []
    assert models.DeskOrder.objects.count() == 0


def test_without_a_viewer_no_personal_record_is_seen(rivaal: Authority) -> None:
    world.activation(rivaal)
    record(floor(), arrival())
    assert models.Caller.objects.count() == 0
    with acting_as_centre():
        assert models.Caller.objects.get().number == "+32477000001"


def test_a_viewer_sees_the_records_of_the_authorities_named_and_the_view_is_noted(
    rivaal: Authority, elsewhere: Authority, carl, otto
) -> None:
    world.activation(rivaal)
    record(floor(), arrival())
    with viewing(person=carl, authorities=[rivaal.pk], purpose="call on screen", subject="call:c1", at=NOON):
        assert models.Caller.objects.count() == 1
    with viewing(person=otto, authorities=[elsewhere.pk], purpose="curiosity", subject="call:c1", at=NOON):
        assert models.Caller.objects.count() == 0
    seen = Line.objects.filter(kind="person.viewed").order_by("id")
    assert [(line.by, line.facts["purpose"]) for line in seen] == [
        (carl, "call on screen"),
        (otto, "curiosity"),
    ]


def test_the_wall_stands_again_when_the_view_ends(rivaal: Authority, carl) -> None:
    world.activation(rivaal)
    record(floor(), arrival())
    with transaction.atomic():
        with viewing(person=carl, authorities=[rivaal.pk], purpose="p", subject="s", at=NOON):
            pass
        assert models.Caller.objects.count() == 0


def test_nobody_can_write_a_record_of_another_authority(rivaal: Authority, elsewhere: Authority, otto) -> None:
    world.activation(rivaal)
    record(floor(), arrival())
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        viewing(person=otto, authorities=[elsewhere.pk], purpose="p", subject="s", at=NOON),
    ):
        models.Caller.objects.create(call_id="c2", authority=rivaal, number="+32477000002", at=NOON)


def test_a_hidden_number_leaves_no_caller(rivaal: Authority) -> None:
    world.activation(rivaal)
    record(floor(), arrival(caller=""))
    with acting_as_centre():
        assert models.Caller.objects.count() == 0
    assert models.Call.objects.get().caller_mark == ""


def test_numbers_and_notes_are_forgotten_after_the_retention(rivaal: Authority, ann: Agent) -> None:
    world.activation(rivaal)
    record(floor(), arrival())
    assert actions.forget_callers(before=NOON) == 0
    assert actions.forget_callers(before=NOON + timedelta(seconds=1)) == 1
    with acting_as_centre():
        assert models.Caller.objects.count() == 0
    assert models.Call.objects.count() == 1


def test_a_note_is_written_again_and_again_by_the_agent_of_the_call_only(
    rivaal: Authority, ann: Agent, bram: Agent
) -> None:
    world.activation(rivaal)
    record(floor(), arrival())
    call = models.Call.objects.get()
    models.Call.objects.update(agent=ann)
    call.refresh_from_db()
    for text in ("vra", "vraagt naar water"):
        actions.write_note(agent=ann, call=call, topic=None, text=text, at=NOON)
    with acting_as_centre():
        assert models.Note.objects.get().text == "vraagt naar water"
    assert Line.objects.filter(kind="note.begun").count() == 1
    with pytest.raises(Refusal):
        actions.write_note(agent=bram, call=call, topic=None, text="x", at=NOON)


def test_a_session_has_one_telephone_and_its_password_is_kept_nowhere(rivaal: Authority, ann: Agent) -> None:
    actions.issue_login(session="s1", agent=ann, at=NOON)
    login, password = actions.issue_login(session="s1", agent=ann, at=NOON)
    stored = models.TelephoneLogin.objects.get()
    assert stored == login
    assert password not in str(stored.__dict__)
    actions.end_logins(session="s1", at=NOON)
    assert models.TelephoneLogin.objects.count() == 0


def test_the_logbook_refuses_to_be_rewritten(rivaal: Authority, ann: Agent) -> None:
    actions.issue_login(session="s1", agent=ann, at=NOON)
    for rewrite in ("UPDATE logbook_line SET kind = 'x'", "DELETE FROM logbook_line"):
        with (
            pytest.raises(ProgrammingError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(rewrite)


def test_a_line_changed_behind_its_back_breaks_the_chain(rivaal: Authority, ann: Agent) -> None:
    for session in ("s1", "s2", "s3"):
        actions.issue_login(session=session, agent=ann, at=NOON)
    assert first_broken_line() is None
    second = Line.objects.order_by("id")[1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE logbook_line DISABLE TRIGGER append_only")
        cursor.execute("UPDATE logbook_line SET subject = 'telephone:other' WHERE id = %s", [second.pk])
    assert first_broken_line() == second
