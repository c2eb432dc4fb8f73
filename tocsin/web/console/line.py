"""The line of an activation: who is served next, each call with its story, and what coordinators may ask of it."""

from functools import partial
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.rules import State, Stream
from tocsin.calls import actions
from tocsin.calls.models import LONGEST_BROADCAST, LONGEST_REASON, Call
from tocsin.calls.ports import LineVerb
from tocsin.calls.queries import help_wanted, presence
from tocsin.calls.queries.supervision import supervisions_in
from tocsin.calls.rules import timing
from tocsin.calls.rules.states import IN_LINE, QUEUED, CallState, Rank
from tocsin.calls.rules.transfer import stays_in_d2
from tocsin.insights.queries import line
from tocsin.insights.queries.board import agents_serving
from tocsin.insights.queries.conversations import SPOKEN, in_conversation, supervisions_of
from tocsin.refusals import Refusal
from tocsin.web import refusals
from tocsin.web.console import call_story, shown
from tocsin.web.console.board import PACE
from tocsin.web.console.forms import PurposeForm
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.web.live import live_page
from tocsin.workforce.models import Agent

# Who waits behind these is a number.
MOST_SHOWN = 100
WHY_HEARD = _("The agent reads it, and the logbook keeps it: “To help, as you asked.”")
RANKS = {
    Rank.RETURNED: _("first in line"),
    Rank.CALL_BACK: _("call-back"),
    Rank.TRANSFER: _("transferred"),
    Rank.RAISED: _("raised"),
    Rank.LAST: _("served last"),
}


