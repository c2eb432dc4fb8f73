"""Levels of languages and skills, the time with victims and relatives, and work beside the telephone."""

from datetime import timedelta
from typing import ClassVar

from django.db import migrations, models

from tocsin.workforce.rules import AgentState

# Of everybody enrolled before there were levels it was said that they take calls in the language.
GOOD_AT_ALL = """
UPDATE workforce_agent
   SET levels = (SELECT jsonb_object_agg(language, 2) FROM unnest(languages) AS language)
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("workforce", "0001_initial")]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="agent", name="agent_speaks"),
        migrations.AddField(model_name="agent", name="levels", field=models.JSONField(null=True)),
        migrations.RunSQL(GOOD_AT_ALL, elidable=False),
        migrations.RemoveField(model_name="agent", name="languages"),
        migrations.RenameField(model_name="agent", old_name="levels", new_name="languages"),
        migrations.AlterField(model_name="agent", name="languages", field=models.JSONField()),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(condition=~models.Q(languages={}), name="agent_speaks"),
        ),
        migrations.AddField(
            model_name="agent", name="skills", field=models.JSONField(default=dict, db_default={})
        ),
        migrations.AddField(
            model_name="agent",
            name="d2_time",
            field=models.DurationField(default=timedelta, db_default=timedelta()),
        ),
        migrations.AlterField(
            model_name="agent",
            name="state",
            field=models.CharField(
                choices=[(state.value, state.value) for state in AgentState],
                default=AgentState.SIGNED_OUT,
                max_length=12,
            ),
        ),
    ]
