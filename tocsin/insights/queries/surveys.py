"""The survey of an activation, counted from the journal."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from tocsin.calls.models import CallStep
from tocsin.calls.rules.states import RATED, CallState
from tocsin.calls.rules.survey import RATINGS
from tocsin.insights.rules.survey import Survey


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """What the callers of a language answered who were asked from `start` to before `until`."""

    start: datetime
    until: datetime
    language: str
    survey: Survey


def survey(*, activation: int) -> Survey:
    """What the callers of an activation were asked and answered, whatever the question was at the time.

    Whoever hangs up while the question is heard was asked.
    """
    steps = CallStep.objects.filter(activation=activation, after=CallState.SURVEYED)
    given = steps.filter(why=RATED).values_list("reason__value").annotate(Count("pk")).order_by()
    counts = dict(given)
    return Survey(
        asked=steps.exclude(before=CallState.SURVEYED).count(),
        answers={int(rating): counts.get(int(rating), 0) for rating in RATINGS},
    )


def survey_rows(*, activation: int, cut: Sequence[datetime]) -> list[SurveyRow]:
    """The same by interval and language, in the order of time, for those in which somebody was asked.

    `cut` are the starts of the intervals, and last the end of the last one. An answer counts where it was asked.
    """
    steps = CallStep.objects.filter(activation=activation, after=CallState.SURVEYED)
    given = dict(steps.filter(why=RATED).values_list("call_id", "reason__value"))
    asked = steps.filter(at__gte=cut[0], at__lt=cut[-1]).exclude(before=CallState.SURVEYED)
    counted: dict[tuple[int, str], Counter[int | None]] = {}
    for call, at, language in asked.values_list("call_id", "at", "language"):
        counted.setdefault((bisect_right(cut, at) - 1, language), Counter())[given.get(call)] += 1
    return [
        SurveyRow(
            start=cut[place],
            until=cut[place + 1],
            language=language,
            survey=Survey(answers.total(), {int(rating): answers[int(rating)] for rating in RATINGS}),
        )
        for (place, language), answers in sorted(counted.items())
    ]
