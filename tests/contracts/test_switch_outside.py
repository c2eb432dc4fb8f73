"""What every telephone switch does with those whom it calls outside."""

import asyncio
from datetime import timedelta

import pytest

from tests.contracts.asterisk_world import CAUSES, AsteriskWorld, Nodes
from tests.contracts.switch_worlds import BRIEF, ENDLESS
from tests.contracts.switchboard import LONG, Switchboard, on_asterisk, story
from tocsin.calls import ports
from tocsin.gateways.asterisk.ari import open_ari


@story
async def test_who_is_called_sees_the_number_of_the_line_and_is_told_to_have_answered(board: Switchboard) -> None:
    await board.dials(board.leg("call-back"), number="+32470998877")
    assert await board.world.rings("imani") == ("+32470998877", "1771")
    assert (await board.census()).dialled == {board.leg("call-back"): ports.DialledSeen(answered=False)}
    board.world.answers("imani")
    await board.hears(ports.DialAnswered, leg=board.leg("call-back"))
    await board.all_said()
    assert board.told.count(ports.DialAnswered(board.leg("call-back"))) == 1
    assert (await board.census()).dialled == {board.leg("call-back"): ports.DialledSeen(answered=True)}


@story
async def test_who_answered_hears_messages_and_presses_keys(board: Switchboard) -> None:
    leg = await board.outside_call(board.leg("call-back"))
    await board.tells(ports.Play(leg, f"{leg}-1", (BRIEF,)))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
    await board.tells(ports.Play(leg, f"{leg}-2", (ENDLESS,)))
    await board.world.press("imani", key="1")
    await board.hears(ports.KeyPressed, leg=leg, key="1")
    await board.tells(ports.StopPlaying(leg, f"{leg}-2"), ports.PlayMusic(leg), ports.StopPlaying(leg, ""))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-2")


@story
async def test_why_nobody_answered_is_told_once(board: Switchboard) -> None:
    for why in CAUSES:
        leg = board.leg(why.name)
        await board.dials(leg)
        await board.world.rings(leg)
        board.world.refuses(leg, why=why)
        assert (await board.hears(ports.DialFailed, leg=leg)).why == why
    await board.all_said()
    legs = {board.leg(why.name) for why in CAUSES}
    assert sum(getattr(event, "leg", "") in legs for event in board.told) == len(CAUSES)
    assert await board.census() == ports.Census()


@story
async def test_a_number_that_is_none_is_unreachable(board: Switchboard) -> None:
    for number in ("", "+", "nobody", "112@elsewhere", "+32470112233,1771"):
        leg = board.leg(f"to-{number}")
        await board.dials(leg, number=number)
        assert (await board.hears(ports.DialFailed, leg=leg)).why == ports.DialFailure.UNREACHABLE


@story
async def test_whoever_is_dialled_twice_is_called_once(board: Switchboard) -> None:
    await board.dials(board.leg("call-back"), number="+32470000001")
    await board.dials(board.leg("call-back"), number="+32470000001")
    assert (await board.world.rings("imani"))[0] == "+32470000001"
    await board.census()
    await board.dials(board.leg("call-back"), number="+32470000001")
    await board.dials(board.leg("another"), number="+32470000002")
    assert (await board.world.rings("jonas"))[0] == "+32470000002"
    board.world.answers("imani")
    await board.hears(ports.DialAnswered, leg=board.leg("call-back"))
    await board.dials(board.leg("call-back"), number="+32470000001")
    await board.dials(board.leg("a-third"), number="+32470000003")
    assert (await board.world.rings("kim"))[0] == "+32470000003"


@story
async def test_a_telephone_that_rings_can_be_hung_up(board: Switchboard) -> None:
    first, second = board.leg("first"), board.leg("second")
    for leg, move in ((first, ports.Release(first)), (second, ports.DropLeg(second))):
        await board.dials(leg)
        await board.world.rings("imani")
        await board.tells(move)
        assert (await board.hears(ports.DialFailed, leg=leg)).why == ports.DialFailure.GIVEN_UP
        await board.world.ended("imani")


@story
async def test_nothing_but_a_hang_up_concerns_a_telephone_that_rings(board: Switchboard) -> None:
    leg, agent_leg = board.leg("call-back"), await board.agent()
    await board.dials(leg)
    await board.world.rings("imani")
    await board.tells(
        ports.Play(leg, f"{leg}-1", (BRIEF,)),
        ports.PlayMusic(leg),
        ports.Connect(leg, agent_leg),
        ports.Connect(await board.waiting_call(), leg),
        ports.TakeIn(leg),
        ports.SendBack(leg, "1771"),
    )
    census = await board.census()
    assert census.dialled == {leg: ports.DialledSeen(answered=False)}
    assert [seen.together_with for seen in census.callers.values()] == [frozenset()]
    board.world.answers("imani")
    await board.hears(ports.DialAnswered, leg=leg)


