"""Listening in: what an agent hears and says is copied to somebody else, and the conversation is not touched.

Asterisk's snoop channel makes the copy; it is in a bridge with the listener alone. Whether it whispers is decided
when it is made: who begins to whisper gets another.
"""

from collections.abc import Iterator, Sequence

from tocsin.calls.ports import Listen, ListenerSeen
from tocsin.gateways.asterisk.legs import Kind, Leg, Legs, Request
from tocsin.gateways.asterisk.sounds import stop_message

_BRIDGE = "ear-"
_WHISPERS, _SILENT = "whispers", "silent"


def bridge_of_ear(channel: str) -> str:
    """The name of the bridge of a snoop channel and its listener."""
    return _BRIDGE + channel


def ear_of(bridge: str) -> str:
    """The snoop channel of a listener's bridge; empty where it is another bridge."""
    return bridge.removeprefix(_BRIDGE) if bridge.startswith(_BRIDGE) else ""


def read_ear(arguments: Sequence[str]) -> tuple[str, ListenerSeen] | None:
    """The listener, and what is listened to, as a snoop channel was told; None where it is no such channel."""
    match arguments:
        case ["listens", leg, agent_leg, listener, manner]:
            return listener, ListenerSeen(leg, agent_leg, manner == _WHISPERS)
        case _:
            return None


def listen(move: Listen, legs: Legs, *, app: str) -> Iterator[Request]:
    """Have a snoop channel made; `lend_ear` follows when it is in our application."""
    caller, agent, listener = (legs.get(name) for name in (move.leg, move.agent_leg, move.listener))
    hears = ListenerSeen(move.leg, move.agent_leg, move.whispers)
    if caller is None or agent is None or listener is None or move.agent_leg not in caller.partners:
        return
    if not listener.up or listener.kind is Kind.CALLER or listener.guest_of or listener.partners:
        return
    if listener.hears == hears:
        return
    yield from stop(move.listener, listener, legs)
    listener.hears = hears
    agent.listeners.add(move.listener)
    manner = _WHISPERS if move.whispers else _SILENT
    query = {
        "spy": "both",
        "whisper": "out" if move.whispers else "none",
        "app": app,
        "appArgs": f"listens,{move.leg},{move.agent_leg},{move.listener},{manner}",
    }
    yield Request("POST", f"channels/{move.agent_leg}/snoop", query)


def lend_ear(channel: str, name: str, hears: ListenerSeen, legs: Legs) -> Iterator[Request]:
    """Bring a snoop channel that was made together with its listener, who may not want it any more."""
    listener = legs.get(name)
    if listener is None or listener.hears != hears or listener.ear:
        yield Request("DELETE", f"channels/{channel}")
        return
    listener.ear = channel
    yield from stop_message(name, listener, listener.message)
    bridge = bridge_of_ear(channel)
    yield Request("POST", "bridges", {"type": "mixing", "bridgeId": bridge})
    yield Request("POST", f"bridges/{bridge}/addChannel", {"channel": f"{name},{channel}"})


def stop(name: str, listener: Leg, legs: Legs) -> Iterator[Request]:
    """The end of listening in, where the leg does."""
    if listener.hears is None:
        return
    if agent := legs.get(listener.hears.agent_leg):
        agent.listeners.discard(name)
    listener.hears = None
    if listener.ear:
        channel, listener.ear = listener.ear, ""
        yield Request("DELETE", f"channels/{channel}")
        yield Request("DELETE", f"bridges/{bridge_of_ear(channel)}")


def lost(channel: str, legs: Legs) -> Iterator[Request]:
    """What follows where a snoop channel has ended, of itself or as it was told."""
    for name, listener in legs.items():
        if listener.ear == channel:
            yield from stop(name, listener, legs)
            return


def end_with(agent_leg: str, *, of: str, legs: Legs) -> Iterator[Request]:
    """The end of listening in to an agent who is not in this conversation any more."""
    for name in sorted(legs[agent_leg].listeners):
        listener = legs[name]
        if listener.hears and listener.hears.leg == of:
            yield from stop(name, listener, legs)
