"""Coordinators at conversations, and what they ask of agents."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.calls.rules.events import Answer, LineVerb, SupervisorVerb
from tocsin.calls.rules.hearing import Manner


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0018_dialled_leg"), ("workforce", "0002_streams")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="lineorder",
            name="answer",
            field=models.CharField(
                blank=True, choices=[(answer.value, answer.value) for answer in Answer], max_length=20
            ),
        ),
        migrations.AlterField(
            model_name="lineorder",
            name="call",
            field=models.CharField(blank=True, db_index=True, max_length=80),
        ),
        migrations.AlterField(
            model_name="lineorder",
            name="verb",
            field=models.CharField(
                choices=[(verb.value, verb.value) for verb in (*LineVerb, *SupervisorVerb)], max_length=10
            ),
        ),
        migrations.CreateModel(
            name="Supervision",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="supervision",
                        serialize=False,
                        to="calls.lineorder",
                    ),
                ),
                (
                    "manner",
                    models.CharField(choices=[(manner.value, manner.value) for manner in Manner], max_length=10),
                ),
                ("began_at", models.DateTimeField()),
                ("opens_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("why", models.CharField(blank=True, max_length=40)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workforce.agent"
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
                        related_name="supervisions",
                        to="calls.call",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("by",),
                        name="one_conversation_heard_at_a_time",
                    )
                ],
            },
        ),
    ]
