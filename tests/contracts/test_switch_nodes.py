"""Two Asterisks as one switch: what happens when one of them is lost, and to the ties between them.

Callers are on the first node, agents on the second; `test_switch` has what is the same with any switch.
"""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.contracts.asterisk_world import AsteriskWorld, Nodes, asterisk_world
from tests.contracts.nodes import eventually
from tests.contracts.switchboard import Switchboard
from tests.patience import PATIENCE_SECONDS
from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import open_ari
from tocsin.gateways.asterisk.occupants import Occupants, occupants

pytestmark = pytest.mark.telephony

FIRST, SECOND = 0, 1
Play = Callable[[Switchboard, AsteriskWorld], Awaitable[None]]


def play(nodes: Nodes, story: Play, *, patience: timedelta = timedelta(seconds=PATIENCE_SECONDS)) -> None:
    async def run() -> None:
        async with (
            asyncio.timeout(2 * PATIENCE_SECONDS),
            asterisk_world(nodes, patience=patience) as world,
        ):
            assert isinstance(world, AsteriskWorld)
            board = Switchboard(world)
            await board.switch.connect()
            await story(board, world)

    try:
        asyncio.run(run())
    finally:
        nodes.restart_switch()
        for node in nodes.each:
            eventually(lambda: answers(node.http_port), f"{node.name} to be back")  # noqa: B023


