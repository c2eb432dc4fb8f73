"""The switch may call agents at their own numbers."""

from typing import ClassVar

from django.db import migrations, models

from tocsin.calls.rules.called_telephone import Calling


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0025_survey"), ("workforce", "0004_own_number")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="telephonelogin",
            name="stage",
            field=models.CharField(
                max_length=12, blank=True, default="", choices=[(stage.value, stage.value) for stage in Calling]
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="telephonelogin",
            name="leg",
            field=models.CharField(max_length=80, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="telephonelogin",
            name="why",
            field=models.CharField(max_length=40, blank=True, default=""),
            preserve_default=False,
        ),
    ]
