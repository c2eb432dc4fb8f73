"""Questions that callers leave by voice are tapes without an agent, and are answered."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("calls", "0026_called_telephones"),
        ("activations", "0012_voice_questions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            "tape",
            "agent",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="workforce.agent",
            ),
        ),
        migrations.AddField("tape", "question", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("tape", "silent", models.BooleanField(default=False, db_default=False)),
        migrations.AddField(
            "tape",
            "answered_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("tape", "answered_at", models.DateTimeField(null=True)),
        migrations.AddField("tape", "called_back", models.BooleanField(null=True)),
        migrations.AddField(
            "tape", "answer", models.CharField(max_length=500, blank=True, default="", db_default="")
        ),
    ]
