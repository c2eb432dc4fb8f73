"""What was told last of the wait."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0012_keypad_answers")]

    operations: ClassVar = [
        migrations.AddField(model_name="call", name="told_by", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="call", name="told_place", field=models.PositiveIntegerField(null=True)),
    ]
