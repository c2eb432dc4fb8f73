"""Who hears whom: everybody sounds a tone of their own into real Asterisk, and what arrives is looked at."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.contracts.asterisk_world import Nodes
from tests.contracts.nodes import PASSWORD
from tests.contracts.switchboard import LONG
from tests.patience import PATIENCE_SECONDS
from tests.telephony.hearing import RATE_HZ, Samples, pure_tone, read_wav
from tests.telephony.outside import Outside, Telephone, watching_outside
from tocsin.calls import ports
from tocsin.gateways.asterisk.switch import AsteriskSwitch
from tocsin.gateways.speech.sound import write_sound

pytestmark = pytest.mark.telephony

# What people sound: the caller, the agent, a third party, the listener; and a message.
ZOE, ANN, IMANI, SOFIE, MESSAGE = 440, 620, 1000, 1400, 1800
_EVERYTHING = (ZOE, ANN, IMANI, SOFIE, MESSAGE)


def heard_in(samples: Samples) -> set[int]:
    """The tones in half a second of sound; none where it is quiet."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) / len(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    return {tone for tone in _EVERYTHING if spectrum[np.abs(hz - tone) < 10].max() > 50}


@dataclass
class Room:
    """The switch, and telephones outside it by the name of who has them."""

    switch: AsteriskSwitch
    outside: Outside
    telephones: dict[str, Telephone] = field(default_factory=dict)
    legs: dict[str, str] = field(default_factory=dict)
    _unread: list[ports.SwitchEvent] = field(default_factory=list)

    async def hears(self, kind: type[ports.SwitchEvent]) -> ports.SwitchEvent:
        while True:
            for event in self._unread:
                if isinstance(event, kind):
                    self._unread.remove(event)
                    return event
            self._unread += await self.switch.next_events(timeout_seconds=None)

    async def calls(
        self, name: str, *, hz: int, endpoint: str, kind: type[ports.CallArrived | ports.AgentLegUp]
    ) -> str:
        telephone = self.telephones[name] = await asyncio.to_thread(
            self.outside.dial, f"{name}-{secrets.token_hex(4)}", endpoint=endpoint, caller="+32470112233"
        )
        event = await self.hears(kind)
        assert isinstance(event, ports.CallArrived | ports.AgentLegUp)
        self.legs[name] = event.leg
        if kind is ports.CallArrived:
            await self.switch.carry_out([ports.TakeIn(event.leg)])
        await asyncio.to_thread(telephone.sound, f"tones/{hz}")
        return event.leg

    async def is_dialled(self, name: str, *, hz: int) -> str:
        leg = self.legs[name] = f"{name}-{secrets.token_hex(4)}"
        ringing = asyncio.create_task(asyncio.to_thread(self.outside.rings))
        await self.switch.carry_out([ports.Dial(leg, "+32470445566", "1771", LONG)])
        telephone = self.telephones[name] = await ringing
        await asyncio.to_thread(telephone.answer)
        await self.hears(ports.DialAnswered)
        await asyncio.to_thread(telephone.sound, f"tones/{hz}")
        return leg

    async def hear(self, **wanted: set[int]) -> None:
        """Return when everybody hears exactly these tones, at the same time."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            heard = await asyncio.to_thread(self._listen, list(wanted))
            if heard == wanted:
                return
            assert asyncio.get_running_loop().time() < deadline, heard

    def _listen(self, names: list[str]) -> dict[str, set[int]]:
        tapes = {name: self.telephones[name].listen() for name in names}
        return {name: heard_in(tape().samples) for name, tape in tapes.items()}


@pytest.fixture(scope="module")
def tones(nodes: Nodes) -> None:
    for hz in _EVERYTHING:
        write_sound(nodes.settings.media / "tones" / f"{hz}.wav", pure_tone(hz=hz, seconds=3 * PATIENCE_SECONDS))


def in_a_room(nodes: Nodes, test: Callable[[Room], Awaitable[None]]) -> None:
    """Runs a test with a caller and an agent, who hear each other, and a second agent."""

    async def play() -> None:
        switch = nodes.switch(nodes.settings.http_port)
        settings = nodes.settings
        log = settings.outside_folder.with_suffix(".log")
        with watching_outside(port=settings.outside_http_port, password=PASSWORD, log=log) as outside:
            async with asyncio.timeout(3 * PATIENCE_SECONDS):
                await switch.connect()
                room = Room(switch, outside)
                zoe = await room.calls("zoe", hz=ZOE, endpoint="PJSIP/1771@callers", kind=ports.CallArrived)
                ann = await room.calls("ann", hz=ANN, endpoint="PJSIP/agent-ann@agents", kind=ports.AgentLegUp)
                await room.calls("sofie", hz=SOFIE, endpoint="PJSIP/agent-sofie@agents", kind=ports.AgentLegUp)
                await switch.carry_out([ports.Connect(zoe, ann)])
                await room.hear(zoe={ANN}, ann={ZOE}, sofie=set())
                await test(room)
                outside.hang_up_all()
                await switch.close()

    asyncio.run(play())


def test_three_who_talk_hear_each_other_and_two_go_on(nodes: Nodes, tones: None) -> None:
    async def play(room: Room) -> None:
        imani = await room.is_dialled("imani", hz=IMANI)
        zoe, ann = room.legs["zoe"], room.legs["ann"]
        await room.switch.carry_out([ports.Connect(zoe, imani)])
        await room.hear(zoe={ANN, IMANI}, ann={ZOE, IMANI}, imani={ZOE, ANN})
        await room.switch.carry_out([ports.Part(zoe, ann)])
        await room.hear(zoe={IMANI}, imani={ZOE}, ann=set())
        await room.switch.carry_out([ports.Connect(zoe, ann), ports.Part(zoe, imani)])
        await room.hear(zoe={ANN}, ann={ZOE}, imani=set())

    in_a_room(nodes, play)


def test_who_listens_in_hears_both_whispers_to_one_and_is_heard_by_both_when_joining(
    nodes: Nodes, tones: None
) -> None:
    async def play(room: Room) -> None:
        zoe, ann, sofie = (room.legs[name] for name in ("zoe", "ann", "sofie"))
        await room.switch.carry_out([ports.Listen(zoe, ann, sofie)])
        await room.hear(zoe={ANN}, ann={ZOE}, sofie={ZOE, ANN})
        await room.switch.carry_out([ports.Listen(zoe, ann, sofie, whispers=True)])
        await room.hear(zoe={ANN}, ann={ZOE, SOFIE}, sofie={ZOE, ANN})
        await room.switch.carry_out([ports.Connect(zoe, sofie)])
        await room.hear(zoe={ANN, SOFIE}, ann={ZOE, SOFIE}, sofie={ZOE, ANN})
        await room.switch.carry_out([ports.Part(zoe, sofie)])
        await room.hear(zoe={ANN}, ann={ZOE}, sofie=set())

    in_a_room(nodes, play)


def test_a_message_is_for_all_or_for_one(nodes: Nodes, tones: None) -> None:
    async def play(room: Room) -> None:
        zoe, ann = room.legs["zoe"], room.legs["ann"]
        media = (f"tones/{MESSAGE}",)
        await room.switch.carry_out([ports.Announce(zoe, "for-all", media)])
        await room.hear(zoe={ANN, MESSAGE}, ann={ZOE, MESSAGE})
        await room.switch.carry_out([ports.StopPlaying(zoe, "for-all"), ports.Play(ann, "for-ann", media)])
        await room.hear(zoe=set(), ann={MESSAGE})
        await room.switch.carry_out([ports.StopPlaying(ann, "for-ann"), ports.Play(zoe, "for-zoe", media)])
        await room.hear(zoe={MESSAGE}, ann=set())
        await room.switch.carry_out([ports.StopPlaying(zoe, "for-zoe")])
        await room.hear(zoe={ANN}, ann={ZOE})

    in_a_room(nodes, play)


def test_on_a_tape_is_what_was_said_and_nothing_of_the_pause(nodes: Nodes, tones: None) -> None:
    async def play(room: Room) -> None:
        zoe, sofie = room.legs["zoe"], room.legs["sofie"]
        tape = f"{zoe}-heard"
        await room.switch.carry_out([ports.Record(zoe, tape)])
        await room.hear(zoe={ANN}, ann={ZOE})
        await room.switch.carry_out([ports.PauseRecording(zoe, tape), ports.Connect(zoe, sofie)])
        await room.hear(zoe={ANN, SOFIE})
        await room.switch.carry_out([ports.Part(zoe, sofie)])
        await room.hear(zoe={ANN}, ann={ZOE})
        await room.switch.carry_out([ports.Record(zoe, tape)])
        await room.hear(zoe={ANN}, ann={ZOE})
        await room.switch.carry_out([ports.StopRecording(zoe, tape)])
        recorded = await room.hears(ports.Recorded)
        assert isinstance(recorded, ports.Recorded)
        samples = read_wav((nodes.settings.tapes / f"{tape}.wav").read_bytes())
        assert recorded.whole
        assert abs(len(samples) / RATE_HZ - recorded.seconds) <= 1
        half = RATE_HZ // 2
        said = [heard_in(samples[at : at + half]) for at in range(0, len(samples) - half, half)]
        assert {ZOE, ANN} in said
        assert not any(SOFIE in each for each in said)

    in_a_room(nodes, play)
