"""What agents ask others about their callers."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.events import Verb


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0015_transfer")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="call",
            name="consulted",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("to", models.CharField(max_length=40)),
                ("consent", models.BooleanField()),
                (
                    "stage",
                    models.CharField(choices=[(stage.value, stage.value) for stage in Stage], max_length=10),
                ),
                ("began_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("why", models.CharField(blank=True, max_length=60)),
                (
                    "agent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workforce.agent",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workforce.agent"
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consultations",
                        to="calls.call",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="calls.topic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stage", Stage.ENDED.value), _negated=True),
                        fields=("call",),
                        name="one_consultation_at_a_time",
                    )
                ]
            },
        ),
        migrations.AlterField(
            model_name="deskorder",
            name="verb",
            field=models.CharField(choices=[(verb.value, verb.value) for verb in Verb], max_length=10),
        ),
    ]
