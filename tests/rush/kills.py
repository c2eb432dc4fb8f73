"""How soon decisions are made again after the switchboard or the database was killed under load, or hangs.

And whether everybody is accounted for after parts were killed at random for a while.
"""

import random
import secrets
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial

from django.db import connection

from tests.instances import instance_in
from tests.rush.centre import Tell
from tests.rush.rounds import Rounds, rounds_of, worst_ratio
from tests.telephony.centre import DATABASE_GONE, connected_to, running_centre
from tests.telephony.crowd import Crowd
from tests.telephony.journal import check_journal
from tests.telephony.line import House, found_house
from tests.telephony.two_nodes import FIRST, SECOND, agent_on
from tocsin.activations.rules import State
from tocsin.calls.models import CallStep
from tocsin.project.instance import instance

# As many as fit into a quarter of an hour with all the rest.
ROUNDS = 15
ROUNDS_OF_BOTH = 5
# Where nothing is decided for so long, it will not be.
GIVEN_UP_SECONDS = 60
# What decisions may take to be made again, by what befalls. Of the switchboards that is the one that leads, and
# the other stands by.
SWITCHBOARD, DATABASE, HUNG = "switchboard", "database", "hung_switchboard"
BARS = {SWITCHBOARD: 2.0, DATABASE: 5.0, HUNG: 5.0}
# What befalls, for as long as the block runs.
Befall = Callable[[], AbstractContextManager[object]]
AT_RANDOM = [SWITCHBOARD, HUNG, "web", "postgres", SECOND, FIRST] * 2


def measure(*, tell: Tell) -> dict[str, object]:
    """Each is killed again and again while callers come and go; `ratio` is the worst of them to its bar.

    `failed` counts what did not come back in time, of the rounds and of what was killed at random, and the journal
    where it is not right.
    """
    seed = secrets.randbits(32)
    tell(f"seed {seed}")
    with _house_of_two() as house:
        agents = [agent_on(house, node) for node in (FIRST, SECOND)]
        crowd = Crowd(house, random.Random(seed), agents)  # noqa: S311 - a play, no secret
        centre = house.centre
        befalls = {
            SWITCHBOARD: lambda: _killed(centre.kill, SWITCHBOARD),
            DATABASE: lambda: _killed(centre.kill, "postgres"),
            HUNG: centre.hanging_switchboard,
        }
        rounds = {
            name: rounds_of(name, partial(_resumed, crowd, befall), times=ROUNDS, tell=tell)
            for name, befall in befalls.items()
        }
        kill_both = partial(_resumed, crowd, lambda: _killed(centre.kill_every, SWITCHBOARD))
        both = rounds_of("both switchboards", kill_both, times=ROUNDS_OF_BOTH, tell=tell)
        at_random = _at_random(crowd, tell=tell)
        outcomes = _journal(crowd, tell=tell)
    worst = worst_ratio(rounds, BARS)
    failed = sum(each.failed for each in (*rounds.values(), both, at_random)) + (outcomes is None)
    return {
        **{f"{name}_p95_seconds": each.p95 for name, each in rounds.items()},
        "both_switchboards_p95_seconds": both.p95,
        "peer": f"the promises of {', '.join(f'{bar:g}' for bar in BARS.values())} s",
        "ratio": worst,
        "callers": len(crowd.callers),
        "outcomes": outcomes,
        "failed_rounds": failed,
        "holds": worst is not None and worst <= 1 and not failed and not (outcomes or {}).get("in progress"),
    }


@contextmanager
def _house_of_two() -> Iterator[House]:
    home = instance.home / "kills"
    shutil.rmtree(home, ignore_errors=True)
    centre = instance_in(home, nodes=2)
    with running_centre(centre) as running, connected_to(centre):
        house = found_house(running)
        house.comes_to(State.OPEN, house.order("1771"))
        yield house


def _killed(kill: Callable[[str], None], part: str) -> AbstractContextManager[None]:
    kill(part)
    return nullcontext()


def _resumed(crowd: Crowd, befall: Befall) -> float:
    """Seconds from what befalls until the next decision that was recorded."""
    centre = crowd.house.centre
    # Whatever ends before it has run for a while is started again with a delay.
    centre.until(
        lambda: all(each.state == "running" for each in centre.supervisor.states().values()), "all to run"
    )
    centre.until(centre.stands_by, "a switchboard to stand by")
    crowd.goes_on(acts=crowd.chance.randint(*crowd.acts))
    with befall():
        befell_at = datetime.now(UTC)
        deadline = time.monotonic() + GIVEN_UP_SECONDS
        while not (decided := _first_step_after(befell_at)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"Nothing was decided for {GIVEN_UP_SECONDS} s.")
            crowd.goes_on(acts=1)
    return (decided - befell_at).total_seconds()


def _first_step_after(moment: datetime) -> datetime | None:
    try:
        return CallStep.objects.filter(at__gt=moment).order_by("at").values_list("at", flat=True).first()
    except DATABASE_GONE:
        connection.close()
        return None


def _at_random(crowd: Crowd, *, tell: Tell) -> Rounds:
    """Seconds that each took from before it was killed until it was back, with all that happened meanwhile."""
    parts = iter(crowd.chance.sample(AT_RANDOM, k=len(AT_RANDOM)))

    def once() -> float:
        part, began = next(parts), time.monotonic()
        tell(f"at random: {part}")
        if part == HUNG:
            crowd.sees_switchboard_hang()
        else:
            crowd.sees_killed(part)
        return time.monotonic() - began

    return rounds_of("at random", once, times=len(AT_RANDOM), tell=tell)


def _journal(crowd: Crowd, *, tell: Tell) -> dict[str, int] | None:
    """What became of everybody, when all have left; None where somebody is missing, or there twice."""
    try:
        crowd.comes_to_rest()
        outcomes = check_journal()
    except Exception as error:
        traceback.print_exc()
        tell(f"the journal is not right: {next(iter(str(error).splitlines()), type(error).__name__)}")
        return None
    tell(f"{len(crowd.callers)} called: {dict(outcomes)}")
    return dict(outcomes)
