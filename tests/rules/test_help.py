"""What may follow what, when an agent asks for help."""

import pytest

from tocsin.calls.rules.help import Help, next_help
from tocsin.refusals import Refusal


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (None, Help.ASKED),
        (Help.OVER, Help.ASKED),
        (Help.ASKED, Help.COMING),
        (Help.ASKED, Help.OVER),
        (Help.COMING, Help.OVER),
    ],
)
def test_help_is_asked_for_then_comes_and_is_over(before: Help | None, wanted: Help) -> None:
    assert next_help(before, wanted) is wanted


@pytest.mark.parametrize(
    ("before", "wanted", "says"),
    [
        (Help.ASKED, Help.ASKED, "already"),
        (Help.COMING, Help.ASKED, "already"),
        (Help.COMING, Help.COMING, "Somebody else comes"),
        (None, Help.COMING, "No help is asked for"),
        (Help.OVER, Help.COMING, "No help is asked for"),
        (None, Help.OVER, "No help is asked for"),
        (Help.OVER, Help.OVER, "No help is asked for"),
    ],
)
def test_anything_else_is_refused(before: Help | None, wanted: Help, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        next_help(before, wanted)
