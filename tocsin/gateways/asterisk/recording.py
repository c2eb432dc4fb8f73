"""Tapes: what is said in a leg's bridge, recorded by Asterisk to a file.

Asterisk tells that a recording came to its end, and not why: a full disk looks like an order. So every end is
ordered, and one that was not is a failure.
"""

from collections.abc import Iterator

from tocsin.calls.ports import PauseRecording, Record, RecordAlone, StopRecording
from tocsin.gateways.asterisk.legs import Leg, Request, Tape, ask_for_news, bridge_of

# Whoever says nothing for so long has said everything.
_SILENCE_SECONDS = 10


def requests_for(
    move: Record | RecordAlone | PauseRecording | StopRecording, leg: Leg, *, app: str
) -> Iterator[Request]:
    """The requests of a move about a tape."""
    match move:
        case Record():
            yield from record(move, leg, app=app)
        case RecordAlone():
            yield from record_alone(move, leg)
        case PauseRecording():
            yield pause(move)
        case StopRecording():
            yield from stop(move, leg)


def record(move: Record, leg: Leg, *, app: str) -> Iterator[Request]:
    """Begin a tape, where there is anybody to hear, or go on after a pause."""
    if leg.tape and leg.tape.name == move.tape:
        yield go_on(move.tape)
        return
    if not leg.partners:
        return
    yield from end_tape(leg)
    yield from ask_for_news(move.leg, leg, app=app)
    leg.tape = Tape(move.tape)
    query = {"name": move.tape, "format": "wav", "ifExists": "fail"}
    yield Request("POST", f"bridges/{bridge_of(move.leg)}/record", query)


def record_alone(move: RecordAlone, leg: Leg) -> Iterator[Request]:
    """Record one leg that is in no bridge; where it is in one, or recorded already, nothing begins.

    That Asterisk ends it after a silence is what has it tell how long somebody spoke.
    """
    if leg.partners or leg.guest_of or leg.tape:
        return
    leg.tape = Tape(move.tape)
    query = {
        "name": move.tape,
        "format": "wav",
        "ifExists": "fail",
        "maxDurationSeconds": str(round(move.longest.total_seconds())),
        "maxSilenceSeconds": str(_SILENCE_SECONDS),
    }
    yield Request("POST", f"channels/{move.leg}/record", query)


def go_on(tape: str) -> Request:
    """The end of a pause; refused where there is no such tape running."""
    return Request("DELETE", f"recordings/live/{tape}/pause")


def pause(move: PauseRecording) -> Request:
    """A pause: what is said meanwhile is on no tape."""
    return Request("POST", f"recordings/live/{move.tape}/pause")


def stop(move: StopRecording, leg: Leg) -> Iterator[Request]:
    """The end of a tape, also of one from before the last census."""
    if leg.tape and leg.tape.name == move.tape:
        yield from end_tape(leg)
    else:
        yield stop_tape(move.tape)


def end_tape(leg: Leg) -> Iterator[Request]:
    """The end of the leg's tape, if it has one: at once, or as soon as it runs.

    One that is stopped before it runs would end without a word.
    """
    if leg.tape and not leg.tape.ending:
        leg.tape.ending = True
        if leg.tape.running:
            yield stop_tape(leg.tape.name)


def stop_tape(tape: str) -> Request:
    """The end of a tape that runs."""
    return Request("POST", f"recordings/live/{tape}/stop")
