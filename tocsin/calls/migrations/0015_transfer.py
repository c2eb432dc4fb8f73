"""What agents ask of a transfer; notes of two streams, and a wall between them."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from tocsin.activations.rules import Stream
from tocsin.calls.rules.events import Verb

# The wall also binds whoever migrates.
_SORT = """
SELECT set_config('tocsin.viewer', 'centre', true);
UPDATE calls_note SET stream = call.stream FROM calls_call AS call WHERE call.leg = call_id;
SELECT set_config('tocsin.viewer', '', true);
"""
_AUTHORITY = """
authority_id::text = ANY (
    (SELECT string_to_array(coalesce(current_setting('tocsin.viewer', true), ''), ','))::text[]
)
"""
# `tocsin.streams` is set beside `tocsin.viewer`: the streams whose notes may be seen.
_STREAM = """
stream = ANY ((SELECT string_to_array(coalesce(current_setting('tocsin.streams', true), ''), ','))::text[])
"""
_WALL = """
DROP POLICY wall ON calls_note;
CREATE POLICY wall ON calls_note USING (
    (SELECT current_setting('tocsin.viewer', true)) = 'centre' OR ({sees})
);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0014_news")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="note",
            name="stream",
            field=models.CharField(db_default="d5", default=Stream.D5, max_length=2),
        ),
        migrations.RunSQL(_SORT, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="note", name="note_once"),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(fields=("call", "agent", "stream"), name="note_once"),
        ),
        migrations.RunSQL(_WALL.format(sees=f"{_AUTHORITY} AND {_STREAM}"), _WALL.format(sees=_AUTHORITY)),
        migrations.AddField(
            model_name="deskorder",
            name="to",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.AddField(
            model_name="deskorder",
            name="consent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="deskorder",
            name="topic",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="calls.topic"
            ),
        ),
        migrations.AlterField(
            model_name="deskorder",
            name="verb",
            field=models.CharField(choices=[(verb.value, verb.value) for verb in Verb], max_length=10),
        ),
    ]
