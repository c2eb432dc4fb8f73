"""Calls to the outside: the requests that place one, and what their failures mean. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.calls.ports import Dial, DialFailure
from tocsin.gateways.asterisk.legs import Request

# Causes of Q.850, to which Asterisk translates the answers of SIP (RFC 3398, section 8.2.6.1).
_CAUSES = {
    DialFailure.BUSY: {17},
    # No answer from the user; nobody alerted; subscriber absent: a telephone that is off.
    DialFailure.NO_ANSWER: {18, 19, 20},
    DialFailure.REFUSED: {21, 55, 87},
    # Unallocated; no route to the network or the destination; number changed; invalid number format.
    DialFailure.UNREACHABLE: {1, 2, 3, 22, 28},
    # Normal clearing: before an answer, only we do that.
    DialFailure.GIVEN_UP: {16},
}
_FAILURES = {cause: failure for failure, causes in _CAUSES.items() for cause in causes}


@dataclass(frozen=True, slots=True)
class Intent:
    """What was said of a leg when it was made, and is still to be done: call it, as this number, so long."""

    leg: str
    shown: str
    seconds: str


def failure_of(cause: int) -> DialFailure:
    """Why a call was not answered, by its cause of Q.850; what says nothing else is the network's failure.

    >>> failure_of(17)
    <DialFailure.BUSY: 'busy'>
    >>> failure_of(34)
    <DialFailure.CONGESTED: 'congested'>
    """
    return _FAILURES.get(cause, DialFailure.CONGESTED)


def make_leg(move: Dial, *, trunk: str, app: str) -> Request:
    """The request that makes a leg in our application, from where it can be called.

    Not `originate`, which lets a leg enter the application only when it is answered: where the switchboard was
    away in that moment, whoever answered would be hung up on.
    """
    return Request(
        "POST",
        "channels/create",
        {
            "channelId": move.leg,
            "endpoint": f"PJSIP/{move.number}@{trunk}",
            "app": app,
            "appArgs": f"dialled,{move.shown},{round(move.patience.total_seconds())}",
            # The codecs of the trunks, so that nothing is transcoded.
            "formats": "alaw,ulaw",
        },
    )


def call_out(intent: Intent) -> Iterator[Request]:
    """The requests that call a leg which is in our application; its number to show is set only now, as a mark."""
    channel = f"channels/{intent.leg}"
    yield Request("POST", f"{channel}/variable", {"variable": "CONNECTEDLINE(num,i)", "value": intent.shown})
    yield Request("POST", f"{channel}/dial", {"timeout": intent.seconds})
