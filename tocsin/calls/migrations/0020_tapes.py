"""Who agreed to be recorded, the tapes behind a wall by authority and stream, and what is left of them."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tocsin.activations.rules import Stream
from tocsin.calls.rules.events import Answer, LineVerb, SupervisorVerb, Verb
from tocsin.calls.rules.tapes import Taping

_STREAMS = [(stream.value, stream.value) for stream in Stream]
_RAISE = """
ALTER TABLE calls_tape ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls_tape FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON calls_tape USING (
    (SELECT current_setting('tocsin.viewer', true)) = 'centre'
    OR (
        authority_id::text = ANY (
            (SELECT string_to_array(coalesce(current_setting('tocsin.viewer', true), ''), ','))::text[]
        )
        AND stream = ANY (
            (SELECT string_to_array(coalesce(current_setting('tocsin.streams', true), ''), ','))::text[]
        )
    )
);
"""
_LOWER = """
DROP POLICY wall ON calls_tape;
ALTER TABLE calls_tape NO FORCE ROW LEVEL SECURITY;
ALTER TABLE calls_tape DISABLE ROW LEVEL SECURITY;
"""


def _to(model: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("calls", "0019_supervision"),
        ("activations", "0006_hearing_terms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField("call", "agrees", models.BooleanField(null=True)),
        migrations.AddField(
            "call",
            "terms",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="activations.hearingterms",
            ),
        ),
        migrations.AddField(
            "call",
            "taping",
            models.CharField(
                blank=True,
                choices=[(taping.value, taping.value) for taping in Taping],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "call", "tape", models.CharField(blank=True, db_default="", default="", max_length=100)
        ),
        migrations.AddField("call", "taped", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.AlterField(
            "deskorder",
            "verb",
            models.CharField(choices=[(verb.value, verb.value) for verb in Verb], max_length=10),
        ),
        migrations.AlterField(
            "lineorder",
            "verb",
            models.CharField(
                choices=[(verb.value, verb.value) for verb in (*LineVerb, *SupervisorVerb)], max_length=10
            ),
        ),
        migrations.AlterField(
            "lineorder",
            "answer",
            models.CharField(
                blank=True, choices=[(answer.value, answer.value) for answer in Answer], max_length=20
            ),
        ),
        migrations.CreateModel(
            name="Tape",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("stream", models.CharField(choices=_STREAMS, max_length=2)),
                ("language", models.CharField(max_length=2)),
                ("began_at", models.DateTimeField()),
                ("paused", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                ("seconds", models.PositiveIntegerField(null=True)),
                ("whole", models.BooleanField(null=True)),
                ("kept_at", models.DateTimeField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("activation", _to("activations.activation")),
                ("agent", _to("workforce.agent")),
                ("authority", _to("authorities.authority")),
                (
                    "call",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tapes",
                        to="calls.call",
                    ),
                ),
                ("terms", _to("activations.hearingterms")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept_at", None)), fields=["began_at"], name="calls_tape_to_keep"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("call",), name="one_tape_at_a_time"
                    )
                ],
            },
        ),
        migrations.RunSQL(_RAISE, _LOWER),
        migrations.CreateModel(
            name="DeletionCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("tapes", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "activation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deletion_certificates",
                        to="activations.activation",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
