"""What every telephone switch does with conversations: who listens in, what all are told, what is recorded."""

import stat
import wave

import pytest

from tests.contracts.asterisk_world import AsteriskWorld, Nodes
from tests.contracts.switch_worlds import BRIEF, ENDLESS, MISSING
from tests.contracts.switchboard import LONG, Switchboard, on_asterisk, story
from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import open_ari

listening_in = pytest.mark.one_node("nobody listens in to a conversation over a tie")


async def conversation(board: Switchboard) -> tuple[str, str]:
    """A caller and an agent who talk."""
    leg, agent_leg = await board.waiting_call("zoe"), await board.agent("ann")
    await board.tells(ports.Connect(leg, agent_leg))
    return leg, agent_leg


async def begins_to_listen(board: Switchboard, move: ports.Listen) -> None:
    """Somebody listens in, or in another way than before: once that is so."""
    before = await board.world.ears()
    await board.tells(move)
    while len(now := await board.world.ears()) != 1 or now == before:
        pass


async def listened_to(board: Switchboard) -> tuple[str, str, str]:
    """A caller and an agent who talk, and somebody who listens in."""
    leg, agent_leg = await conversation(board)
    listener = await board.agent("sofie")
    await begins_to_listen(board, ports.Listen(leg, agent_leg, listener))
    return leg, agent_leg, listener


async def nobody_listens(board: Switchboard) -> None:
    """Nobody does any more, and the census agrees."""
    await board.settled()
    while await board.world.ears():
        pass
    assert (await board.census()).listeners == {}


@story
async def test_who_enters_a_bridge_has_left_the_others(board: Switchboard) -> None:
    leg, agent_leg = await conversation(board)
    other_leg, second = await board.waiting_call("yves"), await board.agent("bram")
    await board.tells(ports.Connect(agent_leg, second))
    census = await board.census()
    assert census.consults == {agent_leg: {second}}
    assert census.callers[leg].together_with == frozenset()
    await board.tells(ports.Connect(other_leg, second))
    census = await board.census()
    assert census.consults == {}
    assert census.callers[other_leg].together_with == {second}
    await board.tells(ports.Connect(leg, agent_leg), ports.Connect(leg, second))
    census = await board.census()
    assert census.callers[leg].together_with == {agent_leg, second}
    assert census.callers[other_leg].together_with == frozenset()


@story
async def test_an_agent_has_a_word_with_another_and_comes_back(board: Switchboard) -> None:
    leg, agent_leg = await conversation(board)
    second = await board.agent("bram")
    await board.tells(ports.Part(leg, agent_leg), ports.PlayMusic(leg), ports.Connect(agent_leg, second))
    assert (await board.census()).consults == {agent_leg: {second}}
    await board.tells(ports.Part(agent_leg, second), ports.StopPlaying(leg, ""), ports.Connect(leg, agent_leg))
    census = await board.census()
    assert census.consults == {}
    assert census.callers[leg].together_with == {agent_leg}


@story
async def test_callers_are_never_brought_together(board: Switchboard) -> None:
    leg, agent_leg = await conversation(board)
    stranger = await board.waiting_call("yves")
    await board.tells(ports.Connect(leg, stranger), ports.Listen(leg, agent_leg, stranger))
    census = await board.census()
    assert census.callers[leg].together_with == {agent_leg}
    assert census.callers[stranger].together_with == frozenset()
    assert not census.listeners


@listening_in
@story
async def test_somebody_listens_in_whispers_and_stops(board: Switchboard) -> None:
    leg, agent_leg, listener = await listened_to(board)
    silent = ports.ListenerSeen(leg, agent_leg, whispers=False)
    assert (await board.census()).listeners == {listener: silent}
    assert (await board.census()).callers[leg].together_with == {agent_leg}
    await begins_to_listen(board, ports.Listen(leg, agent_leg, listener, whispers=True))
    assert (await board.census()).listeners == {listener: ports.ListenerSeen(leg, agent_leg, whispers=True)}
    await begins_to_listen(board, ports.Listen(leg, agent_leg, listener))
    assert (await board.census()).listeners == {listener: silent}
    await board.tells(ports.StopListening(leg, listener))
    await nobody_listens(board)
    assert (await board.census()).callers[leg].together_with == {agent_leg}


