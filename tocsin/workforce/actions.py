"""The only writer of agents and of the states they are in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

from django.db import connection, transaction

from tocsin.accounts.models import Person
from tocsin.authorities.models import Authority
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent, AgentStep
from tocsin.workforce.rules import AgentChange, Level, Standing

# The columns in the order of Standing's fields.
_STORE = """
UPDATE workforce_agent AS agent
SET state = new.state, since = new.since, idle_since = new.idle_since, d2_time = new.d2_time,
    reason = new.reason, missed = new.missed, call = new.call, connected = new.connected, due_at = new.due_at
FROM unnest(
    %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::interval[], %s::text[], %s::smallint[],
    %s::text[], %s::boolean[], %s::timestamptz[]
) AS new (id, state, since, idle_since, d2_time, reason, missed, call, connected, due_at)
WHERE agent.id = new.id
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


def store_agents(*, agents: Sequence[Standing], changes: Sequence[AgentChange]) -> list[AgentStep]:
    """Keep what the switchboard decided about agents, inside its transaction; answers the steps as kept."""
    if agents:
        with connection.cursor() as cursor:
            # Not bulk_update: its CASE for every row and column took nine tenths of the switchboard's time.
            cursor.execute(
                _STORE, [[getattr(agent, field.name) for agent in agents] for field in fields(Standing)]
            )
    return AgentStep.objects.bulk_create(
        AgentStep(
            agent_id=change.agent, before=change.before, after=change.after, at=change.at, why=change.why[:40]
        )
        for change in changes
    )
