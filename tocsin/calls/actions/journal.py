"""The calls, their callers and their steps, as they were decided: kept in one statement, however many they are."""

import orjson
from django.conf import settings
from django.db import connection

from tocsin.calls.rules.numbers import caller_mark
from tocsin.calls.rules.seal import Row
from tocsin.calls.rules.states import Call, CallStep
from tocsin.calls.rules.switchboard import Decision

# What a call is by its arrival, and what changes with each decision.
_GIVEN = ("leg", "number", "caller_mark", "arrived_at")
_CHANGING = (
    "activation_id",
    "language",
    "state",
    "since",
    "queued_at",
    "place_since",
    "stream",
    "rank",
    "question",
    "answer_id",
    "heard_id",
    "known_to_id",
    "heard_before",
    "told_by",
    "told_place",
    "texted",
    "news_at",
    "answered",
    "promised_by",
    "attempts",
    "outages",
    "dialled",
    "dialled_leg",
    "agent_id",
    "due_at",
    "messages",
    "consulted",
    "ahead",
    "agrees",
    "terms_id",
    "taping",
    "taped",
    "tape",
    "survey_id",
)
_CALL = ", ".join(_GIVEN + _CHANGING)
_CHANGES = ", ".join(f"{column} = excluded.{column}" for column in _CHANGING)
_CALLER = "call_id, authority_id, number, call_back, at"
_STEP = "call_id, activation_id, before, after, at, agent_id, language, why, stream, reason, answer_id"
# Not by the models: making, and quoting, a row of so many columns took them most of the switchboard's time.
_STORE = f"""
WITH stored AS (
    INSERT INTO calls_call ({_CALL}) SELECT {_CALL} FROM json_populate_recordset(NULL::calls_call, %s)
    ON CONFLICT (leg) DO UPDATE SET {_CHANGES}
), told AS (
    INSERT INTO calls_caller ({_CALLER}) SELECT {_CALLER} FROM json_populate_recordset(NULL::calls_caller, %s)
    ON CONFLICT (call_id) DO UPDATE SET authority_id = excluded.authority_id, call_back = excluded.call_back
)
INSERT INTO calls_callstep ({_STEP}) SELECT {_STEP} FROM json_populate_recordset(NULL::calls_callstep, %s)
RETURNING id
"""  # noqa: S608 - made of this module's own text alone


def store_calls(decision: Decision) -> list[Row]:
    """Keep what was decided of calls, inside the transaction of the decision; answers the steps as kept, without
    the models: to make one of each took them a tenth of the switchboard's time."""
    if not (decision.calls or decision.steps):
        return []
    # A number is told when the call begins, and another may be given for the call-back, or come along with a
    # promise; it is the authority's that has the incident which the caller chose.
    about = {call.leg: call.activation for call in decision.calls}
    told = {step.leg for step in decision.steps if not step.before or step.activation != about.get(step.leg)}
    callers = [
        _caller(call)
        for call in decision.calls
        if call.call_back or (call.leg in told and call.caller)
        if call.authority is not None
    ]
    calls = [_call(call) for call in decision.calls]
    steps = [_step(step) for step in decision.steps]
    with connection.cursor() as cursor:
        # Instants and spans as text: PostgreSQL reads both.
        cursor.execute(_STORE, [orjson.dumps(rows, default=str).decode() for rows in (calls, callers, steps)])
        return [{"id": key, **step} for (key,), step in zip(cursor.fetchall(), steps, strict=True)]


def _call(call: Call) -> dict[str, object]:
    return {
        "leg": call.leg,
        "number": call.number,
        "caller_mark": caller_mark(call.caller, key=settings.CALLER_HASH_KEY),
        "activation_id": call.activation,
        "language": call.language,
        "state": call.state,
        "since": call.since,
        "arrived_at": call.arrived_at,
        "queued_at": call.queued_at,
        "place_since": call.place_since,
        "stream": call.stream,
        "rank": call.rank,
        "question": call.question or "",
        "answer_id": call.answer,
        "heard_id": call.heard,
        "known_to_id": call.known_to,
        "heard_before": call.heard_before,
        "told_by": call.told_by,
        "told_place": call.told_place,
        "texted": call.texted,
        "news_at": call.news_at,
        "answered": call.answered,
        "promised_by": call.call_back.promised_by if call.call_back else None,
        "attempts": call.call_back.attempts if call.call_back else 0,
        "outages": call.call_back.outages if call.call_back else 0,
        "dialled": call.call_back.live if call.call_back else False,
        "dialled_leg": call.call_back.leg if call.call_back else "",
        "agent_id": call.agent,
        "due_at": call.due_at,
        "messages": call.messages,
        "consulted": call.consulted,
        "ahead": call.ahead,
        "agrees": call.agrees,
        "terms_id": call.terms,
        "taping": call.taping,
        "taped": call.taped,
        "tape": call.tape,
        "survey_id": call.survey,
    }


def _caller(call: Call) -> dict[str, object]:
    return {
        "call_id": call.leg,
        "authority_id": call.authority,
        "number": call.caller,
        "call_back": call.call_back.number if call.call_back else "",
        "at": call.arrived_at,
    }


def _step(step: CallStep) -> dict[str, object]:
    return {
        "call_id": step.leg,
        "activation_id": step.activation,
        "before": step.before,
        "after": step.after,
        "at": step.at,
        "agent_id": step.agent,
        "language": step.language,
        "why": step.why,
        "stream": step.stream,
        "reason": {name: getattr(step.reason, name) for name in step.reason.__slots__} if step.reason else None,
        "answer_id": step.answer,
    }
