"""The desks of a benchmark: whoever is offered a call takes it, whoever wraps up is done.

One statement for all desks at once, so that the load is the switchboard's and not that of the make-believe agents.
"""

import psycopg

from tocsin.project.instance import instance

_ACT = """
WITH asked AS (
    INSERT INTO calls_deskorder (agent_id, verb, call, reason, at)
    SELECT id, CASE state WHEN 'offered' THEN 'accept' ELSE 'done' END, call, '', now()
    FROM workforce_agent AS agent
    WHERE state IN ('offered', 'wrap_up')
      AND NOT EXISTS (SELECT FROM calls_deskorder AS waiting WHERE waiting.agent_id = agent.id)
    RETURNING 1
)
SELECT pg_notify('tocsin_switchboard', 'orders') WHERE EXISTS (SELECT FROM asked)
"""

with psycopg.connect(instance.database_dsn, autocommit=True) as connection:
    connection.execute("LISTEN tocsin_live")
    while True:
        if list(connection.notifies(timeout=1, stop_after=1)):
            connection.execute(_ACT)
