"""What the switchboard loads when it begins to lead, and again when it is told of a change."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from tocsin.activations.models import Activation
from tocsin.activations.queries import front_in_force
from tocsin.activations.rules import Hours, Kind, Requirement, State, Stream
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models, ports
from tocsin.calls.queries import admitted_agents
from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.returning import LastCall, midnight
from tocsin.calls.rules.script import FrontWords, Script
from tocsin.calls.rules.states import Call, CallBack, CallState, Question, Rank
from tocsin.workforce import models as workforce
from tocsin.workforce.rules import AgentState

# Of each arrival the newest call that is not itself; the index gives it without looking at the others.
_LAST_CALLS = """
SELECT arrival.leg, call.language, call.state, call.since,
       coalesce(call.place_since, CASE WHEN call.queued_at IS NOT NULL THEN call.arrived_at END),
       call.queued_at, call.answered, call.agent_id, call.leg
  FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::timestamptz[]) AS arrival(leg, activation, mark, midnight)
 CROSS JOIN LATERAL (
       SELECT * FROM calls_call
        WHERE activation_id = arrival.activation AND caller_mark = arrival.mark AND leg <> arrival.leg
          AND arrived_at >= arrival.midnight
        ORDER BY arrived_at DESC
        LIMIT 1
       ) AS call
"""


def load_scripts(*states: State) -> dict[str, Script]:
    """The scripts of the activations in these states, by number."""
    activations = Activation.objects.filter(state__in=states).select_related("number").prefetch_related("hours")
    return {
        activation.number.digits: Script(
            activation=activation.pk,
            authority=activation.authority_id,
            languages=tuple(activation.languages),
            call_backs=activation.call_backs,
            dials_itself=activation.dials_itself,
            exercise=activation.kind == Kind.EXERCISE,
            accepts=activation.state != State.CLOSING,
            front={
                language: FrontWords(text=message.text, recording=message.recording, since=message.at)
                for language, message in front_in_force(activation).items()
            },
            hours=tuple(Hours(h.weekday, h.start, h.until) for h in activation.hours.all()),
            timezone=activation.timezone,
            streams=tuple(Stream(stream) for stream in activation.streams),
            requirement=Requirement(
                activation.language_level, activation.skills, relaxed_after=activation.relaxed_after
            ),
        )
        for activation in activations
    }


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
                known_to=row.known_to_id,
                heard_before=row.heard_before,
                answered=row.answered,
                call_back=CallBack(
                    number=row.caller.call_back,
                    promised_by=row.promised_by,
                    attempts=row.attempts,
                    live=row.dialled,
                )
                if row.promised_by
                else None,
                agent=row.agent_id,
                # Nobody in the switch's fallback is given up before the switch was seen again.
                due_at=None if row.state == CallState.FALLBACK else row.due_at,
                messages=row.messages,
            )
            for row in rows
        }


def last_calls(
    arrivals: Iterable[ports.CallArrived], *, lines: Mapping[str, Script], now: datetime
) -> dict[str, LastCall]:
    """The last call of those who arrive and called the same activation before on this day, by the new leg."""
    wanted = [
        (
            arrival.leg,
            script.activation,
            caller_mark(arrival.caller, key=settings.CALLER_HASH_KEY),
            midnight(now, timezone=script.timezone),
        )
        for arrival in arrivals
        # Who hides the number is nobody known.
        if arrival.caller and (script := lines.get(arrival.number))
    ]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_CALLS, [list(column) for column in zip(*wanted, strict=True)])
        return {
            leg: LastCall(language, CallState(state), *rest) for leg, language, state, *rest in cursor.fetchall()
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
    return list(models.TelephoneLogin.objects.order_by("made_at"))


def switch_logins(rows: Collection[models.TelephoneLogin]) -> list[ports.Login]:
    """The same, as the switch wants them."""
    return [
        ports.Login(username=r.username, digest=r.digest, agent=r.agent_id is not None, browser=r.browser)
        for r in rows
    ]


def ended_legs(legs: Collection[str]) -> set[str]:
    """Of these legs, those whose call is over: the switch was not told in time.

    Whoever was only given up, in the switch's fallback, was never taken in: that caller is a call again.
    """
    taken_in = models.CallStep.objects.filter(call=OuterRef("leg")).exclude(
        after__in=(CallState.FALLBACK, CallState.ENDED)
    )
    over = models.Call.objects.filter(Exists(taken_in), leg__in=legs, state=CallState.ENDED)
    return set(over.values_list("leg", flat=True))
