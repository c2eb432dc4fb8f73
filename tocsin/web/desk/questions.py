"""Questions left by voice at the desk: which there are, taking one up, hearing it, and what was done about it."""

from contextlib import AbstractContextManager
from datetime import timedelta

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts.rules import Role
from tocsin.authorities.actions import viewing
from tocsin.calls import actions
from tocsin.calls.models import LONGEST_NOTE_ON_QUESTION, Tape
from tocsin.calls.queries import number_of_caller
from tocsin.calls.queries.questions import claimed_question, open_questions
from tocsin.calls.queries.tapes import streams_heard_by
from tocsin.calls.queries.text_callers import texting, texts_to_send
from tocsin.calls.rules.question_claims import LEASE, MAY_TAKE_QUESTIONS, QuestionOutcome
from tocsin.calls.rules.states import CallState
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.desk.panel import as_written
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.web.tape_sound import sound_of
from tocsin.workforce.models import Agent
from tocsin.workforce.queries import agent_of

MOST_SHOWN = 30


@for_roles(Role.AGENT)
@require_GET
def questions(request: PersonRequest) -> HttpResponse:
    """The question that the agent has, or those that can be taken up."""
    return _page(request, _free_agent(request))


@for_roles(Role.AGENT)
@require_POST
def ask(request: PersonRequest, name: str, verb: str) -> HttpResponse:
    """Take a question up, give it back, or say what was done about it; a refusal is told above what is shown."""
    agent, now = _free_agent(request), timezone.now()
    try:
        match verb:
            case "claim":
                actions.claim_question(tape=name, agent=agent, at=now)
            case "give-back":
                actions.give_back_question(tape=name, agent=agent, at=now)
            case "answer":
                _answer(request, agent, name)
            case _:
                raise Http404
    except Refusal as refusal:
        return _page(request, agent, refused=refusals.shown(refusal))
    return _page(request, agent)


@for_roles(Role.AGENT)
@require_GET
def sound(request: PersonRequest, name: str) -> HttpResponseBase:
    """The sound, for the agent who has the question; every time it is fetched is in the logbook."""
    agent = _free_agent(request)
    with _viewing(agent, purpose="hearing a question left by voice", subject=f"tape:{name}"):
        found = claimed_question(agent, now=timezone.now())
    if found is None or found.name != name:
        raise Http404
    return sound_of(found)


def _answer(request: PersonRequest, agent: Agent, name: str) -> None:
    said = request.POST
    outcome, text = said.get("outcome", ""), said.get("text", "")
    if outcome not in list(QuestionOutcome):
        raise Refusal("Choose what was done.")
    actions.answer_as_agent(
        tape=name,
        agent=agent,
        outcome=QuestionOutcome(outcome),
        answer=said.get("answer", ""),
        text=int(text) if text.isdecimal() else None,
        at=timezone.now(),
    )


def _page(request: PersonRequest, agent: Agent, *, refused: str = "") -> HttpResponse:
    """What the agent sees now; what was typed stays where it was refused."""
    now = timezone.now()
    with _viewing(agent, purpose="looking for questions left by voice", subject=f"agent:{agent.pk}"):
        claimed = claimed_question(agent, now=now)
        found = [] if claimed else list(open_questions(agent, now=now)[: MOST_SHOWN + 1])
        page: dict[str, object] = {
            "claimed": claimed,
            "rows": [{"tape": tape, "is_in_line": _is_here(tape)} for tape in found[:MOST_SHOWN]],
            "has_more": len(found) > MOST_SHOWN,
            "minutes": LEASE // timedelta(minutes=1),
            "refused": refused,
        }
    if claimed:
        page |= _caller_of(agent, claimed) | {
            "is_in_line": _is_here(claimed),
            "outcome": request.POST.get("outcome", ""),
            "answer": request.POST.get("answer", ""),
            "longest": LONGEST_NOTE_ON_QUESTION,
        }
    return render(request, "desk/questions.html", page)


def _caller_of(agent: Agent, claimed: Tape) -> dict[str, object]:
    """The number of who left the question, and what can be sent there: a view of that person alone."""
    call = claimed.call_id
    with _viewing(agent, purpose="answering a question", subject=f"call:{call}"):
        return {
            "number": as_written(number_of_caller(call=call)),
            "texts": texts_to_send(call=call) if texting(call=call).possible else (),
        }


def _is_here(tape: Tape) -> bool:
    """Whether whoever left the question is still on the line, or will be called back."""
    return tape.call.state != CallState.ENDED


def _viewing(agent: Agent, *, purpose: str, subject: str) -> AbstractContextManager[None]:
    return viewing(
        person=agent.person,
        authorities=agent.serves.values_list("pk", flat=True),
        purpose=purpose,
        subject=subject,
        at=timezone.now(),
        streams=streams_heard_by(agent.person),
    )


def _free_agent(request: PersonRequest) -> Agent:
    """The agent who asks, with nobody on the line; raises Http404 for others."""
    agent = agent_of(request.user)
    if agent is None or agent.state not in MAY_TAKE_QUESTIONS:
        raise Http404
    return agent
