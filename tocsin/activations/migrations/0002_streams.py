"""Streams, and what is asked of agents."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models

import tocsin.activations.models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activations", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="activation",
            name="streams",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2),
                default=tocsin.activations.models.only_information,
                db_default=["d5"],
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="activation",
            name="language_level",
            field=models.PositiveSmallIntegerField(default=1, db_default=1),
        ),
        migrations.AddField(
            model_name="activation", name="skills", field=models.JSONField(default=dict, db_default={})
        ),
        migrations.AddField(model_name="activation", name="relaxed_after", field=models.DurationField(null=True)),
        migrations.AddConstraint(
            model_name="activation",
            constraint=models.CheckConstraint(
                condition=models.Q(streams__contains=["d5"]), name="activation_informs"
            ),
        ),
    ]
