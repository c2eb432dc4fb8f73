"""Callers who come and go and agents who answer them, by chance, whatever is killed meanwhile."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from math import inf
from threading import Event

from django.db import connection

from tests.telephony.centre import DATABASE_GONE, live_calls
from tests.telephony.line import House
from tests.telephony.outside import Telephone
from tests.telephony.people import Caller, Desk, caller
from tests.telephony.witness import Reader, calls_by_mark
from tocsin.calls.models import Call
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState, call_of
from tocsin.workforce.rules import AgentState

# What an agent does next, by state, and how likely at each look.
HABITS = {
    AgentState.SIGNED_OUT: (Verb.READY, 1.0),
    AgentState.PAUSED: (Verb.READY, 1.0),
    AgentState.OFFERED: (Verb.ACCEPT, 0.9),
    AgentState.TALKING: (Verb.HANG_UP, 0.3),
    AgentState.WRAP_UP: (Verb.DONE, 1.0),
}
LONGEST_PAUSE_SECONDS = 0.4
# How much happens before and after a kill, at least and at most.
ACTS = (4, 12)


@dataclass
class Crowd:
    """Those who call, in the order in which they do, and the agents at work; `chance` decides what they do."""

    house: House
    chance: random.Random
    desks: Sequence[Desk]
    callers: list[Caller] = field(default_factory=list)
    # The numbers of those who hung up themselves.
    left: set[str] = field(default_factory=set)
    acts: tuple[int, int] = ACTS
    reader: Reader = field(default_factory=Reader)

    def goes_on(self, *, acts: int) -> None:
        """So many things happen, one after the other; when is a matter of chance, too."""
        for _ in range(acts):
            choices = (self.somebody_calls, self.somebody_presses, self.somebody_leaves)
            self.chance.choices(choices, (4, 4, 1))[0]()
            self.everybody_works()
            self.reader.reads_on()
            Event().wait(self.chance.uniform(0, LONGEST_PAUSE_SECONDS))

    def sees_killed(self, part: str) -> None:
        """A part is killed in the middle of all this, and is back after a while."""
        self.goes_on(acts=self.chance.randint(*self.acts))
        self.house.centre.kill(part)
        self.goes_on(acts=self.chance.randint(*self.acts))
        for needed in (part, "switchboard"):
            self.house.centre.wait_healthy(needed)

    def sees_switchboard_hang(self) -> None:
        """The one that leads stands still in the middle of all this, and wakes when the other one leads."""
        centre = self.house.centre
        centre.until(centre.stands_by, "a switchboard to stand by")
        self.goes_on(acts=self.chance.randint(*self.acts))
        with centre.hanging_switchboard() as hung:
            self.goes_on(acts=self.chance.randint(*self.acts))
            centre.until(lambda: centre.leader not in (None, hung), "the other switchboard to lead")
        self.goes_on(acts=self.chance.randint(*self.acts))

    def somebody_calls(self) -> None:
        self.callers.append(caller(self.house.centre))

    def somebody_presses(self) -> None:
        """A key of the language, or of a call-back that is offered."""
        for somebody in self.chance.sample(self.callers, k=len(self.callers)):
            if somebody.telephone.is_answered and somebody.telephone.is_up:
                with unless_hung_up(somebody.telephone):
                    somebody.telephone.press("1")
                return

    def somebody_leaves(self) -> None:
        if self.callers and (somebody := self.chance.choice(self.callers)).telephone.is_up:
            self.left.add(somebody.shown)
            somebody.telephone.hang_up()

    def everybody_works(self) -> None:
        """Each agent does what is next, and whoever is called back answers."""
        for telephone in self.house.centre.outside.taken_up():
            with unless_hung_up(telephone):
                telephone.answer()
                telephone.press("1")
        for desk in self.desks:
            if not desk.telephone.is_up:
                desk.dial()
            try:
                verb, likely = HABITS.get(AgentState(desk.state), (Verb.READY, 0.0))
                if self.chance.random() < likely:
                    desk.asks(verb)
            except DATABASE_GONE:
                connection.close()

    def comes_to_rest(self) -> None:
        """All leave, and who was promised a call-back gets it, as if the time between attempts were over.

        By then, whoever is still there is known, everybody once, and all that was ever read is still to be read.
        """
        self.is_known_whoever_is_there()
        known = calls_by_mark([somebody.mark for somebody in self.callers])
        assert known.total() == len(known), "somebody who called once has two calls"
        for somebody in self.callers:
            if somebody.telephone.is_up:
                somebody.telephone.hang_up()
        while True:
            self._works_off()
            if not live_calls():
                for desk in self.desks:
                    if desk.state == AgentState.WRAP_UP:
                        desk.asks(Verb.DONE)
                self.reader.check_kept()
                return
            with self.house.centre.without("switchboard"):
                Call.objects.filter(state=CallState.RETRYING).update(due_at=datetime.now(UTC))

    def is_known_whoever_is_there(self) -> None:
        """Whoever is on a node reaches the line, also who called while there was nobody to receive them.

        Not whoever was with the fallback of a node when that was killed: nobody had heard of them, and their own
        telephones were told nothing either.
        """
        self.house.centre.until(lambda: not self._strangers(), "everybody in the switch to be known")

    def _strangers(self) -> set[str]:
        numbers = {somebody.shown for somebody in self.callers}
        channels = [
            channel for node in self.house.centre.nodes.values() for channel in node.ask("GET", "channels")
        ]
        calls = {call_of(channel["id"]) for channel in channels if channel["caller"]["number"] in numbers}
        return calls - set(Call.objects.filter(leg__in=calls).values_list("leg", flat=True))

    def _works_off(self) -> None:
        """Return when nobody is left but who is tried again later; there is patience anew for each call."""
        left = inf
        while left:
            [left] = self.house.centre.until(partial(self._fewer_than, left), "one call more to come to an end")

    def _fewer_than(self, before: float) -> list[int]:
        """How many calls go on, if these are fewer than before."""
        self.everybody_works()
        left = sum(call.state != CallState.RETRYING for call in live_calls())
        return [left] if left < before else []


@contextmanager
def unless_hung_up(telephone: Telephone) -> Iterator[None]:
    """What is done at a telephone may fail where the other side hangs up before or meanwhile, and only there."""
    try:
        yield
    except AssertionError:
        telephone.left()
