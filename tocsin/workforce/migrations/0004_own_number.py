"""Agents may be called at a number of their own instead of speaking through the browser."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("workforce", "0003_teams")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="agent",
            name="own_number",
            field=models.CharField(max_length=16, blank=True, db_default="", default=""),
        ),
    ]