@story
async def test_who_answered_talks_with_an_agent_and_hangs_up(board: Switchboard) -> None:
    leg, agent_leg = await board.outside_call(board.leg("call-back")), await board.agent()
    await board.tells(ports.Play(leg, f"{leg}-1", (ENDLESS,)), ports.Connect(leg, agent_leg))
    await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-1")
    assert (await board.census()).dialled == {leg: ports.DialledSeen(True, frozenset({agent_leg}))}
    board.world.hang_up("imani")
    await board.hears(ports.LegEnded, leg=leg)
    await board.no_bridge_is_left()
    assert await board.census() == ports.Census(agents={agent_leg: "ann"})


@story
async def test_who_answered_can_be_released(board: Switchboard) -> None:
    leg, agent_leg = await board.outside_call(board.leg("call-back")), await board.agent()
    await board.tells(ports.Connect(leg, agent_leg), ports.Release(leg))
    await board.hears(ports.LegEnded, leg=leg)
    await board.world.ended("imani")
    await board.all_said()
    assert not any(isinstance(event, ports.DialFailed) for event in board.told)
    await board.no_bridge_is_left()


@story
async def test_an_agent_who_was_called_is_connected_with_one_caller_after_the_other(board: Switchboard) -> None:
    leg = await board.outside_call(board.leg("called-imani"))
    for _ in range(2):
        caller = await board.waiting_call()
        await board.tells(ports.Play(leg, f"{leg}-offer", (ENDLESS,)))
        await board.world.press("imani", key="1")
        await board.hears(ports.KeyPressed, leg=leg, key="1")
        await board.tells(ports.Connect(caller, leg))
        await board.hears(ports.MessagePlayed, leg=leg, message=f"{leg}-offer")
        census = await board.census()
        assert census.callers[caller].together_with == {leg}
        await board.tells(ports.Release(caller))
        await board.hears(ports.LegEnded, leg=caller)
    bram = await board.agent("bram")
    await board.tells(ports.Connect(leg, bram))
    assert (await board.census()).dialled == {
        leg: ports.DialledSeen(answered=True, together_with=frozenset({bram}))
    }
    await board.tells(ports.DropLeg(leg))
    await board.hears(ports.LegEnded, leg=leg)
    assert await board.census() == ports.Census(agents={bram: "bram"})


@story
async def test_a_third_party_joins_a_conversation_and_leaves_it(board: Switchboard) -> None:
    leg, agent_leg, second = await board.waiting_call(), await board.agent("ann"), await board.agent("bram")
    interpreter = await board.outside_call(board.leg("interpreter"))
    await board.tells(ports.Connect(leg, agent_leg), ports.Connect(leg, interpreter), ports.Connect(leg, second))
    census = await board.census()
    assert census.callers[leg].together_with == {agent_leg, interpreter, second}
    assert census.dialled == {interpreter: ports.DialledSeen(answered=True)}
    await board.tells(ports.Part(leg, agent_leg))
    assert (await board.census()).callers[leg].together_with == {interpreter, second}
    board.world.hang_up("imani")
    await board.hears(ports.LegEnded, leg=interpreter)
    assert (await board.census()).callers[leg].together_with == {second}


@story
async def test_after_a_lost_connection_the_census_tells_who_rings_who_answered_and_not_who_failed(
    board: Switchboard,
) -> None:
    for name in ("rings", "answers", "fails", "waits"):
        await board.dials(board.leg(name))
        await board.world.rings(name)
    board.world.answers("waits")
    await board.hears(ports.DialAnswered, leg=board.leg("waits"))
    board.world.lose_connection()
    await board.hears(ports.Disconnected)
    await board.dials(board.leg("never"))
    board.world.answers("answers")
    board.world.refuses("fails", why=ports.DialFailure.BUSY)
    await board.world.ended("fails")
    await board.connected(lambda census: census.dialled[board.leg("answers")].answered)
    assert (await board.census()).dialled == {
        board.leg("rings"): ports.DialledSeen(answered=False),
        board.leg("answers"): ports.DialledSeen(answered=True),
        board.leg("waits"): ports.DialledSeen(answered=True),
    }
    board.world.answers("rings")
    await board.hears(ports.DialAnswered, leg=board.leg("rings"))
    board.world.hang_up("answers")
    await board.hears(ports.LegEnded, leg=board.leg("answers"))


@story
async def test_a_switchboard_that_leaves_hangs_up_on_nobody_whom_it_called(board: Switchboard) -> None:
    await board.outside_call(board.leg("talks"), "imani")
    await board.dials(board.leg("rings"))
    await board.world.rings("jonas")
    await board.settled()
    await board.switch.close()
    assert (await board.switch.connect()).dialled == {
        board.leg("talks"): ports.DialledSeen(answered=True),
        board.leg("rings"): ports.DialledSeen(answered=False),
    }