@listening_in
@story
async def test_who_listens_in_can_join_the_conversation(board: Switchboard) -> None:
    leg, agent_leg, listener = await listened_to(board)
    await board.tells(ports.Listen(leg, agent_leg, listener, whispers=True), ports.Connect(leg, listener))
    census = await board.census()
    assert census.callers[leg].together_with == {agent_leg, listener}
    await nobody_listens(board)


@listening_in
@story
async def test_listening_in_ends_with_whoever_goes(board: Switchboard) -> None:
    for name in ("zoe", "ann", "sofie"):
        leg, agent_leg, listener = await listened_to(board)
        legs = {"zoe": leg, "ann": agent_leg, "sofie": listener}
        board.world.hang_up(name)
        await board.hears(ports.LegEnded, leg=legs[name])
        await nobody_listens(board)
        staying = [legs[other] for other in legs if other != name]
        await board.tells(*(move for left in staying for move in (ports.Release(left), ports.DropLeg(left))))
        for left in staying:
            await board.hears(ports.LegEnded, leg=left)
    await board.no_bridge_is_left()


@listening_in
@story
async def test_listening_in_ends_where_the_agent_leaves_the_caller(board: Switchboard) -> None:
    leg, agent_leg, listener = await listened_to(board)
    await board.tells(ports.Part(leg, agent_leg))
    await nobody_listens(board)
    await board.tells(ports.Listen(leg, agent_leg, listener))
    await board.tells(ports.Connect(leg, agent_leg), ports.Listen(leg, agent_leg, listener), ports.Release(leg))
    await board.hears(ports.LegEnded, leg=leg)
    await nobody_listens(board)
    assert (await board.census()).agents == {agent_leg: "ann", listener: "sofie"}


@listening_in
@story
async def test_who_listened_in_before_the_connection_was_lost_still_does_and_can_be_stopped(
    board: Switchboard,
) -> None:
    leg, agent_leg, listener = await listened_to(board)
    board.world.lose_connection()
    await board.hears(ports.Disconnected)
    census = await board.switch.connect()
    assert census.listeners == {listener: ports.ListenerSeen(leg, agent_leg, whispers=False)}
    await board.tells(ports.Listen(leg, agent_leg, listener))
    assert (await board.census()).listeners == census.listeners
    await board.tells(ports.StopListening(leg, listener))
    await nobody_listens(board)


@listening_in
@story
async def test_listening_in_that_lost_its_caller_unheard_is_put_right(board: Switchboard) -> None:
    _, agent_leg, listener = await listened_to(board)
    board.world.lose_connection()
    await board.hears(ports.Disconnected)
    board.world.hang_up("zoe")
    await board.world.ended("zoe")
    await board.connected(lambda census: not census.callers)
    assert await board.census() == ports.Census(agents={agent_leg: "ann", listener: "sofie"})
    await board.no_bridge_is_left()


