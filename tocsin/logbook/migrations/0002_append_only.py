"""The logbook is append-only, and it is the database that says so."""

from typing import ClassVar

from django.db import migrations

_FORBID = """
CREATE FUNCTION logbook_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The logbook is append-only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON logbook_line
    FOR EACH ROW EXECUTE FUNCTION logbook_is_append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON logbook_line
    FOR EACH STATEMENT EXECUTE FUNCTION logbook_is_append_only();
"""
_ALLOW = """
DROP TRIGGER append_only ON logbook_line;
DROP TRIGGER append_only_whole ON logbook_line;
DROP FUNCTION logbook_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("logbook", "0001_initial")]

    operations: ClassVar = [migrations.RunSQL(_FORBID, _ALLOW)]
