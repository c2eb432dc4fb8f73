"""The only writer of agents and of the states they are in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from tocsin.accounts.models import Person
from tocsin.authorities.models import Authority
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent, TeamStep
from tocsin.workforce.queries import teams_at, teams_of
from tocsin.workforce.rules import AgentChange, Level, Standing, team_name

# Not by the models: an UPDATE with a CASE for every row and column took nine tenths of the switchboard's time.
_STORE = """
WITH stored AS (
    UPDATE workforce_agent AS agent
    SET state = new.state, since = new.since, idle_since = new.idle_since, d2_time = new.d2_time,
        d2_away = new.d2_away, d2_rested_at = new.d2_rested_at,
        reason = new.reason, missed = new.missed, call = new.call, connected = new.connected, due_at = new.due_at
    FROM json_populate_recordset(NULL::workforce_agent, %s) AS new
    WHERE agent.id = new.id
)
INSERT INTO workforce_agentstep (agent_id, before, after, at, why)
SELECT agent_id, before, after, at, why FROM json_populate_recordset(NULL::workforce_agentstep, %s)
RETURNING id
"""


def enrol_agent(
    *,
    person: Person,
    languages: Mapping[str, int],
    skills: Mapping[str, int],
    serves: Iterable[Authority],
    by: Person | None,
    at: datetime,
) -> Agent:
    """Make a person an agent, or change what is known of one: levels by language and by skill, and authorities."""
    if not languages:
        raise Refusal("An agent speaks at least one language.")
    if not set(languages.values()) | set(skills.values()) <= set(Level):
        raise Refusal("A level is 1, 2 or 3.")
    abilities = {"languages": dict(languages), "skills": dict(skills)}
    with transaction.atomic():
        agent, new = Agent.objects.update_or_create(
            person=person,
            defaults=abilities,
            create_defaults={**abilities, "since": at, "idle_since": at},
        )
        served = list(serves)
        agent.serves.set(served)
        note(
            kind="agent.enrolled" if new else "agent.changed",
            subject=f"agent:{agent.pk}",
            by=by,
            at=at,
            facts={**abilities, "authorities": sorted(authority.pk for authority in served)},
        )
        notify("tocsin_switchboard", "agents")
    return agent


def place_in_team(*, agent: Agent, authority: Authority, team: str, by: Person, at: datetime) -> None:
    """Put an agent into a team of an authority, or into none where the name is empty; a team is its name.

    Refuses a name that is none. A team that exists keeps its spelling; where nothing changes nothing is kept.
    """
    team = team_name(team)
    with transaction.atomic():
        # Two who write at once would each see the agent where the other does not.
        Agent.objects.select_for_update().get(pk=agent.pk)
        known = {name.casefold(): name for name in teams_at(authority=authority)}
        team = known.get(team.casefold(), team)
        before = teams_of(agent=agent).get(authority.pk, "")
        if team == before:
            return
        TeamStep.objects.create(agent=agent, authority=authority, team=team, at=at)
        note(
            kind="agent.placed_in_team",
            subject=f"agent:{agent.pk}",
            by=by,
            at=at,
            authority=authority.pk,
            facts={"team": team, "before": before},
        )


def keep_own_number(*, agent: Agent, number: str, by: Person, at: datetime) -> None:
    """Keep where an agent may be called instead of speaking through the browser, E.164; empty: nowhere.

    The logbook says who changed it, and not to what: it is the number of a home.
    """
    with transaction.atomic():
        kept = Agent.objects.select_for_update().get(pk=agent.pk)
        if kept.own_number == number:
            return
        kept.own_number = number
        kept.save(update_fields=["own_number"])
        kind = "agent.number_kept" if number else "agent.number_forgotten"
        note(kind=kind, subject=f"agent:{agent.pk}", by=by, at=at)


def store_agents(*, agents: Sequence[Standing], changes: Sequence[AgentChange]) -> list[dict[str, Any]]:
    """Keep what the switchboard decided about agents, inside its transaction; answers the steps as kept, by
    column."""
    if not (agents or changes):
        return []
    standing = [
        {
            "id": agent.agent,
            "state": agent.state,
            "since": agent.since,
            "idle_since": agent.idle_since,
            "d2_time": agent.d2_time,
            "d2_away": agent.d2_away,
            "d2_rested_at": agent.d2_rested_at,
            "reason": agent.reason,
            "missed": agent.missed,
            "call": agent.call,
            "connected": agent.connected,
            "due_at": agent.due_at,
        }
        for agent in agents
    ]
    steps = [
        {
            "agent_id": change.agent,
            "before": change.before,
            "after": change.after,
            "at": change.at,
            "why": change.why[:40],
        }
        for change in changes
    ]
    with connection.cursor() as cursor:
        # Instants and spans as text: PostgreSQL reads both.
        cursor.execute(_STORE, [orjson.dumps(rows, default=str).decode() for rows in (standing, steps)])
        return [{"id": key, **step} for (key,), step in zip(cursor.fetchall(), steps, strict=True)]
