"""A node of which something cannot be read: whoever connects hears of it, and does not wait for ever."""

import asyncio

import pytest

from tests.patience import PATIENCE_SECONDS
from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import AriAccess
from tocsin.gateways.asterisk.nodes import AsteriskNodes
from tocsin.gateways.asterisk.switch import AsteriskSettings, AsteriskSwitch
from tocsin.gateways.asterisk.telephones import Browsers


class UnreadableError(Exception):
    """Nothing that another try would mend."""


async def connect_or_fail(node: AsteriskSwitch) -> ports.Census:
    """The second node never answers, the first with what cannot be read."""
    if node._settings.node == "engine-2":
        await asyncio.Event().wait()
    raise UnreadableError


def test_what_a_node_fails_with_is_raised_to_who_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AsteriskSwitch, "connect", connect_or_fail)
    access = AriAccess(url="", user="", password="", app="")
    nodes = AsteriskNodes(
        AsteriskSettings(access=access, browsers=Browsers(realm=""), node=name)
        for name in ("engine-1", "engine-2")
    )

    async def connect() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await nodes.connect()

    with pytest.raises(UnreadableError):
        asyncio.run(connect())
