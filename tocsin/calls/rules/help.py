"""An agent in a conversation asks for help, and somebody comes: what may follow what."""

from enum import StrEnum

from tocsin.refusals import Refusal


class Help(StrEnum):
    """How it stands with the help that an agent asked for in one conversation."""

    ASKED = "asked"
    # Somebody said to come.
    COMING = "coming"
    # Not needed any more.
    OVER = "over"


def next_help(before: Help | None, wanted: Help) -> Help:
    """What it is after somebody asked, came, or said that it is over; a Refusal where that makes no sense."""
    if wanted is Help.ASKED and before in (Help.ASKED, Help.COMING):
        raise Refusal("You asked for help already: whoever leads the line sees it.")
    if wanted is Help.COMING and before is Help.COMING:
        raise Refusal("Somebody else comes to help already.")
    if wanted is not Help.ASKED and before in (None, Help.OVER):
        raise Refusal("No help is asked for any more.")
    return wanted
