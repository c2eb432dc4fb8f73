"""What the switchboard loads when it begins to lead, and again when it is told of a change."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from tocsin.activations.models import Activation
from tocsin.activations.queries import (
    answers_in_force,
    front_in_force,
    hearing_terms_in_force,
    last_closed,
    names_in_force,
    news_in_force,
    sms_in_force,
    survey_in_force,
)
from tocsin.activations.rules import LIVE_STATES, Hours, Requirement, State, Stream, Tapes, VoiceQuestions
from tocsin.activations.rules import Kind as ActivationKind
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models, ports
from tocsin.calls.queries import admitted_agents
from tocsin.calls.rules import incidents
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.called_telephone import CalledTelephone, Calling
from tocsin.calls.rules.closed_words import site_in
from tocsin.calls.rules.consultation import Consultation, Stage
from tocsin.calls.rules.hearing import Manner, Supervision
from tocsin.calls.rules.line import Kind
from tocsin.calls.rules.script import FrontWords, KeypadAnswer, Script
from tocsin.calls.rules.states import Call, CallBack, CallState, Question, Rank
from tocsin.calls.rules.survey_words import Wording
from tocsin.calls.rules.tapes import Tape, Taping
from tocsin.calls.rules.waiting import LAST_CALLS, Handled
from tocsin.workforce import models as workforce
from tocsin.workforce.rules import AgentState

# Of each live activation, stream and language the calls that ended last: from the first word of an agent, or from
# dialling, to the end of the wrap-up of the last one, which begins with the survey where there is one.
_HANDLED = """
SELECT activation.authority_id, call.stream, call.language, answered.at + call.ahead, done.at
  FROM activations_activation AS activation
 CROSS JOIN LATERAL (
       SELECT *, row_number() OVER (PARTITION BY stream, language ORDER BY since DESC) AS age
         FROM calls_call
        WHERE activation_id = activation.id AND arrived_at >= %(since)s AND answered AND state = 'ended'
       ) AS call
 CROSS JOIN LATERAL (
       SELECT coalesce(max(at) FILTER (WHERE after = 'dialling'), min(at) FILTER (WHERE after = 'talking')) AS at
         FROM calls_callstep WHERE call_id = call.leg AND after IN ('dialling', 'talking')
       ) AS answered
 CROSS JOIN LATERAL (
       SELECT coalesce(min(at) + call.ahead, call.since) AS at
         FROM calls_callstep WHERE call_id = call.leg AND after = 'surveyed'
       ) AS spoken
 CROSS JOIN LATERAL (
       SELECT min(at) AS at FROM workforce_agentstep
        WHERE agent_id = call.agent_id AND before = 'wrap_up' AND at >= spoken.at
       ) AS done
 WHERE activation.state = ANY(%(live)s) AND call.age <= %(calls)s AND done.at IS NOT NULL
 ORDER BY done.at DESC
