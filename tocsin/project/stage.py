"""A rehearsal from the curtain to the count: everybody in, the calls spread over the time, everybody out."""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from tocsin import wiring
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.queries import live_activations
from tocsin.activations.rules import Kind, State, Stream
from tocsin.authorities.actions import add_person
from tocsin.calls import models
from tocsin.calls.actions import ask, end_logins, issue_login
from tocsin.calls.daemon.memory import load_scripts
from tocsin.calls.models import TelephoneLogin
from tocsin.calls.ports import Verb
from tocsin.calls.rules.states import CallState, CallStep
from tocsin.gateways.asterisk.ari import AriAccess
from tocsin.gateways.asterisk.outside import OutsideNetwork, open_outside
from tocsin.insights.rules.courses import course
from tocsin.insights.rules.figures import figures
from tocsin.project.instance import instance
from tocsin.project.players import ANSWERS, QUESTIONS, Caller, Staff, Way, invent_callers, ways_in
from tocsin.refusals import Refusal
from tocsin.workforce.actions import enrol_agent
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import Level

SECONDS_TO_CONNECT = 30
# The last callers wait and talk this long at most after the last one dialled.
SECONDS_TO_END = 3600
REPORT_SECONDS = 10
_DOMAIN = "rehearsal.invalid"


@dataclass(frozen=True)
class Play:
    """What is rehearsed: so many calls to a line, spread by chance over so many seconds, for so many agents."""

    line: str
    calls: int
    seconds: float
    staff: int
    talk_seconds: float
    chance: random.Random


@dataclass(frozen=True)
class Outcome:
    """What became of the calls. `lost` are those that the journal cannot account for."""

    offered: int
    answered: int
    abandoned: int
    called_back: int
    lost: int
    mean_wait_seconds: float


async def perform(play: Play, *, tell: Callable[[str], None]) -> Outcome:
    """Rehearse with all exercises that are open on the line; `tell` is told which, and now and then how far it is.

    Refuses where a real activation is open, or none takes calls.
    """
    ways = await sync_to_async(open_ways)(play.line, now=datetime.now(UTC))
    activations = await sync_to_async(_activations)(ways)
    tell(f"open on {play.line}: {', '.join(activation.title for activation in activations)}")
    spoken = await sync_to_async(_speak)(dict.fromkeys(way.language for way in ways))
    callers = invent_callers(calls=play.calls, ways=ways, questions=spoken[0], chance=play.chance)
    access = AriAccess(
        url=f"http://127.0.0.1:{instance.ports.outside_http}",
        user="outside",
        password=instance.secret("ari"),
        app="outside",
    )
    outside = await open_outside(access, patience_seconds=SECONDS_TO_CONNECT)
    logins = await sync_to_async(_sign_in)(activations, staff=play.staff, seconds=play.seconds + SECONDS_TO_END)
    try:
        staff = Staff(
            agents={agent.pk: agent for agent in logins.values()},
            legs={
                agent.pk: await outside.connect_agent(leg=f"agent-{login.username}", login=login.username)
                for login, agent in logins.items()
            },
            callers={caller.mark: caller for caller in callers},
            answers=spoken[1],
            talk_seconds=play.talk_seconds,
            chance=play.chance,
        )
        await _play(play, callers, staff, outside, tell)
    finally:
        await sync_to_async(_sign_out)(logins)
        await outside.close()
    return await sync_to_async(_count)([caller.mark for caller in callers])


async def _play(
    play: Play, callers: Sequence[Caller], staff: Staff, outside: OutsideNetwork, tell: Callable[[str], None]
) -> None:
    async def place(after: float, caller: Caller) -> None:
        await asyncio.sleep(after)
        await caller.call(outside, line=play.line, chance=play.chance)

    times = sorted(play.chance.uniform(0, play.seconds) for _ in callers)
    working = asyncio.create_task(staff.work(outside))
    calls = [asyncio.create_task(place(after, caller)) for after, caller in zip(times, callers, strict=True)]
    waiting = set(calls)
    while waiting and not working.done():
        _, waiting = await asyncio.wait(waiting, timeout=REPORT_SECONDS)
        served = sum(caller.served.is_set() for caller in callers)
        tell(f"{len(calls) - len(waiting)} of {len(calls)} calls over, {served} answered")
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    await asyncio.gather(*calls)


