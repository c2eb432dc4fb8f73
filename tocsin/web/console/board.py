"""The live board of an activation: one look says whether it goes well."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Lock
from time import monotonic
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.calls.queries import help_wanted
from tocsin.insights.queries.board import Board, agents_serving, board
from tocsin.insights.rules.charts import Chart, stacked_bars
from tocsin.insights.rules.days import figures_by
from tocsin.insights.rules.figures import SHORT, Figures
from tocsin.insights.rules.intervals import Interval, edges
from tocsin.insights.rules.moment import AgentNow, Queue, Strain, Wanted, strain, unanswered
from tocsin.web import pauses
from tocsin.web.console import shown
from tocsin.web.console.visible import visible_activation
from tocsin.web.guards import PersonRequest, for_roles
from tocsin.web.live import Pace, live_page
from tocsin.workforce.rules import AgentState

# Callers of one language whose wait is shown one by one; the others are a number.
SHOWN_WAITS = 3
HOURS_BETWEEN_LABELS = 3
# Live within a second, and no more often; limits that are passed in silence are seen within five, and a page that
# hears nothing for several times that knows that it is cut off.
PACE = Pace(pause_seconds=0.7, silence_seconds=5)
WAIT_MOODS = {Strain.NONE: "", Strain.FELT: "warn", Strain.TOO_MUCH: "bad"}
ORDER_OF_STATES = (
    AgentState.OFFERED,
    AgentState.TALKING,
    AgentState.WRAP_UP,
    AgentState.READY,
    AgentState.ON_TASK,
    AgentState.PAUSED,
)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
def page(request: PersonRequest, key: int) -> HttpResponse:
    """The board as it is now; a browser with JavaScript then follows `live`."""
    activation = visible_activation(person=request.user, key=key)
    now = timezone.now()
    context = {
        "activation": activation,
        "now": now,
        "board": drawn(activation, now=now),
    }
    return render(request, "console/board.html", context)


@for_roles(Role.COORDINATOR, Role.DUTY_OFFICER)
@require_GET
async def live(request: PersonRequest, key: int) -> HttpResponseBase:
    """The board, whenever something on it changed."""
    person = request.user
    activation = await sync_to_async(visible_activation)(person=person, key=key)

    def draw() -> str:
        # Looked up each time: it changes its state, and the person may be taken off the authority.
        return drawn_once(visible_activation(person=person, key=key))

    return live_page(
        request, draw, agents=partial(agents_serving, activation=activation), activation=key, pace=PACE
    )


@dataclass(slots=True)
class _Drawing:
    """The newest drawing of one board in one language, for all who look at it."""

    lock: Lock = field(default_factory=Lock)
    begun: float = 0
    page: str = ""


_drawings: dict[tuple[int, str | None], _Drawing] = {}


def drawn_once(activation: Activation) -> str:
    """As `drawn` is now; many who ask at the same time wait for one drawing, begun after they asked."""
    asked = monotonic()
    drawing = _drawings.setdefault((activation.pk, get_language()), _Drawing())
    with drawing.lock:
        if drawing.begun <= asked:
            begun = monotonic()
            drawing.page = drawn(activation, now=timezone.now())
            drawing.begun = begun
        return drawing.page


def drawn(activation: Activation, *, now: datetime) -> str:
    """The part of the board that changes, as HTML; the same until something happens or a limit is passed."""
    seen = board(activation=activation, now=now)
    with timezone.override(ZoneInfo(activation.timezone)):
        return render_to_string("console/board_live.html", _context(activation, seen))


@dataclass(frozen=True, slots=True)
class QueueShown:
    """A queue by name, and what is not shown one by one as a number."""

    name: str
    queue: Queue
    longest: Sequence[datetime]
    others: int


@dataclass(frozen=True, slots=True)
class AgentShown:
    """An agent with languages by name, and why the agent pauses."""

    agent: AgentNow
    languages: Sequence[str]
    reason: str


def _context(activation: Activation, seen: Board) -> dict[str, object]:
    today = seen.today
    states = [agent.state for agent in seen.agents]
    ordered = sorted(seen.agents, key=lambda agent: ORDER_OF_STATES.index(agent.state))
    return {
        "activation": activation,
        "seen": seen,
        "helps": help_wanted(activation=activation.pk),
        "today": today,
        "unanswered": ", ".join(_name_of(wanted, activation) for wanted in unanswered(seen.moment)),
        "queues": [
            QueueShown(
                _name_of(q.wanted, activation), q, q.since[:SHOWN_WAITS], max(len(q.since) - SHOWN_WAITS, 0)
            )
            for q in seen.moment.queues
        ],
        "agents": [
            AgentShown(
                agent,
                [shown.language_name(code) for code in agent.languages],
                str(pauses.SHOWN.get(agent.reason, agent.reason)),
            )
            for agent in ordered
        ],
        "states": {state.value: states.count(state) for state in AgentState},
        "wait_mood": WAIT_MOODS[strain(seen.moment, now=seen.now, target=activation.target_within)],
        "target_seconds": int(activation.target_within.total_seconds()),
        "short_seconds": int(SHORT.total_seconds()),
        "aim": shown.share(activation.target.share),
        "service_level": shown.share(today.service_level),
        "service_mood": shown.mood(today.service_level, offered=today.offered, aim=activation.target.share),
        "mean_wait": shown.clock(today.mean_wait_of_answered),
        "mean_wait_of_all": shown.clock(today.mean_wait_of_all),
        **_chart_of_the_day(activation, seen),
    }


def _name_of(wanted: Wanted, activation: Activation) -> str:
    """The language, and the stream where the activation has two."""
    language = shown.language_name(wanted.language)
    return f"{language} {wanted.stream.upper()}" if len(activation.streams) > 1 else language


def _chart_of_the_day(activation: Activation, seen: Board) -> dict[str, object]:
    zone = ZoneInfo(activation.timezone)
    starts = edges(Interval.QUARTER, days=[seen.day], timezone=activation.timezone)[:-1]
    quarters = figures_by(seen.tallies, lambda tally: tally.start, parts=starts)
    local = [quarter.astimezone(zone) for quarter in quarters]
    labels = {
        bar: shown.hour(at)
        for bar, at in enumerate(local)
        if at.minute == 0 and at.hour % HOURS_BETWEEN_LABELS == 0 and at.fold == 0
    }
    called = [(at, figures) for at, figures in zip(local, quarters.values(), strict=True) if figures.offered]
    return {"chart": chart_of(list(quarters.values()), labels=labels), "quarters": called}


def chart_of(bars: Sequence[Figures], *, labels: dict[int, str]) -> Chart:
    """Calls as bars in three parts: served, called back, with 112 or having left a question; left or lost without
    an answer; in progress."""
    parts = [
        (
            figures.served + figures.called_back + figures.diverted + figures.left_question,
            figures.abandoned + figures.lost,
            figures.in_progress,
        )
        for figures in bars
    ]
    return stacked_bars(parts, kinds=3, labels=labels, name=shown.count)
