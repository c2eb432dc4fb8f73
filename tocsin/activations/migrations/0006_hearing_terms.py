"""What the law asks where conversations are heard or recorded."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("activations", "0005_news"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="HearingTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("tells_hearing", models.BooleanField(default=False)),
                ("records", models.BooleanField(default=False)),
                ("every", models.BooleanField(default=True)),
                ("basis", models.TextField(blank=True)),
                ("article", models.CharField(blank=True, max_length=120)),
                ("notices", models.JSONField(default=dict)),
                ("days", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "activation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hearing_terms",
                        to="activations.activation",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("records", False),
                            models.Q(
                                ("days__gte", 1),
                                ("days__lte", 3650),
                                models.Q(("basis", ""), _negated=True),
                                models.Q(("article", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="recording_has_a_basis_and_an_end",
                    )
                ],
            },
        ),
    ]