def open_ways(line: str, *, now: datetime) -> list[Way]:
    """The ways in to the exercises that are open on a line. Raises Refusal where none is, or something real."""
    if live_activations().filter(number__digits=line).exclude(kind=Kind.EXERCISE).exists():
        raise Refusal(f"A real activation is open on {line}: synthetic calls would stand among real ones.")
    script = load_scripts(State.OPEN).get(line)
    ways = ways_in(script, now=now) if script else []
    if not ways:
        raise Refusal(f"Nothing is open on {line}: open an exercise first.")
    return ways


def _activations(ways: Iterable[Way]) -> list[Activation]:
    found = Activation.objects.filter(pk__in={way.activation for way in ways})
    return list(found.select_related("authority").order_by("pk"))


def _speak(languages: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    speech = wiring.speech()
    questions = {language: speech.say(language=language, text=QUESTIONS[language]) for language in languages}
    answers = {language: speech.say(language=language, text=ANSWERS[language]) for language in languages}
    return questions, answers


def _sign_in(activations: Sequence[Activation], *, staff: int, seconds: float) -> dict[TelephoneLogin, Agent]:
    """Agents of the rehearsal, made where they are missing and ready, by their telephones' logins."""
    now = datetime.now(UTC)
    logins = {}
    with transaction.atomic():
        for place in range(staff):
            email = f"agent-{place + 1}@{_DOMAIN}"
            agent = Agent.objects.filter(person__email=email).first()
            person = (
                agent.person
                if agent
                else add_person(
                    by=None,
                    email=email,
                    name=f"Rehearsal {place + 1}",
                    roles=(Role.AGENT,),
                    language="en",
                    authorities=[],
                    at=now,
                    synthetic=True,
                )
            )
            agent = enrol_agent(
                person=person,
                languages={language: Level.GOOD for each in activations for language in each.languages},
                skills={
                    stream: Level.SOME for each in activations for stream in each.streams if stream != Stream.D5
                },
                serves={each.authority for each in activations},
                by=None,
                at=now,
            )
            login, _ = issue_login(session=_session(until=now + timedelta(seconds=seconds)), agent=agent, at=now)
            logins[login] = agent
            ask(agent=agent, verb=Verb.READY, at=now)
    return logins


def _session(*, until: datetime) -> str:
    """A session like a browser's: should the rehearsal be killed, the sweep of stale logins cleans up after it."""
    session = SessionStore()
    session.set_expiry(until)
    session.create()
    return str(session.session_key)


def _sign_out(logins: Iterable[TelephoneLogin]) -> None:
    now = datetime.now(UTC)
    for login in logins:
        end_logins(session=login.session, at=now)
        SessionStore(login.session).delete()


def _count(marks: Sequence[str]) -> Outcome:
    rows = (
        models.CallStep.objects.filter(call__caller_mark__in=marks)
        .select_related("call")
        .order_by("call__leg", "pk")
    )
    courses = []
    for leg, steps in groupby(rows, key=lambda row: row.call_id):
        of_call = list(steps)
        courses.append(
            course(
                steps=[
                    CallStep(
                        leg=leg,
                        activation=s.activation_id,
                        before=s.before,
                        after=CallState(s.after),
                        at=s.at,
                        agent=s.agent_id,
                        language=s.language,
                        why=s.why,
                        stream=Stream(s.stream),
                        answer=s.answer_id,
                    )
                    for s in of_call
                ],
                arrived_at=of_call[0].call.arrived_at,
            )
        )
    counted = figures(courses, now=datetime.now(UTC))
    wait = counted.mean_wait_of_answered
    return Outcome(
        offered=counted.offered,
        answered=counted.answered,
        abandoned=counted.abandoned,
        called_back=0,
        lost=len(marks) - counted.answered - counted.abandoned,
        mean_wait_seconds=round(wait.total_seconds(), 2) if wait else 0.0,
    )