def answers(http_port: int) -> bool:
    """Whether a node is there; it knows nobody, so it lets nobody in."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{http_port}/ari/asterisk/ping", timeout=PATIENCE_SECONDS)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


async def conversation(board: Switchboard) -> tuple[str, str]:
    """A caller on the first node and an agent on the second, together."""
    caller, agent = await board.waiting_call(), await board.agent()
    await board.tells(ports.Connect(caller, agent))
    await board.settled()
    return caller, agent


async def channels(world: AsteriskWorld, place: int, *, but: Sequence[str] = ()) -> list[str]:
    """The channels on a node, other than these."""
    node = world.nodes.each[place]
    access = world.nodes.access(port=node.http_port, user="switchboard", app="looking-on")
    ari = await open_ari(access, on_event=lambda _: None, on_lost=lambda: None)
    found = [channel["id"] for channel in await ari.ask("GET", "channels")]
    await ari.close()
    return [channel for channel in found if channel not in but]


async def only_left(world: AsteriskWorld, place: int, *legs: str) -> None:
    """Return when a node has these channels, and no others any more."""
    while await channels(world, place, but=legs):
        await asyncio.sleep(0.05)


def test_a_conversation_takes_one_tie_which_ends_with_it(two_nodes: Nodes) -> None:
    async def story(board: Switchboard, world: AsteriskWorld) -> None:
        caller, agent = await conversation(board)
        assert len(await channels(world, FIRST, but=[caller])) == 1
        await board.tells(ports.Part(caller, agent))
        await board.settled()
        assert (await board.census()).callers[caller].together_with == frozenset()
        await only_left(world, SECOND, agent)
        await board.tells(ports.Connect(caller, agent))
        await board.settled()
        world.hang_up("zoe")
        await board.hears(ports.LegEnded, leg=caller)
        await only_left(world, FIRST)
        await only_left(world, SECOND, agent)
        await board.no_bridge_is_left()

    play(two_nodes, story)


def test_on_a_node_that_no_switchboard_has_found_yet_nobody_is(two_nodes: Nodes) -> None:
    two_nodes.restart_switch()
    access = two_nodes.access(port=two_nodes.each[SECOND].http_port, user="switchboard", app="tocsin")

    def found() -> Occupants | None:
        with suppress(ConnectionError):
            return occupants(access)
        return None

    assert eventually(found, "the node to be back") == Occupants(callers=0, telephones=0, idle={})


def test_who_would_listen_in_over_a_tie_hears_nothing(two_nodes: Nodes) -> None:
    async def story(board: Switchboard, _: AsteriskWorld) -> None:
        caller, agent = await conversation(board)
        await board.tells(ports.Listen(caller, agent, await board.agent("sofie")))
        census = await board.census()
        assert not census.listeners
        assert census.callers[caller].together_with == {agent}

    play(two_nodes, story)


def test_when_the_callers_node_is_killed_the_other_goes_on_and_its_agents_are_free(two_nodes: Nodes) -> None:
    async def story(board: Switchboard, world: AsteriskWorld) -> None:
        _, agent = await conversation(board)
        world.nodes.kill(FIRST)
        await board.hears(ports.Disconnected, node="engine-1")
        world.nodes.start(FIRST)
        census = await board.hears(ports.Census)
        assert census == ports.Census()
        assert census.nodes.keys() == {"engine-1"}
        await only_left(world, SECOND, agent)
        # Whoever comes next is connected with the same leg.
        newer = await board.waiting_call("yves")
        await board.tells(ports.Connect(newer, agent))
        assert (await board.census()).callers[newer].together_with == {agent}
        assert not any(isinstance(event, ports.LegEnded) for event in board.told)

    play(two_nodes, story)


def test_when_the_agents_node_is_killed_the_caller_stays_and_gets_the_agent_back(two_nodes: Nodes) -> None:
    async def story(board: Switchboard, world: AsteriskWorld) -> None:
        caller, _ = await conversation(board)
        world.nodes.kill(SECOND)
        await board.hears(ports.Disconnected, node="engine-2")
        world.nodes.start(SECOND)
        assert await board.hears(ports.Census) == ports.Census()
        newer = await board.agent()
        await board.tells(ports.Connect(caller, newer))
        assert (await board.census()).callers[caller].together_with == {newer}

    play(two_nodes, story)


def test_a_node_that_stays_away_is_given_up_and_the_other_serves(two_nodes: Nodes) -> None:
    async def story(board: Switchboard, world: AsteriskWorld) -> None:
        caller, agent = await board.waiting_call(), await board.agent()
        world.nodes.kill(SECOND)
        await board.hears(ports.Disconnected, node="engine-2")
        given_up = await board.hears(ports.Census)
        assert given_up == ports.Census()
        assert given_up.has_asked_for(agent)
        assert not given_up.has_asked_for(caller)
        await board.all_said()

    play(two_nodes, story, patience=timedelta(seconds=1))


def test_an_agents_leg_whose_tie_breaks_ends_so_that_the_telephone_comes_anew(two_nodes: Nodes) -> None:
    async def story(board: Switchboard, world: AsteriskWorld) -> None:
        caller, agent = await conversation(board)
        [tie] = await channels(world, FIRST, but=[caller])
        access = world.nodes.access(port=world.nodes.each[FIRST].http_port, user="switchboard", app="looking-on")
        ari = await open_ari(access, on_event=lambda _: None, on_lost=lambda: None)
        await ari.ask("DELETE", f"channels/{tie}")
        await ari.close()
        await board.hears(ports.LegEnded, leg=agent)
        await world.ended("ann")
        assert caller not in {event.leg for event in board.told if isinstance(event, ports.LegEnded)}

    play(two_nodes, story)


def test_a_leg_whose_tie_broke_while_its_node_was_out_of_sight_ends_when_that_is_back(two_nodes: Nodes) -> None:
    async def story(board: Switchboard, world: AsteriskWorld) -> None:
        caller, agent = await board.waiting_call(), await board.agent()
        world.lines[SECOND].stop()
        await board.hears(ports.Disconnected, node="engine-2")
        # Nobody is there to receive the tie.
        await board.tells(ports.Connect(caller, agent))
        await only_left(world, FIRST, caller)
        world.lines[SECOND].go_on()
        assert (await board.hears(ports.Census)).agents == {agent: "ann"}
        await board.hears(ports.LegEnded, leg=agent)

    play(two_nodes, story)
