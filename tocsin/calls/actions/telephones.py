"""Agents' telephones: issued to a web session, or called at the agent's own number, and ended with either."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.calls import models
from tocsin.calls.actions.desk import ask
from tocsin.calls.ports import Verb
from tocsin.calls.queries import admitted_agents
from tocsin.calls.rules.called_telephone import CALLED, CalledTelephone, Calling
from tocsin.calls.rules.numbers import agents_number
from tocsin.logbook.actions import note, notify
from tocsin.refusals import Refusal
from tocsin.workforce import actions as workforce
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

# Thirty-two of them: five bits each.
_LEGIBLE = "abcdefghijkmnpqrstuvwxyz23456789"


def issue_login(
    *, session: str, agent: Agent | None, at: datetime, browser: bool = True
) -> tuple[models.TelephoneLogin, str]:
    """Let the browser of a web session, or a SIP telephone beside it, register; answers login and password.

    A session has one login: an older one of the same session ends. The password is stored nowhere.
    """
    # A citizen's stays the same, and so does the number that the switch makes of it.
    username = _username(session, agent=agent, browser=browser)
    # A SIP telephone's is typed in by hand: 100 bits, in letters and digits that nobody confuses.
    password = secrets.token_urlsafe(24) if browser else _typed(20)
    digest = hashlib.md5(f"{username}:{settings.SIP_REALM}:{password}".encode(), usedforsecurity=False).hexdigest()
    with transaction.atomic():
        models.TelephoneLogin.objects.filter(session=session).delete()
        login = models.TelephoneLogin.objects.create(
            username=username, digest=digest, agent=agent, browser=browser, session=session, made_at=at
        )
        note(
            kind="telephone.admitted",
            subject=f"telephone:{username}",
            by=agent.person if agent else None,
            at=at,
        )
        notify("tocsin_switchboard", "logins")
    return login, password


def _username(session: str, *, agent: Agent | None, browser: bool) -> str:
    if agent is None:
        return f"citizen-{hashlib.sha256(session.encode()).hexdigest()[:16]}"
    return f"desk-{secrets.token_hex(8)}" if browser else f"phone-{_typed(8)}"


def _typed(length: int) -> str:
    return "".join(secrets.choice(_LEGIBLE) for _ in range(length))


def keep_own_number(*, agent: Agent, raw: str, by: Person, at: datetime) -> str:
    """Keep the number at which an agent may be called, as it was written; answers it in E.164. Empty: none.

    Raises Refusal where it is no number of the country that anybody can be called at for the price of a call, and
    for who is neither the agent nor a coordinator of an authority that the agent serves.
    """
    is_coordinator = by.has_role(Role.COORDINATOR) and agent.serves.filter(members=by).exists()
    if by.pk != agent.person_id and not is_coordinator:
        raise Refusal("Only the agent, or a coordinator of an authority that the agent serves, gives this number.")
    number = agents_number(raw, region=settings.REGION)
    if raw.strip() and not number:
        raise Refusal(
            "“%(number)s” cannot be called: give an ordinary number of this country, such as a mobile or a home "
            "telephone. Emergency, foreign and premium numbers are never called.",
            number=raw.strip()[:40],
        )
    workforce.keep_own_number(agent=agent, number=number, by=by, at=at)
    return number


def call_agent(*, session: str, agent: Agent, at: datetime) -> models.TelephoneLogin:
    """Have the switch call an agent at the own number, which from then on is the telephone of the web session.

    The older telephone of the session ends. Raises Refusal where no number is known.
    """
    if not agent.own_number:
        raise Refusal("Give the number first at which you want to be called.")
    with transaction.atomic():
        models.TelephoneLogin.objects.filter(session=session).delete()
        login = models.TelephoneLogin.objects.create(
            username=f"{CALLED}{secrets.token_hex(8)}",
            agent=agent,
            browser=False,
            stage=Calling.WANTED,
            session=session,
            made_at=at,
        )
        note(kind="telephone.called", subject=f"telephone:{login.username}", by=agent.person, at=at)
        notify("tocsin_switchboard", "logins")
    return login


def store_called_telephones(decided: Iterable[CalledTelephone]) -> None:
    """Keep what the switchboard decided of calls to agents' numbers, inside its transaction; a web session that
    has ended meanwhile has none."""
    for each in decided:
        found = models.TelephoneLogin.objects.filter(username=each.login)
        found.update(stage=each.stage, leg=each.leg, why=each.why)


def end_logins(*, session: str, at: datetime) -> None:
    """The web session is over: its telephone may register no more, and its agent leaves the desk.

    Whoever the agent spoke with comes first in line. An agent who has since got a telephone in another session
    stays at that one.
    """
    with transaction.atomic():
        ended = list(models.TelephoneLogin.objects.filter(session=session).select_related("agent"))
        _dismiss(ended, at=at)
        for login in ended:
            newer = models.TelephoneLogin.objects.filter(agent=login.agent, made_at__gt=login.made_at)
            if login.agent and not newer.exists():
                ask(agent=login.agent, verb=Verb.SIGN_OUT, at=at)


def dismiss_agents(*, at: datetime) -> None:
    """Whoever an administrator lets take calls no more loses the telephone, and leaves the desk."""
    with transaction.atomic():
        gone = Agent.objects.exclude(pk__in=admitted_agents())
        _dismiss(models.TelephoneLogin.objects.filter(agent__in=gone), at=at)
        for agent in gone.exclude(state=AgentState.SIGNED_OUT):
            ask(agent=agent, verb=Verb.SIGN_OUT, at=at)


def _dismiss(logins: Iterable[models.TelephoneLogin], *, at: datetime) -> None:
    ended = [login.username for login in logins]
    if not ended:
        return
    # Before the logbook's chain is asked for, as the switchboard does, which may be keeping one of them.
    models.TelephoneLogin.objects.filter(username__in=ended).delete()
    for username in ended:
        note(kind="telephone.dismissed", subject=f"telephone:{username}", by=None, at=at)
    notify("tocsin_switchboard", "logins")
