"""When a caller in line was told news last."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0013_waiting_times")]

    operations: ClassVar = [
        migrations.AddField(model_name="call", name="news_at", field=models.DateTimeField(null=True)),
    ]