"""
# Calls of longer ago say little of those that are answered now.
HANDLED_WITHIN = timedelta(hours=4)


def load_scripts(*states: State) -> dict[str, Script]:
    """The scripts of the activations in these states, by number."""
    return _scripts_of(Activation.objects.filter(state__in=states))


def load_closed() -> dict[str, Script]:
    """The script of what was closed last on each number."""
    return _scripts_of(last_closed())


def _scripts_of(activations: QuerySet[Activation]) -> dict[str, Script]:
    scripts = {
        activation: Script(
            activation=activation.pk,
            authority=activation.authority_id,
            languages=tuple(activation.languages),
            call_backs=activation.call_backs,
            dials_itself=activation.dials_itself,
            most_waiting=activation.most_waiting,
            exercise=activation.kind == ActivationKind.EXERCISE,
            accepts=activation.state not in (State.CLOSING, State.CLOSED),
            front={
                language: FrontWords(text=message.text, recording=message.recording, since=message.at)
                for language, message in front_in_force(activation).items()
            },
            news={
                language: FrontWords(text=news.text, since=news.at)
                for language, news in news_in_force(activation).items()
            },
            sms=sms if settings.GATEWAYS.get("sms") else {},
            sites={language: site for language, text in sms.items() if (site := site_in(text))},
            survey={
                language: Wording(each.pk, each.text) for language, each in survey_in_force(activation).items()
            },
            answers={
                language: tuple(
                    KeypadAnswer(each.pk, str(each.key), each.question, each.text, each.recording)
                    for each in answers
                )
                for language, answers in answers_in_force(activation).items()
            },
            hours=tuple(Hours(h.weekday, h.start, h.until) for h in activation.hours.all()),
            timezone=activation.timezone,
            streams=tuple(Stream(stream) for stream in activation.streams),
            requirement=Requirement(
                activation.language_level, activation.skills, relaxed_after=activation.relaxed_after
            ),
            tells_hearing=bool(terms and terms.tells_hearing),
            tapes=Tapes(terms.pk, terms.notices, every=terms.every) if terms and terms.records else None,
            voice_questions=VoiceQuestions(terms.pk, terms.days) if terms and terms.questions else None,
            key=activation.key,
            # Nobody else gives an authority's incident a name: it is called by the authority until that does.
            names=dict.fromkeys(activation.languages, activation.authority.name) | names_in_force(activation),
        )
        for activation in activations.select_related("number", "authority").prefetch_related("hours")
        for terms, sms in ((hearing_terms_in_force(activation), sms_in_force(activation)),)
    }
    return incidents.merged(*({activation.number.digits: script} for activation, script in scripts.items()))


def load_calls() -> dict[str, Call]:
    """The calls that were alive when last decided, by leg."""
    with acting_as_centre():
        rows = (
            models.Call.objects.exclude(state=CallState.ENDED)
            .select_related("activation", "caller")
            .order_by("arrived_at")
        )
        return {
            row.leg: Call(
                leg=row.leg,
                number=row.number,
                caller=row.caller.number if hasattr(row, "caller") else "",
                arrived_at=row.arrived_at,
                state=CallState(row.state),
                since=row.since,
                activation=row.activation_id,
                authority=row.activation.authority_id if row.activation else None,
                language=row.language,
                queued_at=row.queued_at,
                place_since=row.place_since,
                stream=Stream(row.stream),
                rank=Rank(row.rank),
                question=Question(row.question) if row.question else None,
                answer=row.answer_id,
                heard=row.heard_id,
                known_to=row.known_to_id,
                heard_before=row.heard_before,
                told_by=row.told_by,
                told_place=row.told_place,
                texted=row.texted,
                news_at=row.news_at,
                answered=row.answered,
                call_back=CallBack(
                    number=row.caller.call_back or row.caller.number,
                    promised_by=row.promised_by,
                    attempts=row.attempts,
                    outages=row.outages,
                    live=row.dialled,
                    leg=row.dialled_leg,
                )
                if row.promised_by
                else None,
                agent=row.agent_id,
                # Nobody in the switch's fallback is given up before the switch was seen again.
                due_at=None if row.state == CallState.FALLBACK else row.due_at,
                messages=row.messages,
                consulted=row.consulted,
                ahead=row.ahead,
                agrees=row.agrees,
                terms=row.terms_id,
                taping=Taping(row.taping),
                taped=row.taped,
                tape=row.tape,
                survey=row.survey_id,
            )
            for row in rows
        }


def load_handled(now: datetime) -> dict[Kind, tuple[Handled, ...]]:
    """The last answered calls to what is open, with their wrap-up, by whom they are told of; the newest first."""
    handled: dict[Kind, list[Handled]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _HANDLED,
            {"live": [state.value for state in LIVE_STATES], "since": now - HANDLED_WITHIN, "calls": LAST_CALLS},
        )
        for authority, stream, language, began_at, ended_at in cursor.fetchall():
            handled.setdefault(Kind(authority, Stream(stream), language), []).append(Handled(began_at, ended_at))
    return {kind: tuple(calls[:LAST_CALLS]) for kind, calls in handled.items()}


def load_consultations() -> dict[str, Consultation]:
    """What agents were asking others about their callers, by the leg of the caller."""
    return {
        row.call_id: Consultation(
            name=row.name,
            call=row.call_id,
            by=row.by_id,
            agent=row.agent_id,
            to=row.to,
            number=row.number,
            consent=row.consent,
            topic=row.topic_id,
            stage=Stage(row.stage),
            began_at=row.began_at,
            since=row.since,
        )
        for row in models.Consultation.objects.exclude(stage=Stage.ENDED)
    }


def load_supervisions() -> dict[int, Supervision]:
    """Which conversations coordinators heard, by the coordinator as an agent; the census tells what is heard."""
    return {
        row.by_id: Supervision(
            order=row.order_id,
            call=row.call_id,
            agent=row.agent_id,
            by=row.by_id,
            manner=Manner(row.manner),
            began_at=row.began_at,
            opens_at=row.opens_at,
        )
        for row in models.Supervision.objects.filter(ended_at=None)
    }


def load_tapes() -> dict[str, Tape]:
    """The tapes that ran, by the leg of the caller; the census ends them, and others begin."""
    with acting_as_centre():
        return {
            row.call_id: Tape(
                name=row.name,
                call=row.call_id,
                activation=row.activation_id,
                authority=row.authority_id,
                stream=Stream(row.stream),
                language=row.language,
                agent=row.agent_id,
                terms=row.terms_id,
                began_at=row.began_at,
                question=row.question,
                paused=row.paused,
            )
            for row in models.Tape.objects.filter(ended_at=None)
        }


def load_agents() -> dict[int, Agent]:
    """Every agent, with the telephone yet unknown: the census tells."""
    # Who may take calls no more stays until signed out, or the caller of a conversation would be forgotten, too.
    here = Q(pk__in=admitted_agents()) | ~Q(state=AgentState.SIGNED_OUT)
    return {
        row.pk: Agent(
            id=row.pk,
            languages=row.languages,
            skills=row.skills,
            d2_time=row.d2_time,
            d2_away=row.d2_away,
            d2_rested_at=row.d2_rested_at,
            authorities=frozenset(authority.pk for authority in row.serves.all()),
            state=AgentState(row.state),
            since=row.since,
            idle_since=row.idle_since,
            call=row.call,
            missed=row.missed,
            reason=row.reason,
            due_at=row.due_at,
        )
        for row in workforce.Agent.objects.filter(here).prefetch_related("serves")
    }


def load_logins() -> list[models.TelephoneLogin]:
    """The telephones that may register."""
    return list(models.TelephoneLogin.objects.select_related("agent__person").order_by("made_at"))


def called_telephones(rows: Collection[models.TelephoneLogin]) -> dict[str, CalledTelephone]:
    """Those that the switch calls, by login."""
    return {
        row.username: CalledTelephone(
            login=row.username,
            agent=row.agent.pk,
            number=row.agent.own_number,
            language=row.agent.person.language,
            stage=Calling(row.stage),
            leg=row.leg,
            why=row.why,
        )
        for row in rows
        if row.stage and row.agent
    }


def switch_logins(rows: Collection[models.TelephoneLogin]) -> list[ports.Login]:
    """The same, as the switch wants them."""
    return [
        ports.Login(username=r.username, digest=r.digest, agent=r.agent_id is not None, browser=r.browser)
        for r in rows
        if not r.stage
    ]
