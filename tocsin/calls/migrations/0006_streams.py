"""Streams, the order of calls with its reasons, and questions answered by keypad."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.activations.rules import Stream
from tocsin.calls.rules.events import Verb
from tocsin.calls.rules.states import CallState, Rank


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0005_who_calls_again"), ("workforce", "0002_streams")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="call",
            name="rank",
            field=models.PositiveSmallIntegerField(default=Rank.ORDINARY, db_default=4),
        ),
        migrations.RunSQL("UPDATE calls_call SET rank = 0 WHERE first_in_line", elidable=False),
        migrations.RemoveField(model_name="call", name="first_in_line"),
        migrations.AddField(
            model_name="call",
            name="known_to",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="workforce.agent",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="stream",
            field=models.CharField(
                choices=[(stream.value, stream.value) for stream in Stream],
                default=Stream.D5,
                db_default="d5",
                max_length=2,
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="question",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
        migrations.AddField(model_name="callstep", name="reason", field=models.JSONField(null=True)),
        migrations.AddField(
            model_name="callstep",
            name="stream",
            field=models.CharField(default=Stream.D5, db_default="d5", max_length=2),
        ),
        migrations.AlterField(
            model_name="call",
            name="state",
            field=models.CharField(choices=[(state.value, state.value) for state in CallState], max_length=12),
        ),
        migrations.AlterField(
            model_name="deskorder",
            name="verb",
            field=models.CharField(choices=[(verb.value, verb.value) for verb in Verb], max_length=10),
        ),
    ]
