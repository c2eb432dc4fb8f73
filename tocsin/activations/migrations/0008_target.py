"""What is aimed at on a line."""

from datetime import timedelta
from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activations", "0007_sms")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="activation",
            name="target_within",
            field=models.DurationField(default=timedelta(seconds=20), db_default=timedelta(seconds=20)),
        ),
        migrations.AddField(
            model_name="activation",
            name="target_percent",
            field=models.PositiveSmallIntegerField(default=80, db_default=80),
        ),
    ]
