"""Figures that are final are kept."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

COUNTS = (
    "offered",
    "answered",
    "in_target",
    "abandoned",
    "short",
    "before_line",
    "called_back",
    "reached",
    "lost",
    "in_progress",
    "turned_away",
    "self_served",
    "diverted",
)


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = [("activations", "0005_news")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="KeptSpan",
            fields=[
                (
                    "activation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="kept",
                        serialize=False,
                        to="activations.activation",
                    ),
                ),
                ("until", models.DateTimeField()),
                ("step", models.BigIntegerField()),
                ("target", models.DurationField()),
            ],
        ),
        migrations.CreateModel(
            name="KeptTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("start", models.DateTimeField()),
                ("language", models.CharField(max_length=2)),
                ("stream", models.CharField(max_length=2)),
                ("team", models.CharField(blank=True, max_length=40)),
                *((name, models.PositiveIntegerField()) for name in COUNTS),
                ("wait_of_answered", models.DurationField()),
                ("wait_of_all", models.DurationField()),
                (
                    "activation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="activations.activation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("activation", "start", "language", "stream", "team"), name="insights_kept_once"
                    )
                ],
            },
        ),
    ]
