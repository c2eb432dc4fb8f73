"""Recordings of conversations: which there are, hearing one for a purpose, and what is left of those deleted."""

import json
from datetime import timedelta

from django import forms
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import Stream
from tocsin.authorities.actions import viewing
from tocsin.calls import actions
from tocsin.calls.models import LONGEST_NOTE_ON_QUESTION, Tape
from tocsin.calls.queries import number_of_caller
from tocsin.calls.queries.tapes import DELETED_WITHIN, certificates_of, streams_heard_by, tape_of, tapes_of
from tocsin.calls.rules.question_claims import QuestionOutcome
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console import shown
from tocsin.web.console.forms import PurposeForm
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.web.tape_sound import sound_of

MOST_SHOWN = 200
# Whoever said why may hear the tape for this long; then they are asked again.
LISTENING = timedelta(minutes=15)
_SIGNED = "tocsin.tapes"
OUTCOMES = [
    (QuestionOutcome.CALLED.value, _("The caller was called")),
    (QuestionOutcome.SMS.value, _("An SMS was sent")),
    (QuestionOutcome.OTHERWISE.value, _("In another way, or it needs no answer")),
]
WHY_HEARD = _("The logbook keeps it with your name: “Complaint of 12 March.”")


class AnswerForm(forms.Form):
    """How a question left by voice was answered."""

    outcome = forms.ChoiceField(label=_("How"), choices=OUTCOMES, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE_ON_QUESTION,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What was asked and answered. It is deleted with the question."),
    )

    @classmethod
    def of(cls, tape: Tape) -> "AnswerForm":
        """The form as it was filled in last."""
        return cls(initial={"outcome": tape.outcome, "answer": tape.answer})


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def tapes(request: PersonRequest, key: int) -> HttpResponse:
    """The recordings of an activation, those of victims and relatives only for who is trained for them."""
    activation = visible_activation(person=request.user, key=key)
    streams = streams_heard_by(request.user)
    with viewing(
        person=request.user,
        authorities=[activation.authority_id],
        purpose="looking for recordings",
        subject=f"activation:{activation.pk}",
        at=timezone.now(),
        streams=streams,
    ):
        rows = [
            {
                "tape": tape,
                "language": shown.language_name(tape.language),
                "stream": shown.stream_name(tape.stream),
                "until": (until := tape.ended_at + timedelta(days=tape.terms.days) if tape.ended_at else None),
                "stuck": bool(until and until < timezone.now() - DELETED_WITHIN),
            }
            for tape in tapes_of(activation, most=MOST_SHOWN)
        ]
    page = {
        "activation": activation,
        "rows": rows,
        "sees_d2": len(streams) > 1,
        "certificates": certificates_of(activation),
    }
    return render(request, "console/tapes.html", page)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_http_methods(["GET", "POST"])
def tape(request: PersonRequest, key: int, name: str) -> HttpResponse:
    """One recording: whoever says why can hear it for a while."""
    activation = visible_activation(person=request.user, key=key)
    form = PurposeForm(request.POST or None, help_text=WHY_HEARD)
    why = form.cleaned_data["why"] if form.is_valid() else ""
    found = _viewed(request, activation, name, purpose=f"hearing a recording: {why}" if why else "")
    return _tape_page(request, activation, found, form=form, why=why, answer=AnswerForm.of(found))


