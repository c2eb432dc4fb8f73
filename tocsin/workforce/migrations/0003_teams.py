"""Agents are in teams of the authorities that they serve."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("authorities", "0001_initial"), ("workforce", "0002_streams")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="TeamStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("team", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="team_steps",
                        to="workforce.agent",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="authorities.authority"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["agent", "authority", "id"], name="workforce_team_of_agent")],
            },
        ),
    ]
