"""Two agents speak with each other while a caller waits; then all three; the census tells who is with whom."""

from tests.contracts.switchboard import Switchboard, story
from tocsin.calls import ports


@story
async def test_two_agents_speak_with_each_other_and_then_all_three_and_then_the_second_with_the_caller(
    board: Switchboard,
) -> None:
    caller, ann, bram = await board.waiting_call(), await board.agent("ann"), await board.agent("bram")
    await board.tells(ports.Connect(caller, ann), ports.Part(caller, ann), ports.PlayMusic(caller))
    await board.tells(ports.Connect(ann, bram))
    census = await board.census()
    assert census.consults == {ann: frozenset({bram})}
    assert census.callers[caller].together_with == frozenset()
    await board.tells(
        ports.Part(ann, bram),
        ports.StopPlaying(caller, ""),
        ports.Connect(caller, ann),
        ports.Connect(caller, bram),
    )
    census = await board.census()
    assert census.consults == {}
    assert census.callers[caller].together_with == {ann, bram}
    await board.tells(ports.Part(caller, ann))
    assert (await board.census()).callers[caller].together_with == {bram}


@story
async def test_two_agents_speak_a_second_time(board: Switchboard) -> None:
    ann, bram = await board.agent("ann"), await board.agent("bram")
    await board.tells(ports.Connect(ann, bram), ports.Part(ann, bram), ports.Connect(ann, bram))
    assert (await board.census()).consults == {ann: frozenset({bram})}
    await board.tells(ports.Part(ann, bram))
    assert (await board.census()).consults == {}


@story
async def test_a_newer_telephone_takes_the_place_of_the_older_between_two_agents(board: Switchboard) -> None:
    older, bram, newer = await board.agent("ann"), await board.agent("bram"), await board.agent("cem")
    await board.tells(ports.Connect(older, bram), ports.Connect(newer, bram), ports.DropLeg(older))
    await board.hears(ports.LegEnded, leg=older)
    assert (await board.census()).consults == {newer: frozenset({bram})}


@story
async def test_nothing_is_left_of_agents_who_spoke_with_each_other(board: Switchboard) -> None:
    ann, bram = await board.agent("ann"), await board.agent("bram")
    await board.tells(ports.Connect(ann, bram), ports.DropLeg(ann))
    await board.hears(ports.LegEnded, leg=ann)
    await board.no_bridge_is_left()
    assert await board.census() == ports.Census(agents={bram: "bram"})
