"""Callers who hang up and are called back."""

from typing import ClassVar

from django.db import migrations, models

from tocsin.calls.rules.states import CallState


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0006_streams"), ("activations", "0003_call_backs")]

    operations: ClassVar = [
        migrations.AddField(model_name="call", name="promised_by", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="call",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, db_default=0),
        ),
        migrations.AddField(
            model_name="call", name="dialled", field=models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddField(
            model_name="caller",
            name="call_back",
            field=models.CharField(blank=True, db_default="", max_length=20),
        ),
        migrations.AlterField(
            model_name="caller",
            name="number",
            field=models.CharField(blank=True, db_index=True, max_length=20),
        ),
        migrations.AlterField(
            model_name="call",
            name="state",
            field=models.CharField(choices=[(state.value, state.value) for state in CallState], max_length=12),
        ),
    ]
