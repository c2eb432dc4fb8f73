"""Callers who asked for text instead of speech; and more than one SMS of a call."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

_RAISE = """
ALTER TABLE calls_textcaller ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls_textcaller FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON calls_textcaller USING (
    (SELECT current_setting('tocsin.viewer', true)) = 'centre'
    OR authority_id::text = ANY (
        (SELECT string_to_array(coalesce(current_setting('tocsin.viewer', true), ''), ','))::text[]
    )
);
"""
_LOWER = """
DROP POLICY wall ON calls_textcaller;
ALTER TABLE calls_textcaller NO FORCE ROW LEVEL SECURITY;
ALTER TABLE calls_textcaller DISABLE ROW LEVEL SECURITY;
"""


def _to(model: str, *, null: bool = False) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_index=False, null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("activations", "0012_voice_questions"),
        ("authorities", "0001_initial"),
        ("calls", "0027_voice_questions"),
        ("workforce", "0004_own_number"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            "sms",
            "call",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sms",
                to="calls.call",
            ),
        ),
        migrations.AddField("sms", "answer", _to("activations.keypadanswer", null=True)),
        migrations.AddField("sms", "agent", _to("workforce.agent", null=True)),
        migrations.CreateModel(
            name="TextCaller",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("caller_mark", models.CharField(max_length=32)),
                ("language", models.CharField(max_length=2)),
                ("at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("agent", _to("workforce.agent")),
                ("authority", _to("authorities.authority")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "caller_mark"), name="text_caller_once"),
                    models.CheckConstraint(
                        condition=models.Q(("caller_mark", ""), _negated=True), name="nobody_unknown_gets_text"
                    ),
                ],
            },
        ),
        migrations.RunSQL(_RAISE, _LOWER),
    ]
