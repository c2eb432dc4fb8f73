"""Why somebody asked for something, in a few words that the logbook keeps."""

from tocsin.calls.models import LONGEST_REASON
from tocsin.refusals import Refusal


def reason_in_words(why: str) -> str:
    """A reason on one line; Refusal where there is none, or more than anybody reads."""
    why = " ".join(why.split())
    if not why or len(why) > LONGEST_REASON:
        raise Refusal("Say why, in %(longest)d characters at most: the logbook keeps it.", longest=LONGEST_REASON)
    return why
