"""The synthetic callers and agents of a rehearsal: what they say and when they act."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections

from tocsin.calls.actions import ask, write_note
from tocsin.calls.models import Call
from tocsin.calls.ports import Verb
from tocsin.calls.rules import incidents
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.script import Script
from tocsin.gateways.asterisk.outside import Leg, OutsideNetwork
from tocsin.gateways.asterisk.telephones import invented_number
from tocsin.project.instance import instance
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

T = TypeVar("T")
LOOK_SECONDS = 0.5

# What callers ask and agents answer, spoken aloud; the answers are about an exercise and true of nothing.
QUESTIONS = {
    "nl": "Goedendag. Mag ik mijn ramen openen, en is het kraanwater veilig?",
    "fr": "Bonjour. Puis-je ouvrir mes fenêtres, et l'eau du robinet est-elle sûre ?",
    "de": "Guten Tag. Darf ich die Fenster öffnen, und ist das Leitungswasser sicher?",
    "en": "Hello. May I open my windows, and is the tap water safe?",
    "uk": "Добрий день. Чи можна відчинити вікна і чи безпечна вода з крана?",
    "ru": "Здравствуйте. Можно ли открыть окна и безопасна ли вода из крана?",
}
ANSWERS = {
    "nl": "Houd ramen en deuren gesloten. Het kraanwater is veilig.",
    "fr": "Gardez portes et fenêtres fermées. L'eau du robinet est sûre.",
    "de": "Halten Sie Fenster und Türen geschlossen. Das Leitungswasser ist sicher.",
    "en": "Keep windows and doors closed. The tap water is safe.",
    "uk": "Тримайте вікна та двері зачиненими. Вода з крана безпечна.",
    "ru": "Держите окна и двери закрытыми. Вода из крана безопасна.",
}


@dataclass(frozen=True, slots=True)
class Way:
    """What a caller presses to be served in a language about one of the incidents on the number."""

    activation: int
    language: str
    keys: tuple[str, ...]


def ways_in(line: Script, *, now: datetime) -> list[Way]:
    """Every way to what takes calls now on a number; nothing is pressed where nothing is asked."""
    taking = incidents.taking(line, now=now)
    languages = incidents.languages_of(taking)
    ways = []
    for script in taking:
        for language in script.languages:
            offered = [each for each in taking if language in each.languages]
            of_language = (str(languages.index(language) + 1),) if len(languages) > 1 else ()
            of_incident = (str(script.key),) if len(offered) > 1 else ()
            ways.append(Way(script.activation, language, of_language + of_incident))
    return ways


@dataclass(slots=True)
class Caller:
    """Somebody who calls once, says what there is to say, and waits as long as patience lasts."""

    number: str
    keys: tuple[str, ...]
    question: str
    patience_seconds: float
    served: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def mark(self) -> str:
        """How the journal knows this caller."""
        return caller_mark(self.number, key=settings.CALLER_HASH_KEY)

    async def call(self, outside: OutsideNetwork, *, line: str, chance: random.Random) -> None:
        """Dial, press the keys, ask the question again and again; leave when patience or the call ends."""
        leg = await outside.dial(leg=f"caller-{self.number.lstrip('+')}", number=line, caller=self.number)
        talking = asyncio.ensure_future(self._talk(outside, leg, chance))
        leaving = asyncio.ensure_future(self._lose_patience())
        ending = asyncio.ensure_future(leg.ended.wait())
        await asyncio.wait({leaving, ending}, return_when=asyncio.FIRST_COMPLETED)
        for task in (talking, leaving, ending):
            task.cancel()
        if not leg.ended.is_set():
            outside.hang_up(leg)
            await leg.ended.wait()

    async def _talk(self, outside: OutsideNetwork, leg: Leg, chance: random.Random) -> None:
        await leg.answered.wait()
        for key in self.keys:
            await asyncio.sleep(chance.uniform(1, 5))
            outside.press(leg, key=key)
        await self.served.wait()
        while True:
            outside.speak(leg, media=[self.question])
            await asyncio.sleep(chance.uniform(7, 10))

    async def _lose_patience(self) -> None:
        await asyncio.sleep(self.patience_seconds)
        if self.served.is_set():
            await asyncio.Event().wait()


@dataclass(slots=True)
class Staff:
    """The synthetic agents: whoever is offered a call takes it, talks, hangs up and writes a note."""

    agents: dict[int, Agent]
    legs: dict[int, Leg]
    callers: dict[str, Caller]
    answers: dict[str, str]
    talk_seconds: float
    chance: random.Random
    acting: dict[int, tuple[str, str]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def work(self, outside: OutsideNetwork) -> None:
        """Look at the screens whenever the switchboard says that something changed, until cancelled."""
        connection = await psycopg.AsyncConnection.connect(instance.database_dsn, autocommit=True)
        async with connection:
            await connection.execute("LISTEN tocsin_live")
            while True:
                await self.look(outside)
                # Also now and then without being told, for the agents who are still to be made ready.
                async for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                    pass

    async def look(self, outside: OutsideNetwork) -> None:
        """See what each agent's screen shows now, and have those act whose screen changed."""
        for key, state, call in await _in_thread(self._screens):
            if self.acting.get(key) == (state, call):
                continue
            self.acting[key] = (state, call)
            task = asyncio.create_task(self._act(outside, key, AgentState(state), call))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _screens(self) -> list[tuple[int, str, str]]:
        return list(Agent.objects.filter(pk__in=self.agents).values_list("pk", "state", "call"))

    async def _act(self, outside: OutsideNetwork, key: int, state: AgentState, call: str) -> None:
        match state:
            case AgentState.OFFERED:
                await asyncio.sleep(self.chance.uniform(0.5, 1.5))
                await self._ask(key, Verb.ACCEPT, call)
            case AgentState.TALKING:
                language = await _in_thread(partial(self._greet, call))
                outside.speak(self.legs[key], media=[self.answers[language]])
                await asyncio.sleep(self.chance.uniform(0.7, 1.3) * self.talk_seconds)
                await self._ask(key, Verb.HANG_UP, call)
            case AgentState.WRAP_UP:
                await asyncio.sleep(self.chance.uniform(0.5, 1.5))
                await _in_thread(partial(self._note, key, call))
                await self._ask(key, Verb.DONE, call)
            case AgentState.PAUSED | AgentState.SIGNED_OUT:
                await self._ask(key, Verb.READY, "")
            case AgentState.READY:
                pass

    def _greet(self, call: str) -> str:
        found = Call.objects.get(pk=call)
        if caller := self.callers.get(found.caller_mark):
            caller.served.set()
        return found.language

    def _note(self, key: int, call: str) -> None:
        found = Call.objects.select_related("activation__authority").get(pk=call)
        topics = list(found.activation.authority.topics.all()) if found.activation else []
        topic = self.chance.choice(topics) if topics else None
        write_note(agent=self.agents[key], call=found, topic=topic, text="Rehearsed.", at=datetime.now(UTC))

    async def _ask(self, key: int, verb: Verb, call: str) -> None:
        await _in_thread(partial(ask, agent=self.agents[key], verb=verb, call=call, at=datetime.now(UTC)))


def invent_callers(
    *, calls: int, ways: Sequence[Way], questions: dict[str, str], chance: random.Random
) -> list[Caller]:
    """Callers with numbers of their own, who share the ways in evenly, and of whom a few have little patience."""
    first = chance.randrange(10**6)
    return [
        Caller(
            number=invented_number(first + place),
            keys=way.keys,
            question=questions[way.language],
            patience_seconds=chance.choice([30, 120, 240, 240, 240]),
        )
        for place, way in enumerate(chance.choices(ways, k=calls))
    ]


async def _in_thread(work: Callable[[], T]) -> T:
    def run() -> T:
        close_old_connections()
        return work()

    return await sync_to_async(run, thread_sensitive=True)()
