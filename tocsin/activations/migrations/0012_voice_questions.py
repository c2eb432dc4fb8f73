"""Callers in line may leave a question by voice, where the terms of the activation say so."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activations", "0011_queue_limit")]

    operations: ClassVar = [
        migrations.AddField("hearingterms", "questions", models.BooleanField(default=False, db_default=False)),
        migrations.RemoveConstraint("hearingterms", "recording_has_a_basis_and_an_end"),
        migrations.AddConstraint(
            "hearingterms",
            models.CheckConstraint(
                condition=Q(records=False, questions=False)
                | (Q(days__gte=1, days__lte=3650) & ~Q(basis="") & ~Q(article="")),
                name="recording_has_a_basis_and_an_end",
            ),
        ),
    ]
