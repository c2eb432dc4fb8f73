"""Agents take up questions left by voice, for a while; and what was done about one has three outcomes."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.calls.rules.question_claims import QuestionOutcome

# The table is behind the wall, for whoever migrates, too.
_KEEP = """
SELECT set_config('tocsin.viewer', 'centre', true);
UPDATE calls_tape SET outcome = CASE WHEN called_back THEN 'called' ELSE 'otherwise' END
 WHERE called_back IS NOT NULL;
SELECT set_config('tocsin.viewer', '', true);
"""
_KEEP_BACK = """
SELECT set_config('tocsin.viewer', 'centre', true);
UPDATE calls_tape SET called_back = outcome = 'called' WHERE outcome <> '';
SELECT set_config('tocsin.viewer', '', true);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("calls", "0031_outages"),
        ("workforce", "0005_d2_breaks"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            "tape",
            "claimed_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="workforce.agent",
            ),
        ),
        migrations.AddField("tape", "claimed_until", models.DateTimeField(null=True)),
        migrations.AddField(
            "tape",
            "outcome",
            models.CharField(
                blank=True,
                choices=[(outcome.value, outcome.value) for outcome in QuestionOutcome],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.RunSQL(_KEEP, _KEEP_BACK),
        migrations.RemoveField("tape", "called_back"),
    ]
