"""A call-back that waits for the opening hours."""

from typing import ClassVar

from django.db import migrations, models

from tocsin.calls.rules.states import CallState


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0029_consult_coordinators")]

    operations: ClassVar = [
        migrations.AlterField(
            "call",
            "state",
            models.CharField(max_length=12, choices=[(state.value, state.value) for state in CallState]),
        ),
    ]
