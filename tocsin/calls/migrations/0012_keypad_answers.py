"""Which keypad answer a caller hears, and heard."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


def _answer() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="activations.keypadanswer",
        # Nobody looks for calls by it, and a call is written often.
        db_index=False,
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calls", "0011_broadcasts"), ("activations", "0004_keypad_answers")]

    operations: ClassVar = [
        migrations.AddField(model_name="call", name="answer", field=_answer()),
        migrations.AddField(model_name="call", name="heard", field=_answer()),
        migrations.AddField(model_name="callstep", name="answer", field=_answer()),
    ]
