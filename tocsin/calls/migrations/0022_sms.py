"""SMS that callers ask for."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.calls.rules.sms import SmsState


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0021_emergency")]

    operations: ClassVar = [
        migrations.AddField("call", "texted", models.BooleanField(db_default=False, default=False)),
        migrations.CreateModel(
            name="Sms",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("language", models.CharField(max_length=2)),
                ("text", models.TextField()),
                (
                    "state",
                    models.CharField(max_length=10, choices=[(state.value, state.value) for state in SmsState]),
                ),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "call",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sms",
                        to="calls.call",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "ordered")), fields=["id"], name="calls_sms_to_send")
                ]
            },
        ),
    ]
