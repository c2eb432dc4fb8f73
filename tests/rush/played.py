"""A switchboard whose switch is played: so many agents' telephones, and so many callers who never grow fewer.

What is measured is everything between an agent's word and the offer, but for the sound.
"""

import asyncio
import sys
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path

import django

django.setup()

from asgiref.sync import sync_to_async  # noqa: E402

from tocsin import wiring  # noqa: E402
from tocsin.activations.models import Activation  # noqa: E402
from tocsin.activations.rules import State  # noqa: E402
from tocsin.calls.daemon import run  # noqa: E402
from tocsin.calls.daemon.limits import Limits  # noqa: E402
from tocsin.gateways.rehearsal.switch import RehearsalSwitch  # noqa: E402
from tocsin.project.instance import instance  # noqa: E402

# How often those who left are replaced by as many others, and the next key is pressed.
_LOOKED_SECONDS = 0.1
# A hundred calls a second.
_AT_ONCE = 10


async def play(*, number: str, callers: int, keys: list[str], logins: list[str]) -> None:
    """Be the switchboard of a line with so many callers, who press one of the `keys` each in turn."""
    switch = RehearsalSwitch()
    serving = asyncio.ensure_future(
        run(
            switch=switch,
            speech=wiring.speech(),
            dsn=instance.database_dsn,
            region="BE",
            limits=Limits(most_calls=callers, most_taken_in=callers),
            stop=asyncio.Event(),
        )
    )
    opened = sync_to_async(Activation.objects.filter(number__digits=number, state=State.OPEN).exists)
    while not (set(logins) <= switch.logins.keys() and await opened()):
        await asyncio.sleep(_LOOKED_SECONDS)
    for login in logins:
        switch.agent_calls(login=login)
    # By leg, the keys still to press.
    legs: dict[str, str] = {}
    names, wishes = count(), cycle(keys)
    while not serving.done():
        legs = {leg: rest for leg, rest in legs.items() if switch.is_up(leg)}
        for leg, rest in legs.items():
            if rest:
                switch.press(leg, key=rest[0])
                legs[leg] = rest[1:]
        for _ in range(min(callers - len(legs), _AT_ONCE)):
            caller = f"+3247{next(names):07}"
            legs[switch.call(number=number, caller=caller, at=datetime.now(UTC))] = next(wishes)
        await asyncio.sleep(_LOOKED_SECONDS)
    serving.result()


if __name__ == "__main__":
    number, callers, keys, logins = sys.argv[1:]
    asyncio.run(
        play(number=number, callers=int(callers), keys=keys.split(), logins=Path(logins).read_text().split()[1:])
    )
