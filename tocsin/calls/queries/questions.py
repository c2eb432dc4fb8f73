"""Questions left by voice that an agent may take up. PERSONAL marks reads that need `viewing` around them."""

from datetime import datetime

from django.db.models import Q, QuerySet

from tocsin.activations.models import HearingTerms
from tocsin.calls.models import Tape
from tocsin.calls.queries.tapes import streams_heard_by
from tocsin.workforce.models import Agent


def takes_questions(agent: Agent) -> bool:
    """Whether an authority that the agent serves ever let callers leave questions by voice."""
    return HearingTerms.objects.filter(activation__authority__in=agent.serves.all(), questions=True).exists()


def questions_for(agent: Agent) -> QuerySet[Tape]:
    """PERSONAL. The questions, answered or not, that an agent may hear: in their languages, of their authorities,
    those of victims and relatives only with the training."""
    return Tape.objects.filter(
        question=True,
        silent=False,
        authority__in=agent.serves.all(),
        language__in=list(agent.languages),
        stream__in=streams_heard_by(agent.person),
    )


def open_questions(agent: Agent, *, now: datetime) -> QuerySet[Tape]:
    """PERSONAL. Those of them that have a sound and no answer, and that no colleague has; the oldest first."""
    free = Q(claimed_by=None) | Q(claimed_by=agent) | Q(claimed_until__lte=now)
    found = questions_for(agent).filter(free, answered_at=None).exclude(sha256="")
    return found.select_related("call", "activation").order_by("began_at", "name")


def claimed_question(agent: Agent, *, now: datetime) -> Tape | None:
    """PERSONAL. The question that an agent has before them, if any."""
    return open_questions(agent, now=now).filter(claimed_by=agent, claimed_until__gt=now).first()
