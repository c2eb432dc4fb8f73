"""The wall around personal records: row-level security that also binds the owner of the tables."""

from typing import ClassVar

from django.db import migrations

_TABLES = ("calls_caller", "calls_note")

# `tocsin.viewer` is set for one transaction: the keys of the authorities whose records may be seen, or `centre` for
# the centre's own processes. The sub-select lets PostgreSQL evaluate it once per statement, not once per row.
_RAISE = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON {table} USING (
    (SELECT current_setting('tocsin.viewer', true)) = 'centre'
    OR authority_id::text = ANY (
        (SELECT string_to_array(coalesce(current_setting('tocsin.viewer', true), ''), ','))::text[]
    )
);
"""
_LOWER = """
DROP POLICY wall ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(_RAISE.format(table=table), _LOWER.format(table=table)) for table in _TABLES
    ]
