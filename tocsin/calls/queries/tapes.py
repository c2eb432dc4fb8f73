"""The tapes of an activation. PERSONAL marks reads that need `viewing` around them, with the streams."""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet

from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.calls.models import DeletionCertificate, Tape
from tocsin.workforce.models import Agent

# The sweeps run every minute and every hour: what is left after so long could not be moved, or deleted.
KEPT_WITHIN, DELETED_WITHIN = timedelta(minutes=15), timedelta(hours=2)


def streams_heard_by(person: Person) -> tuple[Stream, ...]:
    """Of which streams a person may hear tapes: victims and relatives are for those trained for them."""
    agent = Agent.objects.filter(person=person).first()
    return (Stream.D5, Stream.D2) if agent and Stream.D2 in agent.skills else (Stream.D5,)


def tapes_of(activation: Activation, *, most: int) -> list[Tape]:
    """PERSONAL. The tapes of an activation that the viewer may see, the newest first."""
    tapes = Tape.objects.filter(activation=activation, silent=False).select_related("agent__person", "terms")
    return list(tapes.order_by("-began_at")[:most])


def tape_of(activation: Activation, *, name: str) -> Tape | None:
    """PERSONAL. One tape, where the viewer may see it."""
    found = Tape.objects.filter(activation=activation, name=name, silent=False)
    return found.select_related("agent__person", "terms", "claimed_by__person", "answered_by").first()


def tapes_over(*, at: datetime) -> QuerySet[Tape]:
    """PERSONAL. The tapes whose retention is over, with the instant at which it was as `until`."""
    until = ExpressionWrapper(F("ended_at") + F("terms__days") * timedelta(days=1), output_field=DateTimeField())
    return Tape.objects.filter(kept_at__isnull=False).annotate(until=until).filter(until__lt=at)


def stuck_tapes(*, at: datetime) -> tuple[int, int]:
    """PERSONAL. How many tapes could not be brought to where they are kept, and how many not be deleted."""
    unkept = Tape.objects.filter(kept_at=None, ended_at__lt=at - KEPT_WITHIN)
    return unkept.count(), tapes_over(at=at - DELETED_WITHIN).count()


def certificates_of(activation: Activation) -> list[DeletionCertificate]:
    """What is left of tapes that were deleted, the newest first."""
    return list(activation.deletion_certificates.select_related("by").order_by("-id"))
