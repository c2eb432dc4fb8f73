"""What every telephone switch does: the one in memory always, Asterisk where it can run."""

from datetime import UTC, datetime, timedelta

from tests.contracts.switch_worlds import BRIEF, BROKEN, ENDLESS, MISSING
from tests.contracts.switchboard import Switchboard, story
from tests.patience import PATIENCE_SECONDS
from tocsin.calls import ports


@story
async def test_a_call_is_told_once_with_its_number_its_caller_and_its_time(board: Switchboard) -> None:
    before = datetime.now(UTC)
    await board.world.call("zoe", number="1771", caller="+32470112233")
    arrival = await board.hears(ports.CallArrived)
    assert (arrival.number, arrival.caller) == ("1771", "+32470112233")
    assert timedelta(0) <= arrival.arrived_at - before.replace(microsecond=0) < timedelta(seconds=PATIENCE_SECONDS)
    await board.all_said()
    assert sum(isinstance(event, ports.CallArrived) and event.leg == arrival.leg for event in board.told) == 1


@story
async def test_the_end_of_a_message_is_told(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.tells(ports.Play(leg, f"{leg}-1", (BRIEF, BRIEF)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")


@story
async def test_a_message_whose_recording_is_missing_ends_too(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.tells(ports.Play(leg, f"{leg}-1", (MISSING,)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
    await board.tells(ports.Play(leg, f"{leg}-2", (BRIEF, MISSING, BRIEF)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-2")


@story
async def test_a_message_whose_recording_is_no_sound_ends_too(board: Switchboard) -> None:
    leg = await board.waiting_call()
    for name in BROKEN:
        await board.tells(ports.Play(leg, f"{leg}-{name}", (BRIEF, name, BRIEF)))
        await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-{name}")
    await board.tells(ports.Play(leg, f"{leg}-2", (BRIEF,)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-2")


@story
async def test_a_message_that_the_switch_refuses_ends_too(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.tells(ports.Play(leg, f"{leg}-1", ()))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")


@story
async def test_a_message_that_is_stopped_ends_and_the_next_one_plays(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.tells(
        ports.Play(leg, f"{leg}-1", (ENDLESS,)),
        ports.StopPlaying(leg, f"{leg}-1"),
        ports.Play(leg, f"{leg}-2", (BRIEF,)),
    )
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-2")


@story
async def test_a_message_plays_after_music_that_was_stopped(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.tells(ports.PlayMusic(leg), ports.StopPlaying(leg, ""), ports.Play(leg, f"{leg}-1", (BRIEF,)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")


@story
async def test_keys_are_told_while_a_message_plays(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.tells(ports.Play(leg, f"{leg}-1", (ENDLESS,)))
    for key in "2#":
        await board.world.press("zoe", key=key)
        await board.hears(ports.KeyPressed, leg=leg, key=key)


@story
async def test_an_agent_joins_and_leaves_a_caller_and_joins_again(board: Switchboard) -> None:
    leg, agent_leg = await board.waiting_call(), await board.agent()
    await board.tells(ports.PlayMusic(leg), ports.StopPlaying(leg, ""), ports.Connect(leg, agent_leg))
    assert (await board.census()).callers[leg].together_with == {agent_leg}
    await board.tells(ports.Part(leg, agent_leg), ports.PlayMusic(leg))
    assert (await board.census()).callers[leg].together_with == frozenset()
    await board.tells(ports.StopPlaying(leg, ""), ports.Connect(leg, agent_leg))
    assert (await board.census()).callers[leg].together_with == {agent_leg}


@story
async def test_an_agent_who_leaves_and_joins_in_the_same_moment_is_together_with_the_caller(
    board: Switchboard,
) -> None:
    caller, agent = await board.waiting_call(), await board.agent()
    again = (ports.Part(caller, agent), ports.Connect(caller, agent))
    await board.tells(ports.Connect(caller, agent), *again, *again)
    assert (await board.census()).callers[caller].together_with == {agent}


@story
async def test_a_conversation_moves_to_another_telephone(board: Switchboard) -> None:
    leg, older, newer = await board.waiting_call(), await board.agent("ann"), await board.agent("bram")
    await board.tells(ports.Connect(leg, older), ports.Connect(leg, newer), ports.Part(leg, older))
    census = await board.census()
    assert census.callers[leg].together_with == {newer}
    assert census.agents == {older: "ann", newer: "bram"}


@story
async def test_nothing_waits_for_the_message_of_a_caller_whom_an_agent_takes(board: Switchboard) -> None:
    leg, agent_leg = await board.waiting_call(), await board.agent()
    await board.tells(ports.Play(leg, f"{leg}-1", (ENDLESS,)), ports.Connect(leg, agent_leg))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
    assert (await board.census()).callers[leg].together_with == {agent_leg}


@story
async def test_taking_in_again_after_a_reconnection_disturbs_nothing(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.tells(ports.Play(leg, f"{leg}-1", (ENDLESS,)))
    await board.census()
    await board.tells(ports.TakeIn(leg))
    await board.settled()
    await board.tells(ports.StopPlaying(leg, f"{leg}-1"))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")


@story
async def test_a_released_caller_is_hung_up_and_the_agent_stays(board: Switchboard) -> None:
    leg, agent_leg = await board.waiting_call(), await board.agent()
    await board.tells(ports.Connect(leg, agent_leg), ports.Release(leg))
    await board.hears(ports.LegEnded, leg=leg)
    await board.world.ended("zoe")
    await board.no_bridge_is_left()
    assert await board.census() == ports.Census(agents={agent_leg: "ann"})


@story
async def test_an_agent_takes_one_caller_after_the_other(board: Switchboard) -> None:
    agent_leg = await board.agent()
    for name in ("zoe", "yves", "xavier"):
        leg = await board.waiting_call(name)
        await board.tells(ports.PlayMusic(leg), ports.StopPlaying(leg, ""), ports.Connect(leg, agent_leg))
        assert (await board.census()).callers[leg].together_with == {agent_leg}
        await board.tells(ports.Release(leg))
        await board.hears(ports.LegEnded, leg=leg)


@story
async def test_a_caller_who_hangs_up_is_told_once_in_whatever_state(board: Switchboard) -> None:
    agent_leg = await board.agent()
    listening, talking = await board.waiting_call("zoe"), await board.waiting_call("yves")
    await board.tells(ports.Play(listening, "message", (ENDLESS,)), ports.Connect(talking, agent_leg))
    for name, leg in (("zoe", listening), ("yves", talking)):
        board.world.hang_up(name)
        await board.hears(ports.LegEnded, leg=leg)
        await board.tells(ports.Release(leg))
    await board.all_said()
    ended = [event.leg for event in board.told if isinstance(event, ports.LegEnded)]
    assert (ended.count(listening), ended.count(talking), ended.count(agent_leg)) == (1, 1, 0)
    await board.no_bridge_is_left()
    assert await board.census() == ports.Census(agents={agent_leg: "ann"})


@story
async def test_an_agent_whose_telephone_ends_is_told_and_the_caller_stays(board: Switchboard) -> None:
    leg, agent_leg = await board.waiting_call(), await board.agent()
    await board.tells(ports.Connect(leg, agent_leg))
    board.world.hang_up("ann")
    await board.hears(ports.LegEnded, leg=agent_leg)
    await board.tells(ports.Play(leg, f"{leg}-1", (BRIEF,)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
    newer = await board.agent()
    await board.tells(ports.Connect(leg, newer))
    assert (await board.census()).callers[leg].together_with == {newer}


@story
async def test_a_leg_that_serves_nobody_is_dropped(board: Switchboard) -> None:
    agent_leg = await board.agent()
    await board.tells(ports.DropLeg(agent_leg))
    await board.hears(ports.LegEnded, leg=agent_leg)
    await board.world.ended("ann")


@story
async def test_a_caller_who_is_sent_back_comes_again_as_the_same_call(board: Switchboard) -> None:
    await board.world.call("zoe")
    arrival = await board.hears(ports.CallArrived)
    await board.tells(ports.SendBack(arrival.leg, arrival.number))
    await board.settled()
    board.world.try_again()
    assert await board.hears(ports.CallArrived) == arrival
    await board.tells(ports.TakeIn(arrival.leg), ports.Play(arrival.leg, "message", (BRIEF,)))
    await board.hears(ports.MessagePlayed, leg=arrival.leg)
    assert not any(isinstance(event, ports.LegEnded) for event in board.told)


@story
async def test_a_caller_who_was_taken_in_and_hears_something_can_be_sent_back_too(board: Switchboard) -> None:
    await board.world.call("zoe")
    arrival = await board.hears(ports.CallArrived)
    await board.tells(ports.TakeIn(arrival.leg), ports.Play(arrival.leg, "message", (ENDLESS,)))
    await board.settled()
    stop = ports.StopPlaying(arrival.leg, "message")
    await board.tells(stop, ports.SendBack(arrival.leg, arrival.number))
    await board.settled()
    board.world.try_again()
    assert await board.hears(ports.CallArrived) == arrival
    await board.tells(ports.TakeIn(arrival.leg), ports.Play(arrival.leg, "again", (BRIEF,)))
    await board.hears(ports.MessagePlayed, leg=arrival.leg, message="again")
    assert not any(isinstance(event, ports.LegEnded) for event in board.told)


@story
async def test_who_is_not_taken_in_when_the_switchboard_leaves_is_left_to_the_fallback(board: Switchboard) -> None:
    waiting = await board.waiting_call("zoe")
    await board.settled()
    await board.world.call("yves")
    arrival = await board.hears(ports.CallArrived)
    await board.switch.close()
    assert (await board.switch.connect()).callers.keys() == {waiting}
    board.world.try_again()
    assert await board.hears(ports.CallArrived) == arrival


@story
async def test_a_caller_who_was_sent_back_is_in_no_census_and_can_be_released(board: Switchboard) -> None:
    await board.world.call("zoe")
    arrival = await board.hears(ports.CallArrived)
    await board.tells(ports.SendBack(arrival.leg, arrival.number), ports.Release(arrival.leg))
    await board.world.ended("zoe")
    assert await board.census() == ports.Census()


@story
async def test_moves_about_legs_that_are_gone_do_nothing(board: Switchboard) -> None:
    gone, agent_leg = await board.waiting_call("zoe"), await board.agent()
    board.world.hang_up("zoe")
    await board.hears(ports.LegEnded, leg=gone)
    for leg in (gone, "never-there"):
        await board.tells(
            ports.TakeIn(leg),
            ports.Play(leg, f"{leg}-1", (BRIEF,)),
            ports.PlayMusic(leg),
            ports.StopPlaying(leg, f"{leg}-1"),
            ports.Connect(leg, agent_leg),
            ports.Part(leg, agent_leg),
            ports.Connect(agent_leg, leg),
            ports.Announce(leg, f"{leg}-2", (BRIEF,)),
            ports.Listen(leg, agent_leg, agent_leg),
            ports.Listen(agent_leg, leg, agent_leg),
            ports.StopListening(leg, agent_leg),
            ports.Record(leg, f"{leg}-tape"),
            ports.PauseRecording(leg, f"{leg}-tape"),
            ports.StopRecording(leg, f"{leg}-tape"),
            ports.SendBack(leg, "1771"),
            ports.Release(leg),
            ports.DropLeg(leg),
        )
    await board.settled()
    await board.all_said()
    assert not any(isinstance(event, ports.MessagePlayed | ports.Recorded) for event in board.told)
    assert await board.census() == ports.Census(agents={agent_leg: "ann"})


@story
async def test_moves_that_cross_a_hang_up_do_no_harm(board: Switchboard) -> None:
    leaving, staying = await board.waiting_call("zoe"), await board.waiting_call("yves")
    agent_leg = await board.agent()
    await board.settled()
    board.world.stall()
    await board.tells(ports.PlayMusic(leaving), ports.StopPlaying(leaving, ""), ports.Connect(leaving, agent_leg))
    board.world.hang_up("zoe")
    board.world.recover()
    await board.hears(ports.LegEnded, leg=leaving)
    await board.tells(ports.Release(leaving), ports.Connect(staying, agent_leg))
    census = await board.census()
    assert census.callers.keys() == {staying}
    assert census.callers[staying].together_with == {agent_leg}


@story
async def test_the_backlog_grows_while_the_switch_is_behind_and_empties_again(board: Switchboard) -> None:
    leg = await board.waiting_call()
    await board.settled()
    board.world.stall()
    await board.tells(ports.PlayMusic(leg), ports.StopPlaying(leg, ""))
    assert board.switch.backlog == 2
    board.world.recover()
    await board.settled()
    assert board.switch.backlog == 0
