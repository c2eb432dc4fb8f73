"""An hour in which everybody calls: what becomes of people who call again until they are served.

The hour passes in made-up time, with the real decisions; the same number of calls a second then reaches a real
engine for a while, to see that none is left without an answer.
"""

import csv
import random
import subprocess
import traceback
from dataclasses import replace
from datetime import timedelta

from tests.rush.calls import OURS, at_work, hall
from tests.rush.centre import CALLERS, Tell, end, sipp
from tests.rush.crowd import BEGIN, FIRST_KEY, Crowd
from tests.rush.floors import staffed
from tests.rush.habits import Habits
from tocsin.calls.rules.script import FrontWords, KeypadAnswer, Script
from tocsin.project.instance import instance

# In London on 7 July 2005, 43,000 attempts in an hour; at a probability of 0.9 to call again, 6.9 of each person.
ATTEMPTS = 43_000
PEOPLE = round(ATTEMPTS / 6.9)
AGENTS = 30
HOUR, SERVED_WITHIN = timedelta(hours=1), timedelta(minutes=30)
SEEDS = (1, 2, 3)
RATE, REAL_SECONDS, HOLD_MS = 12, 60, 20_000
# By then SIPp has given up whoever was not answered.
PATIENCE_SECONDS = 60
BAR_ATTEMPTS, BAR_SERVED = 1.5, 0.6

PLAIN = Script(1, 1, ("nl",), exercise=False, front={"nl": FrontWords("Blijf binnen.")})
FULL = replace(PLAIN, answers={"nl": (KeypadAnswer(1, FIRST_KEY, "Waar?", "Hier."),)}, call_backs=True)


def measure(*, tell: Tell) -> dict[str, object]:
    """`attempts_per_caller` and `served_share` of an hour, the median one of three; the peer only queues."""
    hours = sorted((_hour(FULL, seed=seed, remembers=True, tell=tell) for seed in SEEDS), key=lambda hour: hour[1])
    attempts, served, _ = hours[len(hours) // 2]
    plain_attempts, plain_served, _ = _hour(PLAIN, seed=SEEDS[0], remembers=False, tell=tell)
    lost = sum(left for _, _, left in hours)
    figures: dict[str, object] = {}
    try:
        lost += _really(tell=tell)
    except Exception as error:
        # The hours are told all the same.
        traceback.print_exc()
        figures["failed"] = f"the real calls: {type(error).__name__}"
    return {
        **figures,
        "attempts_per_caller": round(attempts, 2),
        "served_share": round(served, 3),
        "lost": lost,
        "peer": "the same people on a line that only queues",
        "peer_attempts_per_caller": round(plain_attempts, 2),
        "peer_served_share": round(plain_served, 3),
        "ratio": round(attempts / plain_attempts, 2),
        "holds": attempts <= BAR_ATTEMPTS and served >= BAR_SERVED and not lost and not figures,
    }


def _hour(script: Script, *, seed: int, remembers: bool, tell: Tell) -> tuple[float, float, int]:
    """Attempts for each person, the share served within half an hour of the first, and the calls not taken in."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    crowd = Crowd(staffed(script, agents=AGENTS, since=BEGIN), Habits(), chance, remembers=remembers)
    crowd.come(range(AGENTS))
    crowd.run(people=PEOPLE, over=HOUR, until=HOUR + SERVED_WITHIN)
    within = [c for c in crowd.callers if c.served_at and c.served_at - c.first_at <= SERVED_WITHIN]
    attempts = sum(caller.attempts for caller in crowd.callers)
    each, share = attempts / PEOPLE, len(within) / PEOPLE
    tell(f"{PEOPLE} people, {attempts} attempts, {each:.2f} each; {share:.1%} served within half an hour")
    return each, share, crowd.unanswered


def _really(*, tell: Tell) -> int:
    """Calls of a real engine that were not answered, at as many a second as in that hour."""
    placed = RATE * REAL_SECONDS
    counts = instance.home / "flood.csv"
    counts.unlink(missing_ok=True)
    with hall(staff=AGENTS, tell=tell), at_work():
        callers = sipp(
            "caller.xml",
            *("-s", OURS.extension, "-r", str(RATE), "-m", str(placed), "-l", str(placed), "-d", str(HOLD_MS)),
            *("-trace_stat", "-fd", "1", "-stf", str(counts)),
            address=CALLERS,
            port=instance.ports.outside_sip,
        )
        try:
            callers.wait(REAL_SECONDS + HOLD_MS / 1000 + PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            # Who is still on the line then counts as not answered.
            tell(f"some callers were still there {PATIENCE_SECONDS} s after their time")
        finally:
            end(callers)
    with counts.open() as table:
        rows = list(csv.DictReader(table, delimiter=";"))
    unanswered = placed - (int(rows[-1]["SuccessfulCall(C)"]) if rows else 0)
    tell(f"{placed} real calls, {RATE} a second: {unanswered} not answered")
    return unanswered
