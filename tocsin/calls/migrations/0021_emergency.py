"""Callers who dial 112 on the keypad."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.calls.rules.states import CallState


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0020_tapes"), ("workforce", "0001_initial")]

    operations: ClassVar = [
        migrations.AlterField(
            "call",
            "state",
            models.CharField(max_length=12, choices=[(state.value, state.value) for state in CallState]),
        ),
        migrations.AlterField(
            "consultation",
            "by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="workforce.agent",
            ),
        ),
    ]
