"""Whether callers may ask to be called back."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activations", "0002_streams")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="activation",
            name="call_backs",
            field=models.BooleanField(default=True, db_default=False),
        ),
        migrations.AddField(
            model_name="activation",
            name="dials_itself",
            field=models.BooleanField(default=False, db_default=False),
        ),
    ]