class LineOrderForm(forms.Form):
    """What a coordinator asks about a caller, and why."""

    why = forms.CharField(
        label=_("Why?"),
        max_length=LONGEST_REASON,
        help_text=_("Kept in the logbook, so name nobody: “Calls from the building that burns.”"),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    stream = forms.ChoiceField(label=_("Stream"), required=False)
    agent = forms.ModelChoiceField(label=_("Agent"), queryset=Agent.objects.none(), required=False)

    def __init__(
        self, *args: object, activation: Activation, call: Call, able: list[Agent], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        stays = stays_in_d2(Stream(call.stream), answered=call.answered)
        streams = [stream for stream in activation.streams if stream == Stream.D2 or not stays]
        choices = {
            "language": [(code, shown.language_name(code)) for code in activation.languages],
            "stream": [(stream, shown.stream_name(stream)) for stream in streams],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = offered
            field.initial = getattr(call, name)
        agents = self.fields["agent"]
        assert isinstance(agents, forms.ModelChoiceField)  # noqa: S101 - declared above
        # Whoever was ready when the page was shown may be chosen: the switchboard says what became of it.
        agents.queryset = Agent.objects.filter(serves=activation.authority_id).select_related("person")
        agents.choices = [(agent.pk, _with_break(agent, call)) for agent in able]


def _with_break(agent: Agent, call: Call) -> str:
    """The agent's name; for a victim, also that the agent has a break from them, which is waived by the choice."""
    if call.stream != Stream.D2 or agent.d2_time < timing.D2_LIMIT:
        return str(agent)
    return gettext("%(agent)s (has a break from victims and relatives)") % {"agent": agent}


class BroadcastForm(forms.Form):
    """What all agents are told."""

    text = forms.CharField(
        label=_("Tell all agents"),
        max_length=LONGEST_BROADCAST,
        help_text=_("Stands on every desk until it is read: “Schools stay open, whatever callers heard.”"),
    )


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def page(request: PersonRequest, key: int) -> HttpResponse:
    """The line as it is now; a browser with JavaScript then follows `live`."""
    return _line_page(request, visible_activation(person=request.user, key=key), form=BroadcastForm())


def _line_page(request: PersonRequest, activation: Activation, *, form: BroadcastForm) -> HttpResponse:
    context = {
        "activation": activation,
        "now": timezone.now(),
        "line": drawn(activation),
        "form": form,
        "may_tell": request.user.has_role(Role.COORDINATOR) and activation.state != State.CLOSED,
    }
    return render(request, "console/line.html", context, status=422 if form.errors else 200)


@for_roles(Role.COORDINATOR)
@require_POST
def tell(request: PersonRequest, key: int) -> HttpResponseBase:
    """Tell all agents who take the calls of this line."""
    activation = visible_activation(person=request.user, key=key)
    form = BroadcastForm(request.POST)
    if form.is_valid():
        try:
            actions.broadcast(
                activation=activation, text=form.cleaned_data["text"], by=request.user, at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            messages.success(request, gettext("All agents are told."))
            return redirect("console_line", activation.pk)
    return _line_page(request, activation, form=form)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
async def live(request: PersonRequest, key: int) -> HttpResponseBase:
    """The line, whenever something in it changed."""
    person = request.user
    activation = await sync_to_async(visible_activation)(person=person, key=key)

    def draw() -> str:
        # Looked up each time: the person may be taken off the authority.
        return drawn(visible_activation(person=person, key=key))

    return live_page(
        request, draw, agents=partial(agents_serving, activation=activation), activation=key, pace=PACE
    )


def drawn(activation: Activation) -> str:
    """The part of the page that changes, as HTML."""
    now = timezone.now()
    seen = line.line_now(activation=activation, now=now, most=MOST_SHOWN)

    def rows(callers: tuple[line.InLine, ...]) -> list[dict[str, object]]:
        return [
            {
                "call": caller,
                "language": shown.language_name(caller.language),
                "stream": shown.stream_name(caller.stream),
                "rank": RANKS.get(caller.rank, ""),
                "came_back": caller.place_since < caller.arrived_at,
            }
            for caller in callers
        ]

    context = {
        "activation": activation,
        "presence": presence(at=now),
        "helps": help_wanted(activation=activation.pk),
        "ringing": rows(seen.ringing),
        "waiting": rows(seen.waiting),
        "others": seen.others,
        "conversations": [
            {
                "call": each,
                "language": shown.language_name(each.language),
                "stream": shown.stream_name(each.stream),
            }
            for each in in_conversation(activation=activation, most=MOST_SHOWN)
        ],
        "orders": [(order, call_story.ordered(order), call_story.answered(order.answer)) for order in seen.orders],
    }
    with timezone.override(ZoneInfo(activation.timezone)):
        return render_to_string("console/line_live.html", context)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def call(request: PersonRequest, key: int, leg: str) -> HttpResponse:
    """The story of one call, and what can be asked about it while it is in line."""
    activation = visible_activation(person=request.user, key=key)
    return call_page(request, activation, get_object_or_404(Call, pk=leg, activation=activation))


@for_roles(Role.COORDINATOR)
@require_POST
def order(request: PersonRequest, key: int, leg: str, verb: str) -> HttpResponseBase:
    """Put before the switchboard what a coordinator asks; the page of the line says what became of it."""
    if verb not in list(LineVerb):
        raise Http404
    activation = visible_activation(person=request.user, key=key)
    call = get_object_or_404(Call, pk=leg, activation=activation)
    form = _form(activation, call, data=request.POST)
    if form.is_valid():
        try:
            _ask(LineVerb(verb), form, call=call.pk, activation=activation, request=request)
        except Refusal as refusal:
            form.add_error(None, refusals.shown(refusal))
        else:
            return redirect("console_line", activation.pk)
    return call_page(request, activation, call, form=form)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_POST
def come(request: PersonRequest, key: int, agent: int) -> HttpResponseBase:
    """Tell an agent who asked for help that this person comes; a refusal says why (422)."""
    activation = visible_activation(person=request.user, key=key)
    helped = get_object_or_404(Agent.objects.select_related("person"), pk=agent, serves=activation.authority_id)
    call = request.POST.get("call", "")
    try:
        actions.come_to_help(agent=helped, call=call, by=request.user, at=timezone.now())
    except Refusal as refusal:
        return refusals.answered(refusal)
    return HttpResponse(status=204)


def _ask(
    verb: LineVerb, form: LineOrderForm, *, call: str, activation: Activation, request: PersonRequest
) -> None:
    wanted = form.cleaned_data
    why, by, at = wanted["why"], request.user, timezone.now()
    match verb:
        case LineVerb.RAISE:
            actions.raise_call(call=call, activation=activation, by=by, why=why, at=at)
        case LineVerb.LOWER:
            actions.lower_call(call=call, activation=activation, by=by, why=why, at=at)
        case LineVerb.MOVE:
            stream = Stream(wanted["stream"] or Stream.D5)
            actions.move_call(
                call=call, activation=activation, language=wanted["language"], stream=stream, by=by, why=why, at=at
            )
        case LineVerb.GIVE:
            if wanted["agent"] is None:
                raise Refusal("Choose to which agent. The caller keeps the place in line.")
            actions.give_call(call=call, activation=activation, agent=wanted["agent"], by=by, why=why, at=at)


def _form(activation: Activation, call: Call, *, data: object = None) -> LineOrderForm:
    able = [agent for agent in line.agents_for(call, activation=activation) if agent.pk != call.agent_id]
    return LineOrderForm(data, activation=activation, call=call, able=able)


def call_page(
    request: PersonRequest,
    activation: Activation,
    call: Call,
    *,
    form: LineOrderForm | None = None,
    purpose: forms.Form | None = None,
) -> HttpResponse:
    """The page of one call; the forms are those that were filled in, and not accepted."""
    steps = line.steps_of(call)
    before = (step.reason["before"] for step in steps if step.reason and step.after == CallState.OFFERED)
    with timezone.override(ZoneInfo(activation.timezone)):
        story = call_story.told(
            steps=steps,
            orders=line.orders_about(call),
            helps=line.helps_in(call),
            supervisions=supervisions_of(call),
            arrivals=line.arrivals_of(before, activation=activation.pk),
            served_last=call.rank == Rank.LAST,
        )
    may_ask = request.user.has_role(Role.COORDINATOR) and call.state in IN_LINE | QUEUED
    context = {
        "activation": activation,
        "call": call,
        "language": shown.language_name(call.language),
        "stream": shown.stream_name(call.stream),
        "rank": RANKS.get(Rank(call.rank), ""),
        "raised": call.rank == Rank.RAISED,
        "can_raise": Rank.RAISED < call.rank < Rank.LAST,
        "story": story,
        "may_ask": may_ask,
        "form": form or _form(activation, call),
        "errors": form.errors if form else (),
        "may_hear": request.user.has_role(Role.COORDINATOR) and call.state in SPOKEN,
        "purpose": purpose or PurposeForm(help_text=WHY_HEARD),
        "telephone": Agent.objects.filter(person=request.user, serves=activation.authority_id).first(),
        "heard_by": supervisions_in(activation=activation.pk).get(call.pk, ()),
    }
    refused = (form and form.errors) or (purpose and purpose.errors)
    return render(request, "console/call.html", context, status=422 if refused else 200)
