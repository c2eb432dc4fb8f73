"""What agents remark of callers, and how coordinators have them treated."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tocsin.calls.rules.treatment import Conduct, Treatment


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("calls", "0022_sms"),
        ("activations", "0005_news"),
        ("workforce", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "conduct",
                    models.CharField(max_length=10, choices=[(each.value, each.value) for each in Conduct]),
                ),
                ("at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workforce.agent"
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="calls.call",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.CreateModel(
            name="Treatment",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("caller_mark", models.CharField(max_length=32)),
                (
                    "treatment",
                    models.CharField(max_length=10, choices=[(each.value, each.value) for each in Treatment]),
                ),
                ("until", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "activation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="treatments",
                        to="activations.activation",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["activation", "caller_mark", "-id"], name="calls_treatment_of_a_caller")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("caller_mark", ""), _negated=True), name="nobody_unknown_is_treated"
                    )
                ],
            },
        ),
    ]
