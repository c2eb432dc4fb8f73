"""The only writer of figures that are kept."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from tocsin.activations.models import Activation
from tocsin.calls.models import CallStep
from tocsin.insights.models import KeptSpan, KeptTally
from tocsin.insights.queries import journal
from tocsin.insights.queries.kept import GRAIN, grain_of, kept_until
from tocsin.insights.rules.figures import Figures
from tocsin.insights.rules.intervals import Dimension

# A call may reach the journal some time after the switch: what is younger is always counted.
_UNSETTLED = timedelta(minutes=5)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def keep_figures(*, activation: int, now: datetime) -> None:
    """Keep the figures of all calls that can change no more, up to the oldest call that lives.

    Counts what is not kept yet; what a late call has changed is counted once more. Nothing is noted in the
    logbook, because nothing is said that the journal does not say.
    """
    with transaction.atomic():
        target = Activation.objects.values_list("target_within", flat=True).get(pk=activation)
        kept, _ = KeptSpan.objects.select_for_update().get_or_create(
            activation_id=activation, defaults={"until": _BEGINNING, "step": 0, "target": target}
        )
        # Asked first: a step that is written meanwhile is looked at the next time.
        newest = CallStep.objects.aggregate(newest=Max("id", default=0))["newest"]
        right_until = kept_until(activation=activation) or _BEGINNING
        oldest = journal.oldest_arrival(activation=activation) or now
        until = grain_of(min(oldest, now - _UNSETTLED))
        since = min(right_until, until)
        KeptTally.objects.filter(activation=activation, start__gte=since).delete()
        if since < until:
            KeptTally.objects.bulk_create(_pieces(activation, since=since, until=until))
        kept.until, kept.step, kept.target = until, newest, target
        kept.save()


def _pieces(activation: int, *, since: datetime, until: datetime) -> list[KeptTally]:
    """What is to be kept of a stretch."""
    arrivals = journal.first_and_last_arrival(activation=activation)
    if arrivals is None:
        return []
    start, end = max(since, grain_of(arrivals[0])), min(until, grain_of(arrivals[1]) + GRAIN)
    edges = [start + GRAIN * i for i in range((end - start) // GRAIN + 1)]
    if len(edges) < 2:
        return []
    counted = journal.pieces(
        activation=activation, edges=edges, by=(Dimension.LANGUAGE, Dimension.STREAM, Dimension.TEAM)
    )
    return [
        KeptTally(
            activation_id=activation, start=at, language=language, stream=stream, team=team, **_columns(figures)
        )
        for at, (language, stream, team), figures in counted
    ]


def _columns(figures: Figures) -> dict[str, Any]:
    return {field.name: getattr(figures, field.name) for field in fields(Figures)}
