"""The front: Kamailio before several nodes of a switch. Carriers call it, and it hands each call to a node."""

from tocsin.gateways.asterisk.front.configuration import FrontSettings, configuration, destinations
from tocsin.gateways.asterisk.front.control import ask_front, nodes_that_answer
from tocsin.gateways.asterisk.front.execution import rewrite_destinations, run_front

__all__ = [
    "FrontSettings",
    "ask_front",
    "configuration",
    "destinations",
    "nodes_that_answer",
    "rewrite_destinations",
    "run_front",
]
