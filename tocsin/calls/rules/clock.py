"""The clock of the machine was put forward or back: every span goes on as long as it was."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from tocsin.calls.rules.agents import Agent
from tocsin.calls.rules.called_telephone import CalledTelephone
from tocsin.calls.rules.consultation import Consultation
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.states import Call

# Of a call, when it arrived stays as it was: the journal's steps of the call are counted from there.
STAYS = frozenset({"arrived_at", "began_at"})


def put(draft: Draft, by: timedelta) -> None:
    """Move everything that is awaited or counted from along with the clock; nothing is due because of it."""
    for call in list(draft.calls.values()):
        promise = call.call_back and replace(call.call_back, promised_by=call.call_back.promised_by + by)
        draft.keep_call(call, ahead=call.ahead + by, call_back=promise, **_moved(call, by))
    for agent in list(draft.agents.values()):
        draft.keep_agent(agent, **_moved(agent, by))
    for consultation in list(draft.consultations.values()):
        draft.keep_consultation(consultation, **_moved(consultation, by))
    for telephone in list(draft.called_telephones.values()):
        draft.called_telephones[telephone.login] = replace(telephone, **_moved(telephone, by))
    for hears in list(draft.supervisions.values()):
        draft.keep_supervision(hears, opens_at=hears.opens_at + by)


def _moved(thing: Call | Agent | Consultation | CalledTelephone, by: timedelta) -> dict[str, Any]:
    """Its instants, moved."""
    known = {field.name: getattr(thing, field.name) for field in fields(thing) if field.name not in STAYS}
    return {name: value + by for name, value in known.items() if isinstance(value, datetime)}
