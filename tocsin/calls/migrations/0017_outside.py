"""Calls to numbers outside, and the directory of them."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.calls.rules.consultation import Stage
from tocsin.calls.rules.states import CallState


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0016_consultations"), ("authorities", "0001_initial")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="OutsideNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=40)),
                ("number", models.CharField(max_length=20)),
                ("practice", models.CharField(blank=True, max_length=20)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outside_numbers",
                        to="authorities.authority",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "name"), name="outside_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number__regex", r"^(\+[1-9][0-9]{6,14}|[1-9][0-9]{2,5})$"),
                            ("practice__regex", r"^(\+[1-9][0-9]{6,14}|[1-9][0-9]{2,5})?$"),
                        ),
                        name="outside_number_can_be_called",
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="consultation",
            name="number",
            field=models.CharField(blank=True, db_default="", max_length=20),
        ),
        migrations.AddField(
            model_name="deskorder",
            name="number",
            field=models.CharField(blank=True, db_default="", max_length=20),
        ),
        migrations.AlterField(
            model_name="consultation",
            name="stage",
            field=models.CharField(choices=[(stage.value, stage.value) for stage in Stage], max_length=10),
        ),
        migrations.AlterField(
            model_name="call",
            name="state",
            field=models.CharField(choices=[(state.value, state.value) for state in CallState], max_length=12),
        ),
    ]