@story
async def test_the_end_of_what_everybody_in_a_conversation_hears_is_told(board: Switchboard) -> None:
    leg, agent_leg = await conversation(board)
    await board.tells(ports.Announce(leg, f"{leg}-1", (BRIEF, MISSING)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
    await board.tells(ports.Announce(leg, f"{leg}-2", (ENDLESS,)), ports.StopPlaying(leg, f"{leg}-2"))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-2")
    await board.tells(ports.Announce(leg, f"{leg}-3", (ENDLESS,)), ports.Part(leg, agent_leg))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-3")
    await board.tells(ports.Announce(leg, f"{leg}-4", (BRIEF,)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-4")


@story
async def test_a_message_for_one_of_those_who_talk_keeps_nobody_from_leaving(board: Switchboard) -> None:
    leg, agent_leg = await conversation(board)
    await board.tells(ports.Play(agent_leg, f"{agent_leg}-1", (BRIEF,)))
    await board.hears(ports.MessagePlayed, leg=agent_leg, message=f"{agent_leg}-1")
    await board.tells(ports.Play(agent_leg, f"{agent_leg}-2", (ENDLESS,)), ports.Part(leg, agent_leg))
    await board.hears(ports.MessagePlayed, leg=agent_leg, message=f"{agent_leg}-2")
    await board.tells(ports.Connect(leg, agent_leg), ports.Play(leg, f"{leg}-1", (ENDLESS,)))
    await board.tells(ports.Part(leg, agent_leg))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
    assert (await board.census()).callers[leg].together_with == frozenset()


@story
async def test_who_is_parted_before_they_came_together_hears_no_message_to_its_end(board: Switchboard) -> None:
    leg, agent_leg = await board.waiting_call(), await board.agent()
    message = f"{agent_leg}-1"
    await board.tells(
        ports.Connect(leg, agent_leg), ports.Play(agent_leg, message, (ENDLESS,)), ports.Part(leg, agent_leg)
    )
    await board.hears(ports.MessagePlayed, leg=agent_leg, message=message)
    assert (await board.census()).callers[leg].together_with == frozenset()


@story
async def test_a_tape_ends_when_it_is_stopped(board: Switchboard) -> None:
    leg, _ = await conversation(board)
    tape = f"{leg}-stopped"
    await board.tells(ports.Record(leg, tape))
    await board.world.tape_runs(tape)
    await board.tells(ports.PauseRecording(leg, tape), ports.Record(leg, tape), ports.StopRecording(leg, tape))
    assert (await board.hears(ports.Recorded, leg=leg, tape=tape)).whole
    await board.all_said()
    assert sum(isinstance(event, ports.Recorded) for event in board.told) == 1


@story
async def test_a_tape_ends_with_the_conversation(board: Switchboard) -> None:
    for name in ("zoe", "ann", "nobody"):
        leg, agent_leg = await conversation(board)
        tape = f"{leg}-without-{name}"
        await board.tells(ports.Record(leg, tape))
        await board.world.tape_runs(tape)
        if name == "nobody":
            await board.tells(ports.Part(leg, agent_leg))
        else:
            board.world.hang_up(name)
        assert (await board.hears(ports.Recorded, leg=leg, tape=tape)).whole
        await board.tells(ports.Release(leg), ports.DropLeg(agent_leg))
        await board.hears(ports.LegEnded, leg=leg)
        await board.hears(ports.LegEnded, leg=agent_leg)
    await board.no_bridge_is_left()


@story
async def test_a_call_that_is_released_leaves_a_tape_and_no_bridge(board: Switchboard) -> None:
    leg, _ = await conversation(board)
    await board.tells(ports.Record(leg, f"{leg}-released"))
    await board.world.tape_runs(f"{leg}-released")
    await board.tells(ports.Release(leg))
    assert (await board.hears(ports.Recorded, leg=leg, tape=f"{leg}-released")).whole
    await board.hears(ports.LegEnded, leg=leg)
    await board.no_bridge_is_left()


@story
async def test_a_new_tape_ends_the_one_before(board: Switchboard) -> None:
    leg, _ = await conversation(board)
    await board.tells(ports.Record(leg, f"{leg}-first"))
    await board.world.tape_runs(f"{leg}-first")
    await board.tells(ports.Record(leg, f"{leg}-second"))
    assert (await board.hears(ports.Recorded, tape=f"{leg}-first")).whole
    await board.world.tape_runs(f"{leg}-second")
    await board.tells(ports.StopRecording(leg, f"{leg}-second"))
    assert (await board.hears(ports.Recorded, tape=f"{leg}-second")).whole


@story
async def test_a_tape_goes_on_after_a_lost_connection_when_it_is_asked_for_again(board: Switchboard) -> None:
    leg, _ = await conversation(board)
    tape = f"{leg}-long"
    await board.tells(ports.Record(leg, tape))
    await board.world.tape_runs(tape)
    board.world.lose_connection()
    await board.hears(ports.Disconnected)
    await board.switch.connect()
    await board.tells(ports.Record(leg, tape))
    await board.settled()
    await board.all_said()
    assert not any(isinstance(event, ports.Recorded) for event in board.told)
    await board.tells(ports.StopRecording(leg, tape))
    assert (await board.hears(ports.Recorded, leg=leg, tape=tape)).whole


@story
async def test_where_nothing_can_be_written_that_is_told_and_people_go_on_talking(board: Switchboard) -> None:
    leg, agent_leg = await conversation(board)
    board.world.refuse_tapes()
    await board.tells(ports.Record(leg, f"{leg}-refused"))
    assert await board.hears(ports.Recorded) == ports.Recorded(leg, f"{leg}-refused", seconds=0, whole=False)
    assert (await board.census()).callers[leg].together_with == {agent_leg}


@story
async def test_nothing_is_recorded_where_nobody_talks(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.tells(ports.Record(leg, f"{leg}-alone"))
    assert await board.hears(ports.Recorded) == ports.Recorded(leg, f"{leg}-alone", seconds=0, whole=False)


@story
async def test_a_caller_is_recorded_alone_until_it_is_stopped_and_may_hang_up(board: Switchboard) -> None:
    for end in ("stopped", "hung up"):
        leg = await board.waiting_call()
        tape = f"{leg}-question"
        await board.tells(ports.StopPlaying(leg, ""), ports.RecordAlone(leg, tape, LONG))
        await board.settled()
        if end == "stopped":
            await board.tells(ports.StopRecording(leg, tape))
            await board.hears(ports.Recorded, leg=leg, tape=tape)
            await board.tells(ports.Play(leg, f"{leg}-1", (BRIEF,)))
            await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
            await board.tells(ports.Release(leg))
        else:
            board.world.hang_up("zoe")
            await board.hears(ports.Recorded, leg=leg, tape=tape)
        await board.hears(ports.LegEnded, leg=leg)
        told = [type(event) for event in board.told if getattr(event, "leg", "") == leg]
        assert told.index(ports.Recorded) < told.index(ports.LegEnded)
        assert told.count(ports.Recorded) == 1


@story
async def test_where_a_caller_cannot_be_recorded_alone_that_is_told(board: Switchboard) -> None:
    leg, _ = await conversation(board)
    await board.tells(ports.RecordAlone(leg, f"{leg}-in-company", LONG))
    assert await board.hears(ports.Recorded) == ports.Recorded(leg, f"{leg}-in-company", seconds=0, whole=False)
    alone = await board.waiting_call()
    board.world.refuse_tapes()
    await board.tells(ports.StopPlaying(alone, ""), ports.RecordAlone(alone, f"{alone}-refused", LONG))
    refused = await board.hears(ports.Recorded)
    assert (refused.leg, refused.seconds) == (alone, 0)


@pytest.mark.telephony
def test_a_tape_is_for_its_owner_alone_and_its_name_is_used_once(nodes: Nodes) -> None:
    async def play(world: AsteriskWorld) -> None:
        await world.switch.connect()
        board = Switchboard(world)
        leg, _ = await conversation(board)
        await board.tells(ports.Record(leg, f"{leg}-once"))
        await world.tape_runs(f"{leg}-once")
        await board.tells(ports.StopRecording(leg, f"{leg}-once"))
        await board.hears(ports.Recorded, whole=True)
        file = nodes.settings.tapes / f"{leg}-once.wav"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with wave.open(str(file)) as tape:
            assert tape.getframerate() == 8000
        await board.tells(ports.Record(leg, f"{leg}-once"))
        await board.hears(ports.Recorded, whole=False)

    on_asterisk(play, nodes)


@pytest.mark.telephony
def test_a_tape_that_ends_while_people_talk_is_not_whole(nodes: Nodes) -> None:
    """As where the disk is full, which Asterisk tells like any other end."""

    async def play(world: AsteriskWorld) -> None:
        await world.switch.connect()
        board = Switchboard(world)
        leg, _ = await conversation(board)
        await board.tells(ports.Record(leg, f"{leg}-cut"))
        await board.settled()
        access = nodes.access(port=nodes.settings.http_port, user="switchboard", app="disk")
        disk = await open_ari(access, on_event=lambda _: None, on_lost=lambda: None)
        await disk.ask("POST", f"recordings/live/{leg}-cut/stop")
        await disk.close()
        assert not (await board.hears(ports.Recorded)).whole

    on_asterisk(play, nodes)
