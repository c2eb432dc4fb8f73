"""How many callers wait in person on a line."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activations", "0010_incidents")]

    operations: ClassVar = [
        migrations.AddField("activation", "most_waiting", models.PositiveSmallIntegerField(null=True)),
    ]
