"""Questions left by voice: an agent takes one up for a while, gives it back, or says what was done about it; so do
those who lead the line."""

from datetime import datetime

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls import models
from tocsin.calls.actions.tapes import note_tape
from tocsin.calls.actions.text_callers import check_can_have_text, order_text
from tocsin.calls.queries.questions import claimed_question, questions_for
from tocsin.calls.queries.tapes import streams_heard_by
from tocsin.calls.rules.question_claims import LEASE, MAY_TAKE_QUESTIONS, QuestionOutcome, may_claim
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent


def claim_question(*, tape: str, agent: Agent, at: datetime) -> None:
    """Let an agent have a question for LEASE: nobody else hears it meanwhile, unless they lead the line.

    Raises Refusal where the agent may not hear it, has a caller or another question, or somebody else was first.
    """
    with acting_as_centre():
        if locked_agent(agent).state not in MAY_TAKE_QUESTIONS:
            raise Refusal("Questions are taken up with nobody on the line: finish the call first.")
        found = locked(tape, agent=agent)
        if found is None or found.answered_at or not may_claim(found.claim, by=agent.pk, now=at):
            raise Refusal("A colleague was first with this question, or it is answered. Choose another.")
        other = claimed_question(agent, now=at)
        if other and other.pk != tape:
            raise Refusal("You have another question: say first what was done about it, or give it back.")
        found.claimed_by, found.claimed_until = agent, at + LEASE
        found.save(update_fields=["claimed_by", "claimed_until"])
        note_tape("question.claimed", found, by=agent.person, at=at)


def give_back_question(*, tape: str, agent: Agent, at: datetime) -> None:
    """Let others have a question at once; nothing is noted where the agent has it no more."""
    with acting_as_centre():
        found = _claimed(tape, agent=agent)
        if found is None:
            return
        found.claimed_by, found.claimed_until = None, None
        found.save(update_fields=["claimed_by", "claimed_until"])
        note_tape("question.given_back", found, by=agent.person, at=at)


def answer_as_agent(
    *, tape: str, agent: Agent, outcome: QuestionOutcome, answer: str, text: int | None = None, at: datetime
) -> None:
    """Say as the agent who has a question what was done about it; of an SMS, `text` is the keypad answer that is
    sent now, or (None) the message of the line.

    Whoever was slower than LEASE may still say so, where nobody else has taken the question since. Raises Refusal
    for anybody else, where a reason is missing, and where no SMS can be sent.
    """
    if outcome is QuestionOutcome.OTHERWISE and not answer.strip():
        raise Refusal("Say why no answer is needed, or how it was answered.")
    with acting_as_centre():
        found = _claimed(tape, agent=agent)
        if found is None:
            raise Refusal("You do not have this question any more: a colleague took it, or it is answered.")
        if outcome is QuestionOutcome.SMS:
            check_can_have_text(found.call)
            order_text(agent=agent, call=found.call, activation=found.activation, answer=text, at=at)
        _answer(found, by=agent.person, outcome=outcome, answer=answer, at=at)


def answer_question(*, tape: str, by: Person, outcome: QuestionOutcome, answer: str, at: datetime) -> None:
    """Say as a coordinator or a duty officer how a question was answered; the newest word counts.

    Raises Refusal for who may not hear it, and where it is too long.
    """
    with acting_as_centre():
        theirs = models.Tape.objects.select_for_update(no_key=True).filter(
            authority__members=by, question=True, name=tape, stream__in=streams_heard_by(by)
        )
        found = theirs.first()
        if found is None or not by.has_role(Role.COORDINATOR, Role.DUTY_OFFICER):
            raise Refusal("Only who may hear a question says that it was answered.")
        _answer(found, by=by, outcome=outcome, answer=answer, at=at)


def locked_agent(agent: Agent) -> Agent:
    """The agent as stored, so that of two windows in which a question is taken up the other waits here."""
    return Agent.objects.select_for_update(of=("self",), no_key=True).get(pk=agent.pk)


def locked(tape: str, *, agent: Agent) -> models.Tape | None:
    """A question that an agent may hear, so that of two who want it the other waits here."""
    return questions_for(agent).select_for_update(of=("self",), no_key=True).filter(pk=tape).first()


def _claimed(tape: str, *, agent: Agent) -> models.Tape | None:
    """The same, where it is not answered and this agent was the last to claim it."""
    found = locked(tape, agent=agent)
    return found if found and not found.answered_at and found.claimed_by_id == agent.pk else None


def _answer(found: models.Tape, *, by: Person, outcome: QuestionOutcome, answer: str, at: datetime) -> None:
    # As the screen counts them: browsers send two characters for a new line.
    answer = answer.replace("\r\n", "\n")
    if len(answer) > models.LONGEST_NOTE_ON_QUESTION:
        raise Refusal("A note has %(longest)d characters at most.", longest=models.LONGEST_NOTE_ON_QUESTION)
    found.answered_by, found.answered_at, found.outcome, found.answer = by, at, outcome, answer
    found.save(update_fields=["answered_by", "answered_at", "outcome", "answer"])
    note_tape("question.answered", found, by=by, at=at)
