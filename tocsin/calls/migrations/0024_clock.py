"""By how much the clock was put while a call lives."""

from datetime import timedelta
from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0023_treatment")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="call",
            name="ahead",
            field=models.DurationField(default=timedelta(), db_default=timedelta()),
        ),
    ]
