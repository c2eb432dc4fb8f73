"""How many conversations go on at once with every word carried, side by side with app_queue on the same engine.

All must be connected at the same moment, and of the packets the engine received at most a thousandth be missing.
"""

import re
import subprocess
import time
from statistics import median

from tests.rush.calls import OURS, PEER, Contender, at_work, hall, live_calls
from tests.rush.centre import CALLERS, Tell, end, sipp, wait_until
from tocsin.project.instance import instance
from tocsin.project.processes import command

STAFF = 700
STEPS = range(200, STAFF + 1, 100)
ROUNDS = 3
RATE = 50
TALK_SECONDS = 10
# By then SIPp has given up whoever was not answered, and whose end was not heard.
PATIENCE_SECONDS = 60
LOST_SHARE = 0.001
BAR = 1.0


def measure(*, tell: Tell) -> dict[str, object]:
    """The most that each carries, in turns; `ratio` is ours to the peer's, the median of the rounds."""
    # A second of silence in G.711 A-law, spoken over and over.
    (instance.home / "speech.alaw").write_bytes(b"\xd5" * 8000)
    rounds = [_most(OURS, PEER, tell=tell) for _ in range(ROUNDS)]
    # Where the peer carries none, something else is wrong, and there is nothing to compare with.
    ratios = [most[OURS.name] / most[PEER.name] for most in rounds if most[PEER.name]]
    ratio = median(ratios) if len(ratios) == ROUNDS else None
    return {
        "ratio": ratio and round(ratio, 2),
        "conversations": median(most[OURS.name] for most in rounds),
        "peer": PEER.name,
        "peer_conversations": median(most[PEER.name] for most in rounds),
        "holds": ratio is not None and ratio >= BAR,
    }


def _most(*contenders: Contender, tell: Tell) -> dict[str, int]:
    """The most conversations each carries before its first failure; the steps grow together."""
    most = {contender.name: 0 for contender in contenders}
    running = list(contenders)
    for conversations in STEPS:
        for contender in list(running):
            # A step is given up when it fails twice: the machine does other things, too.
            if not any(_carried(contender, conversations, tell=tell) for _ in range(2)):
                running.remove(contender)
            else:
                most[contender.name] = conversations
    return most


def _carried(contender: Contender, conversations: int, *, tell: Tell) -> bool:
    try:
        # Of its own, because an engine that was offered too much carries less for minutes.
        with hall(staff=STAFF, tell=tell), at_work():
            return _carry(contender, conversations, tell=tell)
    except (TimeoutError, subprocess.SubprocessError) as error:
        tell(f"{contender.name:>10} {conversations}: failed, {error}")
        return False


def _carry(contender: Contender, conversations: int, *, tell: Tell) -> bool:
    before = contender.connected()
    all_there_seconds = conversations / RATE
    callers = sipp(
        "speaking_caller.xml",
        *("-s", contender.extension, "-r", str(RATE), "-m", str(conversations), "-l", str(conversations)),
        *("-d", str(round((all_there_seconds + TALK_SECONDS) * 1000)), "-mp", "6300"),
        address=CALLERS,
        port=instance.ports.outside_sip,
    )
    try:
        time.sleep(all_there_seconds + TALK_SECONDS / 2)
        connected = contender.connected() - before
        received, lost = _packets_of_callers()
        callers.wait(2 * all_there_seconds + PATIENCE_SECONDS)
    finally:
        end(callers)
    wait_until(lambda: not live_calls(), "the last calls to end")
    share = lost / max(received + lost, 1)
    tell(f"{contender.name:>10} {conversations}: {connected} connected, {lost} of {received} packets lost")
    return connected == conversations and received > 0 and share <= LOST_SHARE


def _packets_of_callers() -> tuple[int, int]:
    """How many packets the engine has received from those who are calling, and how many it missed."""
    table = subprocess.run(
        command("engine", "console", "pjsip show channelstats"),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    ).stdout
    # bridge, channel, time up, codec, received, lost, ...; a caller outside every bridge has no first column.
    rows = re.findall(r"outside\S*\s+\d\d:\d\d:\d\d\s+\S+\s+(\d+)\s+(\d+)\s", table)
    return sum(int(count) for count, _ in rows), sum(int(lost) for _, lost in rows)