@pytest.mark.telephony
def test_nobody_rings_longer_than_was_said(nodes: Nodes) -> None:
    async def play(world: AsteriskWorld) -> None:
        await world.switch.connect()
        board = Switchboard(world)
        await board.dials("call-back", patience=timedelta(seconds=3))
        await world.rings("imani")
        assert (await board.hears(ports.DialFailed)).why == ports.DialFailure.NO_ANSWER
        await world.ended("imani")

    on_asterisk(play, nodes)


@pytest.mark.telephony
def test_where_there_is_no_trunk_the_network_is_congested(nodes: Nodes) -> None:
    async def play(world: AsteriskWorld) -> None:
        switch = nodes.switch(nodes.settings.http_port, trunks=())
        await switch.connect()
        await switch.carry_out([ports.Dial("call-back", "112", "1771", LONG)])
        failed = ports.DialFailed("call-back", ports.DialFailure.CONGESTED)
        assert await switch.next_events(timeout_seconds=None) == [failed]
        await switch.close()

    on_asterisk(play, nodes)


@pytest.mark.telephony
def test_whom_a_switchboard_was_about_to_call_when_it_died_is_called_by_the_next(nodes: Nodes) -> None:
    async def play(world: AsteriskWorld) -> None:
        access = nodes.access(port=nodes.settings.http_port, user="switchboard", app="tocsin")
        entered = asyncio.Event()
        before = await open_ari(access, on_event=lambda _: entered.set(), on_lost=lambda: None)
        made = {
            "channelId": "call-back",
            "endpoint": "PJSIP/112@outside",
            "app": "tocsin",
            "appArgs": "dialled,1771,9",
        }
        await before.ask("POST", "channels/create", query=made)
        await entered.wait()
        await before.close()
        assert (await world.switch.connect()).dialled == {"call-back": ports.DialledSeen(answered=False)}
        assert await world.rings("imani") == ("112", "1771")
        world.answers("imani")
        await Switchboard(world).hears(ports.DialAnswered, leg="call-back")

    on_asterisk(play, nodes)


@pytest.mark.telephony
def test_what_one_carrier_cannot_carry_goes_by_the_next(nodes: Nodes) -> None:
    async def play(world: AsteriskWorld) -> None:
        # Of the first nothing is known, as of one that does not answer when asked how it is.
        switch = nodes.switch(nodes.settings.http_port, trunks=("lost", "outside"))
        await switch.connect()
        await switch.carry_out([ports.Dial("call-back", "112", "1771", LONG)])
        assert await world.rings("imani") == ("112", "1771")
        world.answers("imani")
        assert await switch.next_events(timeout_seconds=None) == [ports.DialAnswered("call-back")]
        await switch.close()

    on_asterisk(play, nodes)


@pytest.mark.telephony
def test_what_the_network_of_one_carrier_refuses_goes_by_the_next_and_a_busy_telephone_does_not(
    nodes: Nodes,
) -> None:
    async def play(world: AsteriskWorld) -> None:
        switch = nodes.switch(nodes.settings.http_port, trunks=("outside", "outside"))
        await switch.connect()
        await switch.carry_out([ports.Dial("call-back", "112", "1771", LONG)])
        assert await world.rings("imani") == ("112", "1771")
        # 503, as a carrier says that has no line left.
        world.refuses("imani", why=ports.DialFailure.CONGESTED)
        assert await world.rings("imani, by the next") == ("112", "1771")
        world.answers("imani, by the next")
        assert await switch.next_events(timeout_seconds=None) == [ports.DialAnswered("call-back")]
        await switch.carry_out([ports.Dial("another", "113", "1771", LONG)])
        assert await world.rings("joos") == ("113", "1771")
        world.refuses("joos", why=ports.DialFailure.BUSY)
        busy = ports.DialFailed("another", ports.DialFailure.BUSY)
        assert await switch.next_events(timeout_seconds=None) == [busy]
        await switch.close()

    on_asterisk(play, nodes)


@pytest.mark.telephony
def test_where_no_carrier_carries_a_call_that_is_told_once(nodes: Nodes) -> None:
    async def play(_: AsteriskWorld) -> None:
        switch = nodes.switch(nodes.settings.http_port, trunks=("lost", "lost-too"))
        await switch.connect()
        await switch.carry_out([ports.Dial("call-back", "112", "1771", LONG)])
        failed = ports.DialFailed("call-back", ports.DialFailure.CONGESTED)
        assert await switch.next_events(timeout_seconds=None) == [failed]
        await switch.close()

    on_asterisk(play, nodes)
