"""What every telephone switch tells whoever comes to command it, whatever was lost; and whom it lets register."""

import asyncio

import pytest

from tests.contracts.asterisk_world import Nodes, asterisk_world
from tests.contracts.registering import login
from tests.contracts.switchboard import Switchboard, story
from tests.patience import PATIENCE_SECONDS
from tocsin.calls import ports


@story
async def test_a_census_tells_who_is_in_the_fallback(board: Switchboard) -> None:
    await board.world.call("zoe")
    arrival = await board.hears(ports.CallArrived)
    await board.tells(ports.SendBack(arrival.leg, arrival.number))
    census = await board.census()
    assert (census, census.in_fallback) == (ports.Census(), {arrival.leg})


@story
async def test_after_a_lost_connection_the_census_tells_everything(board: Switchboard) -> None:
    await board.world.call("yves")
    arrival = await board.hears(ports.CallArrived)
    talking, agent_leg, idle = await board.waiting_call("zoe"), await board.agent("ann"), await board.agent("bram")
    await board.tells(ports.Connect(talking, agent_leg))
    await board.settled()
    board.world.lose_connection()
    await board.hears(ports.Disconnected, node="")
    await board.tells(ports.Release(talking))
    census = await board.switch.connect()
    assert census.agents == {agent_leg: "ann", idle: "bram"}
    assert census.callers.keys() == {talking, arrival.leg}
    assert census.callers[arrival.leg] == ports.CallerSeen(arrival)
    assert census.callers[talking].together_with == {agent_leg}


@story
async def test_who_came_and_went_unheard_is_told_by_the_census(board: Switchboard) -> None:
    leaving, agent_leg = await board.waiting_call("zoe"), await board.agent()
    await board.tells(ports.Connect(leaving, agent_leg))
    await board.settled()
    board.world.lose_connection()
    await board.hears(ports.Disconnected, node="")
    board.world.hang_up("zoe")
    await board.world.ended("zoe")
    assert await board.switch.connect() == ports.Census(agents={agent_leg: "ann"})
    leg = await board.waiting_call("yves")
    await board.tells(ports.Connect(leg, agent_leg))
    assert (await board.census()).callers[leg].together_with == {agent_leg}
    await board.tells(ports.Release(leg))
    await board.hears(ports.LegEnded, leg=leg)
    await board.no_bridge_is_left()


@story
async def test_nothing_is_told_between_the_loss_and_the_next_connection(board: Switchboard) -> None:
    board.world.lose_connection()
    await board.hears(ports.Disconnected, node="")
    assert await board.switch.next_events(timeout_seconds=0) == []
    assert board.switch.backlog == 0
    await board.switch.connect()
    await board.all_said()


@story
async def test_only_the_telephones_that_are_kept_can_register(board: Switchboard) -> None:
    world = board.world
    await board.switch.keep_logins([login("desk-a", "one"), login("desk-b", "two")])
    assert await world.can_register("desk-a", "one")
    assert not await world.can_register("desk-a", "two")
    assert await world.can_register("desk-b", "two")
    await board.switch.keep_logins([login("desk-b", "three")])
    assert not await world.can_register("desk-a", "one")
    assert not await world.can_register("desk-b", "two")
    assert await world.can_register("desk-b", "three")
    await board.switch.keep_logins([])
    assert not await world.can_register("desk-b", "three")


@story
async def test_a_new_switchboard_removes_the_telephones_of_the_one_before(board: Switchboard) -> None:
    await board.switch.keep_logins([login("desk-a", "one")])
    async with board.world.another_switchboard() as other:
        await other.connect()
        await other.keep_logins([login("desk-b", "two")])
    assert not await board.world.can_register("desk-a", "one")
    assert await board.world.can_register("desk-b", "two")


@story
async def test_a_switch_that_was_restarted_has_no_calls_and_learns_its_telephones_again(
    board: Switchboard,
) -> None:
    await board.waiting_call()
    await board.agent()
    await board.switch.keep_logins([login("desk-a", "one")])
    restarting = asyncio.create_task(board.world.restart())
    await board.hears(ports.Disconnected, node="")
    assert await board.switch.connect() == ports.Census()
    await restarting
    assert not await board.world.can_register("desk-a", "one")
    await board.switch.keep_logins([login("desk-a", "one")])
    assert await board.world.can_register("desk-a", "one")
    await board.all_said()


@pytest.mark.telephony
def test_a_switchboard_learns_that_another_took_its_place(nodes: Nodes) -> None:
    async def play() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), asterisk_world(nodes) as world:
            await world.switch.connect()
            async with world.another_switchboard() as other:
                await other.connect()
                await Switchboard(world).hears(ports.Disconnected, node="")

    asyncio.run(play())


@pytest.mark.telephony
def test_however_many_channels_there_are_the_census_is_told_and_the_switch_goes_on(nodes: Nodes) -> None:
    async def play() -> None:
        async with (
            asyncio.timeout(2 * PATIENCE_SECONDS),
            asterisk_world(nodes) as world,
            world.crowd(channels=1500),
        ):
            assert await world.switch.connect() == ports.Census()
            board = Switchboard(world)
            await board.waiting_call()

    asyncio.run(play())
