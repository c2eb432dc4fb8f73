"""The logbook's one table."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Line(models.Model):
    """One thing that was done. Never changed, never deleted: the database refuses both (see the migration).

    `digest` is the SHA-256 of the line's canonical content and the previous line's digest, so that a line
    changed or removed behind the application's back breaks the chain at that place.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=60, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The authority concerned, by its key: authorities are above the logbook and cannot be referred to here.
    authority = models.BigIntegerField(null=True, db_index=True)
    subject = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind} {self.subject}"
