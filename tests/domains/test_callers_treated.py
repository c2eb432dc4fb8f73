"""Remarks of agents and decisions of coordinators, kept and undone; what the switchboard makes of them."""

from datetime import timedelta

import pytest
from django.conf import settings

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls import actions, ports
from tocsin.calls.daemon import earlier, memory
from tocsin.calls.models import Call
from tocsin.calls.models import Treatment as Stored
from tocsin.calls.queries.treatment import remarked_callers
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.treatment import SPANS, Conduct, Treatment
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
NUISANCE, ZOE = "+32470112233", "+32470112244"


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    return world.activation(rivaal)


def took(agent: Agent, on: Activation, *, leg: str = "c1", caller: str = NUISANCE, minutes: int = 0) -> Call:
    """A call that an agent took."""
    return Call.objects.create(
        leg=leg,
        number="1771",
        caller_mark=caller_mark(caller, key=settings.CALLER_HASH_KEY),
        activation=on,
        language="nl",
        state="ended",
        since=NOON,
        arrived_at=NOON + timedelta(minutes=minutes),
        agent=agent,
    )


def decide(call: Call, by: Person, treatment: Treatment = Treatment.LAST, **given: object) -> Stored:
    asked = {"span": SPANS[0], "why": "Belt om de minuut.", "at": NOON} | given
    return actions.treat_caller(call=call, by=by, treatment=treatment, **asked)  # type: ignore[arg-type]


def treated(*callers: str, after: timedelta = timedelta()) -> dict[str, Treatment]:
    arrivals = [ports.CallArrived(caller, "1771", caller, NOON) for caller in callers]
    treated = earlier.treatments(arrivals, lines=memory.load_scripts(State.OPEN), now=NOON + after)
    return {leg: treatment for leg, by_activation in treated.items() for treatment in by_activation.values()}


def test_callers_are_listed_by_how_often_agents_remarked_upon_them(opened: Activation, ann: Agent) -> None:
    for minutes, (leg, caller) in enumerate([("z1", ZOE), ("n1", NUISANCE), ("n2", NUISANCE), ("h1", "")]):
        call = took(ann, opened, leg=leg, caller=caller, minutes=minutes)
        actions.remark(agent=ann, call=call, conduct=Conduct.NUISANCE, at=NOON)
    took(ann, opened, leg="n3", minutes=9)
    first, second = remarked_callers(activation=opened.pk, now=NOON)
    assert [call.pk for call, _conduct in first.calls] == ["n2", "n1"]
    assert (first.of_all, first.times(Conduct.NUISANCE), first.treatment) == (3, 2, None)
    assert second.latest.pk == "z1"


def test_a_remark_can_be_changed_and_taken_back(opened: Activation, ann: Agent) -> None:
    call = took(ann, opened)
    for conduct in (Conduct.NUISANCE, Conduct.SILENT):
        actions.remark(agent=ann, call=call, conduct=conduct, at=NOON)
    [caller] = remarked_callers(activation=opened.pk, now=NOON)
    assert caller.times(Conduct.SILENT) == len(caller.calls) == 1
    actions.remark(agent=ann, call=call, conduct=Conduct.NONE, at=NOON)
    assert remarked_callers(activation=opened.pk, now=NOON) == []
    assert Line.objects.filter(kind="caller.remarked", by=ann.person).count() == 3


def test_only_the_agent_who_took_the_call_remarks_upon_it(opened: Activation, ann: Agent, bram: Agent) -> None:
    call = took(ann, opened)
    with pytest.raises(Refusal, match="yourself"):
        actions.remark(agent=bram, call=call, conduct=Conduct.NUISANCE, at=NOON)


