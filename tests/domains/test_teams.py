"""Agents are put into teams of an authority, and calls stay with the team of their time."""

from datetime import timedelta

import pytest

from tests.domains.past_calls import an_activation, take_call
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.authorities.models import Authority
from tocsin.calls.models import CallStep
from tocsin.insights.queries.history import Row, in_all
from tocsin.insights.rules.intervals import NO_TEAM, Dimension
from tocsin.logbook.models import Line
from tocsin.refusals import Refusal
from tocsin.workforce.actions import place_in_team
from tocsin.workforce.models import Agent, TeamStep
from tocsin.workforce.queries import teams_at, teams_of

HOUR = timedelta(hours=1)


def test_an_agent_is_in_one_team_of_an_authority_and_can_leave_it(
    ann: Agent, bram: Agent, rivaal: Authority, elsewhere: Authority, carl: Person
) -> None:
    place_in_team(agent=ann, authority=rivaal, team="Night  shift ", by=carl, at=NOON)
    place_in_team(agent=ann, authority=elsewhere, team="Harbour", by=carl, at=NOON)
    place_in_team(agent=bram, authority=rivaal, team="night shift", by=carl, at=NOON)
    assert teams_of(agent=ann) == {rivaal.pk: "Night shift", elsewhere.pk: "Harbour"}
    assert teams_at(authority=rivaal) == ["Night shift"], "the same words in other letters are the same team"
    place_in_team(agent=ann, authority=rivaal, team="", by=carl, at=NOON)
    assert teams_of(agent=ann) == {elsewhere.pk: "Harbour"}
    assert Line.objects.filter(kind="agent.placed_in_team").latest("pk").facts == {
        "team": "",
        "before": "Night shift",
    }


def test_what_changes_nothing_is_not_kept(ann: Agent, rivaal: Authority, carl: Person) -> None:
    for team in ("", "Day", "Day", "day"):
        place_in_team(agent=ann, authority=rivaal, team=team, by=carl, at=NOON)
    assert TeamStep.objects.count() == Line.objects.count() == 1


@pytest.mark.parametrize("name", ["-", " ... ", "x" * 41])
def test_what_is_no_name_is_refused(ann: Agent, rivaal: Authority, carl: Person, name: str) -> None:
    with pytest.raises(Refusal):
        place_in_team(agent=ann, authority=rivaal, team=name, by=carl, at=NOON)


def by_team(activation) -> dict[str, Row]:
    return {row.value: row for row in in_all(activation=activation, by=Dimension.TEAM, now=NOON + 9 * HOUR)}


def test_a_call_counts_for_the_team_that_its_first_agent_was_in_at_that_moment(
    ann: Agent, bram: Agent, elsewhere: Authority, carl: Person
) -> None:
    activation = an_activation(opened_at=NOON)
    place_in_team(agent=ann, authority=elsewhere, team="Of others", by=carl, at=NOON)
    place_in_team(agent=ann, authority=activation.authority, team="Day", by=carl, at=NOON + HOUR)
    place_in_team(agent=ann, authority=activation.authority, team="Night", by=carl, at=NOON + 3 * HOUR)
    for leg, hours, agent in (("a", 0, ann), ("b", 1, ann), ("c", 2, ann), ("d", 3, ann), ("e", 2, bram)):
        take_call(activation=activation, arrived_at=NOON + hours * HOUR, leg=leg)
        CallStep.objects.filter(call_id=leg, after="talking").update(agent=agent)
    take_call(activation=activation, arrived_at=NOON, talked=None, leg="f")
    rows = by_team(activation)
    assert {team: row.figures.offered for team, row in rows.items()} == {"": 1, NO_TEAM: 2, "Day": 2, "Night": 1}
    assert {team: row.callers.attempts for team, row in rows.items()} == {"": 1, NO_TEAM: 2, "Day": 2, "Night": 1}
    assert {team: row.figures.answered for team, row in rows.items()} == {"": 0, NO_TEAM: 2, "Day": 2, "Night": 1}
