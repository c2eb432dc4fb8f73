"""Which gateway serves which port, read from settings.GATEWAYS. Each name there is a function
without arguments that makes the gateway."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from tocsin.activations.ports import Speech
    from tocsin.calls.ports import SmsCarrier, Switch


def speech() -> "Speech":
    """What makes recordings out of texts and uploads."""
    made: Speech = import_string(settings.GATEWAYS["speech"])()
    return made


def telephone_ports() -> list[int]:
    """Where telephones in browsers connect on this machine, the one to try first being first."""
    found: list[int] = import_string(settings.GATEWAYS["telephone_ports"])()
    return found


def switch() -> "Switch":
    """What carries the calls; one connection of its own."""
    made: Switch = import_string(settings.GATEWAYS["switch"])()
    return made


def sms() -> "SmsCarrier | None":
    """What carries SMS; None where this instance has nothing that does."""
    name = settings.GATEWAYS.get("sms")
    made: SmsCarrier | None = import_string(name)() if name else None
    return made
