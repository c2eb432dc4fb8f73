"""Hours that are hard on the promise of a call-back, in made-up time and with the real decisions, and what is seen
of the promises in them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.rush.crowd import BEGIN, Crowd
from tests.rush.floors import NUMBER, staffed
from tests.rush.habits import Habits
from tocsin.calls.rules.call_back_words import SPANS
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import QUEUED, Call, CallState, Rank
from tocsin.calls.rules.switchboard import Decision

MINUTE = timedelta(minutes=1)
LINE = Script(1, 1, ("nl",), exercise=False, front={"nl": FrontWords("Blijf binnen.")}, call_backs=True)
# Long enough for everybody to be called back who was promised to be.
END = timedelta(hours=10)


@dataclass(frozen=True)
class Shift:
    """So many agents begin to work, and go again."""

    agents: int
    begins: timedelta = timedelta()
    ends: timedelta | None = None


@dataclass(frozen=True)
class Scene:
    """So many people call within a while, while so many agents are at work."""

    name: str
    people: int
    over: timedelta
    shifts: tuple[Shift, ...]
    habits: Habits = field(default_factory=Habits)
    most_waiting: int | None = None
    # When the switchboard is started again.
    restarts: tuple[timedelta, ...] = ()


SCENES = (
    Scene("an overload", 360, 60 * MINUTE, (Shift(12),)),
    Scene("a surge that ends", 200, 15 * MINUTE, (Shift(10),)),
    Scene(
        "agents come and go",
        360,
        60 * MINUTE,
        (
            Shift(6),
            Shift(4, ends=20 * MINUTE),
            Shift(3, ends=40 * MINUTE),
            Shift(4, begins=30 * MINUTE, ends=80 * MINUTE),
            Shift(4, begins=60 * MINUTE),
        ),
    ),
    Scene("a third of the agents leave", 300, 60 * MINUTE, (Shift(8), Shift(4, ends=25 * MINUTE))),
    Scene("most do not answer at once", 240, 60 * MINUTE, (Shift(12),), Habits(at_home=0.4)),
    Scene("long calls", 120, 60 * MINUTE, (Shift(12),), Habits(talk_seconds=720, note_seconds=120)),
    Scene("short calls", 900, 60 * MINUTE, (Shift(12),), Habits(talk_seconds=60, note_seconds=10)),
    Scene("a line that is full", 360, 60 * MINUTE, (Shift(12),), most_waiting=5),
    Scene("few agents", 60, 60 * MINUTE, (Shift(2),)),
    Scene("nobody is there yet", 120, 40 * MINUTE, (Shift(10, begins=30 * MINUTE),)),
    Scene("restarts", 120, 40 * MINUTE, (Shift(8),), restarts=(15 * MINUTE, 35 * MINUTE, 50 * MINUTE)),
)


@dataclass
class Promise:
    """What somebody was promised, and when the number rang for the first time."""

    given_at: datetime
    by: datetime
    # By when the wait of who was served before would be over.
    peer_by: datetime
    rang_at: datetime | None = None

    @property
    def is_kept(self) -> bool:
        return self.rang_at is not None and self.rang_at <= self.by


@dataclass
class Watch:
    """What is seen of the promises of a scene, decision by decision."""

    promises: dict[str, Promise] = field(default_factory=dict)
    # Offered before somebody with an earlier place, of whom one stayed and the other is called back.
    inversions: int = 0
    # The same, by a rank: a promise that ends, another attempt, somebody whose agent was lost.
    by_rank: int = 0
    # How long people waited, as app_queue keeps it: the new wait counts as one of four.
    hold: timedelta = timedelta()

    def see(self, decision: Decision, now: datetime) -> None:
        """What a decision did to promises."""
        calls = decision.floor.calls
        for step in decision.steps:
            call = calls.get(step.leg)
            match step.after:
                case CallState.PROMISED if call and call.call_back and step.before == CallState.CHOOSING:
                    peer_by = now + next((span for span in SPANS if span >= self.hold), SPANS[-1])
                    self.promises[step.leg] = Promise(now, call.call_back.promised_by, peer_by)
                case CallState.DIALLING:
                    promise = self.promises[step.leg]
                    promise.rang_at = promise.rang_at or now
                case CallState.OFFERED if call:
                    self._compare(call, step.reason.rank, calls)
                case CallState.TALKING if call and call.queued_at:
                    self.hold = (self.hold * 3 + (now - call.queued_at)) / 4
                case CallState.ENDED if step.why == "called again" and now <= self.promises[step.leg].by:
                    # In line in person, with the place.
                    del self.promises[step.leg]

    def _compare(self, offered: Call, rank: Rank, calls: Mapping[str, Call]) -> None:
        """Whether somebody who waits came before who was offered, of whom only one stayed in line."""
        passed = any(
            call.state in QUEUED and call.place < offered.place and call.to_be_dialled != offered.to_be_dialled
            for call in calls.values()
        )
        if passed and rank is Rank.ORDINARY:
            self.inversions += 1
        elif passed:
            self.by_rank += 1


def played(scene: Scene, *, seed: int) -> Watch:
    """What is seen of a scene; the same seed makes the same one."""
    line = replace(LINE, most_waiting=scene.most_waiting)
    floor = staffed(line, agents=sum(shift.agents for shift in scene.shifts), since=BEGIN)
    return run(Crowd(floor, scene.habits, chance(seed)), scene)


def run(crowd: Crowd, scene: Scene) -> Watch:
    """What is seen of a scene that this crowd plays."""
    watch = Watch()
    crowd.sees = watch.see
    authority = crowd.floor.lines[NUMBER].authority
    agents = (agent.id for agent in crowd.floor.agents.values() if authority in agent.authorities)
    for shift in scene.shifts:
        team = [next(agents) for _ in range(shift.agents)]
        crowd.come(team, after=shift.begins)
        if shift.ends:
            crowd.go(team, after=shift.ends)
    crowd.run(people=scene.people, over=scene.over, until=END)
    return watch


def chance(seed: int) -> random.Random:
    """What happens by chance in a scene."""
    return random.Random(seed)  # noqa: S311 - not for secrets
