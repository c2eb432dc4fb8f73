"""Figures are kept as soon as no call can change them, so that nobody waits for them to be counted."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from tocsin.insights import actions
from tocsin.insights.queries.kept import to_be_kept


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="keep_figures")
def keep_figures(timestamp: int) -> None:
    """Each activation in a transaction of its own; those that fail are told together, after the others."""
    now = datetime.fromtimestamp(timestamp, UTC)
    activations = list(to_be_kept(now=now).values_list("pk", flat=True))
    failures: list[Exception] = []
    for activation in activations:
        try:
            actions.keep_figures(activation=activation, now=now)
        except Exception as failure:
            failure.add_note(f"The figures of activation {activation} were not kept.")
            failures.append(failure)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(activations)} activations were not counted", failures)
