"""Topics can be retired, and the database keeps those that notes have."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0002_wall")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="topic", name="retired", field=models.BooleanField(default=False, db_default=False)
        ),
        migrations.AlterField(
            model_name="note",
            name="topic",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="calls.topic",
            ),
        ),
    ]
