"""Figures know who left a question by voice."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("insights", "0001_kept")]

    operations: ClassVar = [
        migrations.AddField("kepttally", "left_question", models.PositiveIntegerField(default=0, db_default=0)),
    ]