def test_a_remark_alone_changes_nothing_and_a_decision_only_that_callers_calls_for_its_time(
    opened: Activation, ann: Agent, carl: Person
) -> None:
    call = took(ann, opened)
    actions.remark(agent=ann, call=call, conduct=Conduct.NUISANCE, at=NOON)
    assert treated(NUISANCE, ZOE) == {}
    decide(call, carl)
    assert treated(NUISANCE, ZOE, "") == {NUISANCE: Treatment.LAST}
    assert treated(NUISANCE, after=SPANS[0]) == {}
    decided = Line.objects.get(kind="caller.treatment_decided")
    assert (decided.by, decided.facts["why"], NUISANCE in str(decided.facts)) == (
        carl,
        "Belt om de minuut.",
        False,
    )


def test_the_newest_decision_counts_and_one_undoes_all_before(
    opened: Activation, ann: Agent, carl: Person
) -> None:
    call = took(ann, opened)
    actions.remark(agent=ann, call=call, conduct=Conduct.SILENT, at=NOON)
    decide(call, carl, span=SPANS[-1])
    decide(call, carl, Treatment.TOLD)
    assert treated(NUISANCE) == {NUISANCE: Treatment.TOLD}
    decide(call, carl, Treatment.ORDINARY)
    assert treated(NUISANCE) == {}
    assert Stored.objects.count() == 3


def test_it_holds_for_the_activation_alone(opened: Activation, ann: Agent, carl: Person) -> None:
    call = took(ann, opened)
    actions.remark(agent=ann, call=call, conduct=Conduct.SILENT, at=NOON)
    decide(call, carl)
    Activation.objects.update(state=State.CLOSED)
    world.activation(opened.authority)
    assert treated(NUISANCE) == {}


@pytest.mark.parametrize(
    ("given", "says"),
    [({"why": " "}, "Say why"), ({"why": "a" * 201}, "Say why"), ({"span": timedelta(days=9)}, "how long")],
)
def test_what_is_not_said_or_too_long_is_refused(
    opened: Activation, ann: Agent, carl: Person, given: dict[str, object], says: str
) -> None:
    call = took(ann, opened)
    actions.remark(agent=ann, call=call, conduct=Conduct.NUISANCE, at=NOON)
    with pytest.raises(Refusal, match=says):
        decide(call, carl, **given)
    assert not Stored.objects.exists()


def test_nobody_is_treated_whom_no_agent_remarked_upon_or_who_cannot_be_told_apart(
    opened: Activation, ann: Agent, carl: Person
) -> None:
    with pytest.raises(Refusal, match="No agent"):
        decide(took(ann, opened), carl)
    hidden = took(ann, opened, leg="hidden", caller="")
    actions.remark(agent=ann, call=hidden, conduct=Conduct.NUISANCE, at=NOON)
    with pytest.raises(Refusal, match="hidden"):
        decide(hidden, carl)


def test_nobody_is_treated_for_a_remark_that_was_taken_back(opened: Activation, ann: Agent, carl: Person) -> None:
    call, other = took(ann, opened), took(ann, opened, leg="c2")
    for conduct in (Conduct.NUISANCE, Conduct.NONE):
        actions.remark(agent=ann, call=call, conduct=conduct, at=NOON)
    with pytest.raises(Refusal, match="No agent"):
        decide(call, carl)
    actions.remark(agent=ann, call=other, conduct=Conduct.SILENT, at=NOON)
    decide(call, carl)
    assert Stored.objects.count() == 1


def test_only_a_coordinator_of_the_authority_decides(
    opened: Activation, ann: Agent, dirk: Person, otto: Person
) -> None:
    call = took(ann, opened)
    actions.remark(agent=ann, call=call, conduct=Conduct.NUISANCE, at=NOON)
    for stranger in (dirk, otto, ann.person):
        with pytest.raises(Refusal, match="coordinator"):
            decide(call, stranger)


def test_the_mark_that_a_decision_has_goes_with_the_retention(
    opened: Activation, ann: Agent, carl: Person
) -> None:
    call = took(ann, opened)
    actions.remark(agent=ann, call=call, conduct=Conduct.NUISANCE, at=NOON)
    decide(call, carl)
    actions.forget_callers(before=NOON)
    assert Stored.objects.exists()
    actions.forget_callers(before=NOON + timedelta(seconds=1))
    assert not Stored.objects.exists()
