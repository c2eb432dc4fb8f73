"""What counts towards a break from victims and relatives."""

from datetime import timedelta
from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("workforce", "0004_own_number")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="agent",
            name="d2_away",
            field=models.DurationField(default=timedelta, db_default=timedelta()),
        ),
        migrations.AddField(model_name="agent", name="d2_rested_at", field=models.DateTimeField(null=True)),
        # Whoever has a break at this moment is not left in it.
        migrations.RunSQL(
            """
            UPDATE workforce_agent SET d2_rested_at = now() + interval '10 minutes'
             WHERE d2_time > interval '0' AND state NOT IN ('talking', 'wrap_up')
            """,
            migrations.RunSQL.noop,
        ),
    ]
