"""The sound of a tape, for a page that has made sure of who hears it and why."""

from django.http import FileResponse, Http404

from tocsin.calls.actions.tapes import file_of
from tocsin.calls.models import Tape


def sound_of(tape: Tape) -> FileResponse:
    """The file; raises Http404 where there is none."""
    path = file_of(tape)
    if not tape.sha256 or not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), content_type="audio/wav")
