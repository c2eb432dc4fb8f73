"""What the switch told, made ready to be decided."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from tocsin.calls import ports
from tocsin.calls.rules.numbers import caller_number


def normal(event: ports.SwitchEvent, *, region: str) -> ports.SwitchEvent:
    """Numbers become E.164 here, at the edge."""
    match event:
        case ports.CallArrived():
            return replace(event, caller=caller_number(event.caller, region=region))
        case ports.Census():
            callers = {
                leg: replace(
                    seen,
                    arrival=replace(seen.arrival, caller=caller_number(seen.arrival.caller, region=region)),
                )
                for leg, seen in event.callers.items()
            }
            return replace(event, callers=callers)
        case _:
            return event


def arrivals(events: Sequence[ports.SwitchEvent]) -> Iterator[ports.CallArrived]:
    """Those who arrive by these events, told or seen; who is seen may have arrived long ago."""
    for event in events:
        match event:
            case ports.CallArrived():
                yield event
            case ports.Census():
                yield from (seen.arrival for seen in event.callers.values())


def single(events: Sequence[ports.SwitchEvent], *, known: Container[str]) -> Iterator[ports.SwitchEvent]:
    """The same events, about one call each: whoever is new in a census arrives after it."""
    for event in events:
        if isinstance(event, ports.Census):
            new = [seen.arrival for leg, seen in event.callers.items() if leg not in known]
            yield replace(event, callers={leg: seen for leg, seen in event.callers.items() if leg in known})
            yield from new
        else:
            yield event


def letting_go(event: ports.SwitchEvent) -> ports.Release | ports.DropLeg | None:
    """What ends the call that an event is about; None where it is about all of them."""
    match event:
        case ports.Census() | ports.Disconnected():
            return None
        case ports.AgentLegUp():
            return ports.DropLeg(event.leg)
        case _:
            return ports.Release(event.leg)
