"""The leg that was dialled last for a call-back: its name says on which node of the switch it is."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0017_outside")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="call",
            name="dialled_leg",
            field=models.CharField(blank=True, db_default="", max_length=100),
        ),
        # As these legs were named until now.
        migrations.RunSQL(
            "UPDATE calls_call SET dialled_leg = leg || '~' || attempts WHERE dialled",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