def _tape_page(
    request: PersonRequest,
    activation: Activation,
    found: Tape,
    *,
    form: PurposeForm,
    why: str,
    answer: AnswerForm,
) -> HttpResponse:
    page = {
        "activation": activation,
        "tape": found,
        "number": _number_of(request, activation, found) if found.question else "",
        "answer": answer if found.question else None,
        "held": found.claim and found.claim.holds(now=timezone.now()) and not found.answered_at,
        "language": shown.language_name(found.language),
        "stream": shown.stream_name(found.stream),
        "form": form,
        "may_delete": request.user.has_role(Role.DUTY_OFFICER),
        "pass": signing.dumps([request.user.pk, found.name, why], salt=_SIGNED) if why else "",
    }
    return render(request, "console/tape.html", page, status=422 if form.errors or answer.errors else 200)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def sound(request: PersonRequest, key: int, name: str) -> HttpResponseBase:
    """The sound, for who said why not long ago; every time it is fetched is in the logbook."""
    activation = visible_activation(person=request.user, key=key)
    try:
        person, tape, why = signing.loads(request.GET.get("pass", ""), salt=_SIGNED, max_age=LISTENING)
    except signing.BadSignature:
        raise Http404 from None
    if (person, tape) != (request.user.pk, name):
        raise Http404
    found = _viewed(request, activation, name, purpose=f"hearing a recording: {why}")
    return sound_of(found)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_POST
def answered(request: PersonRequest, key: int, name: str) -> HttpResponseBase:
    """Say that a question left by voice is answered, and how."""
    activation = visible_activation(person=request.user, key=key)
    found = _viewed(request, activation, name, purpose="answering a question")
    answer = AnswerForm(request.POST)
    if found.question and answer.is_valid():
        actions.answer_question(
            tape=name,
            by=request.user,
            outcome=QuestionOutcome(answer.cleaned_data["outcome"]),
            answer=answer.cleaned_data["answer"],
            at=timezone.now(),
        )
        return redirect("console_tapes", activation.pk)
    form = PurposeForm(None, help_text=WHY_HEARD)
    return _tape_page(request, activation, found, form=form, why="", answer=answer)


@for_roles(Role.DUTY_OFFICER)
@require_POST
def delete(request: PersonRequest, key: int, name: str) -> HttpResponseBase:
    """Delete one recording before its time; a certificate says that it was."""
    activation = visible_activation(person=request.user, key=key)
    found = _viewed(request, activation, name, purpose="deleting a recording")
    form = PurposeForm(request.POST, help_text=WHY_HEARD)
    if not form.is_valid() or not found.kept_at:
        return tape(request, key, name)
    try:
        actions.delete_tape(tape=found.name, by=request.user, why=form.cleaned_data["why"], at=timezone.now())
    except Refusal as refusal:
        form.add_error(None, refusals.shown(refusal))
        return _tape_page(request, activation, found, form=form, why="", answer=AnswerForm.of(found))
    return redirect("console_tapes", activation.pk)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def certificate(request: PersonRequest, key: int, number: int) -> HttpResponse:
    """What was deleted, as a file: no sound, and nobody's number."""
    activation = visible_activation(person=request.user, key=key)
    found = get_object_or_404(activation.deletion_certificates.select_related("by"), pk=number)
    said = {
        "certificate": found.pk,
        "activation": activation.title,
        "authority": activation.authority.name,
        "at": found.at.isoformat(),
        "by": found.by.name if found.by else "the centre itself",
        "why": found.why,
        "count": len(found.tapes),
        "tapes": found.tapes,
        "digest": found.digest,
    }
    response = HttpResponse(json.dumps(said, indent=2, ensure_ascii=False), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="deletion-{found.pk}.json"'
    return response


def _viewed(request: PersonRequest, activation: Activation, name: str, *, purpose: str) -> Tape:
    """The tape, if the person may see it, noted with the purpose."""
    with viewing(
        person=request.user,
        authorities=[activation.authority_id],
        purpose=purpose or "looking for recordings",
        subject=f"tape:{name}",
        at=timezone.now(),
        streams=streams_heard_by(request.user),
    ):
        found = tape_of(activation, name=name)
    if found is None:
        raise Http404
    return found


def _number_of(request: PersonRequest, activation: Activation, tape: Tape) -> str:
    """The number of who left a question, to call it; empty where it is hidden or forgotten."""
    with viewing(
        person=request.user,
        authorities=[activation.authority_id],
        purpose="answering a question",
        subject=f"call:{tape.call_id}",
        at=timezone.now(),
        streams=[Stream(tape.stream)],
    ):
        return number_of_caller(call=tape.call_id)
