"""Agents may ask a coordinator about a caller."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0028_text_callers"), ("workforce", "0005_d2_breaks")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="deskorder",
            name="colleague",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="workforce.agent",
            ),
        ),
    ]
