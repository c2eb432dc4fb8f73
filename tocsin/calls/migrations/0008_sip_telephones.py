"""Agents may use a SIP telephone instead of the browser."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0007_call_backs")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="telephonelogin",
            name="browser",
            field=models.BooleanField(default=True),
        ),
    ]
