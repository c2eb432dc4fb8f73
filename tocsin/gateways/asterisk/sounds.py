"""What is played: to one leg, on its own channel, or to everybody in its bridge.

A bridge needs a channel of its own to play, and twice the processor time; so nobody is in a bridge but those who
talk, and what only one of them is to hear is never played there.
"""

from collections.abc import Iterator, Sequence

from tocsin.calls import ports
from tocsin.gateways.asterisk.legs import Leg, Request, ask_for_news, bridge_of

_PLAYBACKS = "playbacks/"


def play(move: ports.Play, leg: Leg) -> Iterator[Request]:
    """A message for this leg alone."""
    leg.message = move.message
    yield Request("POST", f"channels/{move.leg}/play/{move.message}", _media(move.media))


def announce(move: ports.Announce, leg: Leg, *, app: str) -> Iterator[Request]:
    """A message for all in the leg's bridge, where there is anybody."""
    if not leg.partners:
        return
    yield from ask_for_news(move.leg, leg, app=app)
    leg.announcement = move.message
    yield Request("POST", f"bridges/{bridge_of(move.leg)}/play/{move.message}", _media(move.media))


def play_music(name: str, leg: Leg) -> Iterator[Request]:
    """Music for this leg alone."""
    leg.music = True
    yield Request("POST", f"channels/{name}/moh")


def stop_playing(move: ports.StopPlaying, leg: Leg) -> Iterator[Request]:
    """Silence, but for people."""
    yield from stop_message(move.leg, leg, move.message)
    yield from stop_announcement(move.leg, leg, move.message)
    if leg.music:
        leg.music = False
        yield Request("DELETE", f"channels/{move.leg}/moh")


def stop_message(name: str, leg: Leg, message: str | None) -> Iterator[Request]:
    """The end of a message, if it is the one that is played to this leg; None is one that is not known."""
    if message and leg.message in (message, None):
        yield _stop(name, leg, message, plays=leg.message is not None)
        leg.message = ""


def stop_announcement(name: str, leg: Leg, message: str | None) -> Iterator[Request]:
    """The end of a message, if it is the one that is played in the leg's bridge."""
    if message and leg.announcement in (message, None):
        yield _stop(name, leg, message, plays=leg.announcement is not None)
        leg.announcement = ""


def message_of(stop: Request) -> str:
    """Which message a request stops."""
    return stop.path.removeprefix(_PLAYBACKS)


def _stop(name: str, leg: Leg, message: str, *, plays: bool) -> Request:
    """`plays` is False where the message may have been over before the last census."""
    if plays:
        leg.stopped[message] = False
    return Request("DELETE", f"{_PLAYBACKS}{message}", stops=name)


def _media(names: Sequence[str]) -> dict[str, str]:
    return {"media": ",".join(f"sound:tocsin/{name}" for name in names)}
