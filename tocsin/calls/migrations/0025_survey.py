"""Callers who are asked after the conversation how it was."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.calls.rules.states import CallState


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activations", "0009_survey"), ("calls", "0024_clock")]

    operations: ClassVar = [
        migrations.AlterField(
            "call",
            "state",
            models.CharField(max_length=12, choices=[(state.value, state.value) for state in CallState]),
        ),
        migrations.AddField(
            "call",
            "survey",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="activations.surveyquestion",
            ),
        ),
    ]
