"""Attempts to call back that did not come to the number's network."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0030_deferred")]

    operations: ClassVar = [
        migrations.AddField("call", "outages", models.PositiveSmallIntegerField(db_default=0, default=0)),
    ]
