"""The board through HTTP: what it shows to whom, and that it follows what happens."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from django.utils import timezone

from tests import world
from tests.patience import PATIENCE_SECONDS
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, State
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call, Caller, CallStep, Pulse
from tocsin.calls.rules.states import CallState
from tocsin.web import live
from tocsin.web.console import board
from tocsin.web.live import Pace, Screen, changes
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]


@pytest.fixture
def flood(rivaal: Authority) -> Activation:
    return world.activation(rivaal, kind=Kind.REAL, languages=["nl", "fr", "uk"])


@pytest.fixture
def switchboard() -> None:
    """The switchboard was there a moment ago and will be until the test ends."""
    Pulse.objects.create(at=timezone.now() + timedelta(hours=1), switch_connected=True, backlog=0, decision_ms=2)


def keep_call(activation: Activation, *, leg: str, language: str = "nl", since: datetime | None = None) -> Call:
    """Write a call that waits in line."""
    since = since or timezone.now()
    call = Call.objects.create(
        leg=leg,
        number="1771",
        caller_mark=leg,
        activation=activation,
        language=language,
        state=CallState.WAITING,
        since=since,
        arrived_at=since,
        queued_at=since,
    )
    CallStep.objects.create(
        call=call, activation=activation, before="", after=CallState.WAITING, at=since, language=language, why=""
    )
    return call


def page_of(client: Client, activation: Activation) -> str:
    response = client.get(f"/console/board/{activation.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def words_of(page: str, start: str, end: str) -> str:
    """The text of a piece of a page, without its tags."""
    piece = page.partition(start)[2].partition(end)[0]
    return " ".join(" ".join(part.partition(">")[2] for part in f">{piece}".split("<")).split())


# --- For whom


@pytest.mark.parametrize("path", ["", "live/"])
def test_nobody_of_another_authority_sees_the_board(
    otto: Person, flood: Activation, browser_of: Browser, path: str
) -> None:
    assert browser_of(otto).get(f"/console/board/{flood.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "live/"])
def test_agents_do_not_see_the_board(ann: Agent, flood: Activation, browser_of: Browser, path: str) -> None:
    assert browser_of(ann.person).get(f"/console/board/{flood.pk}/{path}").status_code == 403


@pytest.mark.parametrize("path", ["", "live/"])
def test_whoever_is_not_signed_in_is_asked_to(flood: Activation, client: Client, path: str) -> None:
    response = client.get(f"/console/board/{flood.pk}/{path}")

    assert response.status_code == 302
    assert response["Location"].startswith("/account/sign-in/")


def test_a_board_that_never_was_is_not_found(carl: Person, browser_of: Browser) -> None:
    assert browser_of(carl).get("/console/board/4711/").status_code == 404


def test_coordinators_and_duty_officers_see_the_board(
    carl: Person, dirk: Person, flood: Activation, browser_of: Browser
) -> None:
    for person in (carl, dirk):
        assert flood.title in page_of(browser_of(person), flood)


# --- What it shows


@pytest.mark.usefixtures("switchboard")
def test_it_says_in_one_sentence_how_it_goes(
    carl: Person, ann: Agent, flood: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    assert "Nobody is at work: the next caller will wait." in page_of(client, flood)

    Agent.objects.filter(pk=ann.pk).update(state=AgentState.READY)
    assert "Goes well: nobody waits." in page_of(client, flood)

    Agent.objects.filter(pk=ann.pk).update(state=AgentState.SIGNED_OUT)
    keep_call(flood, leg="c1")
    assert "1 caller waits and no agent is at work." in page_of(client, flood)

    Agent.objects.filter(pk=ann.pk).update(state=AgentState.TALKING)
    assert "Goes well: 1 caller waits, not for long." in page_of(client, flood)

    keep_call(flood, leg="c2", language="uk")
    assert "Nobody at work can take Ukrainian, and callers wait." in page_of(client, flood)

    keep_call(flood, leg="c3", since=timezone.now() - timedelta(minutes=3))
    assert "3 callers wait, some too long." in page_of(client, flood)


@pytest.mark.usefixtures("switchboard")
def test_where_more_wait_than_agents_work_it_says_what_helps(
    carl: Person, ann: Agent, flood: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.TALKING)
    keep_call(flood, leg="c1", since=timezone.now() - timedelta(seconds=50))
    page = page_of(client, flood)
    assert "1 caller waits longer than the aim." in page
    assert "Call up more agents" not in page

    keep_call(flood, leg="c2")
    page = page_of(client, flood)
    assert "2 callers wait, some longer than the aim." in page
    assert "Call up more agents, or let the front message answer what is asked most." in page


@pytest.mark.usefixtures("switchboard")
def test_it_says_how_many_are_to_be_called_back_and_who_is_late(
    carl: Person, ann: Agent, flood: Activation, browser_of: Browser
) -> None:
    client = browser_of(carl)
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.READY)
    assert "To be called back 0" in words_of(page_of(client, flood), 'id="board"', 'id="today-title"')
    Activation.objects.update(call_backs=False)
    assert "To be called back" not in page_of(client, flood)

    for leg, minutes in (("c1", 20), ("c2", 40)):
        keep_call(flood, leg=leg, since=timezone.now() - timedelta(minutes=9))
        Call.objects.filter(leg=leg).update(
            state=CallState.PROMISED, promised_by=timezone.now() + timedelta(minutes=minutes)
        )
    soon = timezone.localtime(Call.objects.get(leg="c1").promised_by, ZoneInfo(flood.timezone))
    told = words_of(page_of(client, flood), 'id="board"', 'id="today-title"')
    assert f"To be called back 2 the first by {soon:%H:%M}" in told
    assert "Goes well: nobody waits." in told

    # An agent is asked to call: nobody is in line for that.
    Call.objects.filter(leg="c1").update(state=CallState.OFFERED)
    assert "Goes well: nobody waits." in page_of(client, flood)

    Call.objects.filter(leg="c2").update(promised_by=timezone.now() - timedelta(seconds=1))
    told = words_of(page_of(client, flood), 'id="board"', 'id="today-title"')
    assert "To be called back 2 1 later than promised" in told
    assert "1 caller should have been called back by now." in told


@pytest.mark.usefixtures("switchboard")
def test_a_line_that_is_closing_needs_nobody_at_work(carl: Person, flood: Activation, browser_of: Browser) -> None:
    Activation.objects.update(state=State.CLOSING)
    assert "Nobody is at work" not in page_of(browser_of(carl), flood)


def test_it_says_what_callers_hear_while_the_switchboard_is_away(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    page = page_of(browser_of(carl), flood)

    assert "The switchboard is away." in page
    assert "Callers hear the recorded message, then music, and wait." in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.ORDERED, "The number does not answer yet: it is being opened."),
        (State.CLOSING, "The line is closing: nobody new is let in"),
        (State.CLOSED, "This line is closed."),
    ],
)
@pytest.mark.usefixtures("switchboard")
def test_it_says_when_the_line_is_not_open(
    carl: Person, flood: Activation, browser_of: Browser, state: State, words: str
) -> None:
    Activation.objects.update(state=state)

    assert words in page_of(browser_of(carl), flood)


@pytest.mark.parametrize(("kind", "bands"), [(Kind.REAL, 0), (Kind.EXERCISE, 1)])
def test_an_exercise_says_so_and_the_real_does_not(
    carl: Person, rivaal: Authority, browser_of: Browser, kind: Kind, bands: int
) -> None:
    page = page_of(browser_of(carl), world.activation(rivaal, kind=kind))

    assert page.count("band-exercise") == bands


def test_it_shows_who_waits_by_language_and_no_more_than_a_few_one_by_one(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    for n in range(board.SHOWN_WAITS + 3):
        keep_call(flood, leg=f"c{n}", language="fr")
    page = page_of(browser_of(carl), flood)
    french = page.partition('<th scope="row">French</th>')[2].partition("</tr>")[0]

    assert french.count("data-since") == board.SHOWN_WAITS
    assert words_of(page, '<th scope="row">French</th>', "</tr>").startswith(f"{board.SHOWN_WAITS + 3} ")
    assert "and 3 more" in french


def test_it_shows_what_agents_do_and_since_when(
    carl: Person, ann: Agent, bram: Agent, flood: Activation, browser_of: Browser
) -> None:
    since = timezone.now() - timedelta(minutes=4)
    Agent.objects.filter(pk=ann.pk).update(state=AgentState.PAUSED, since=since, reason="meal")
    page = page_of(browser_of(carl), flood)
    agents = page.partition('id="agents-title"')[2]

    assert words_of(agents, "<tbody>", "</tbody>").startswith("Ann French, Dutch paused Meal")
    assert f'data-since="{timezone.localtime(since).isoformat()}"' in agents
    assert "Bram" not in agents, "who is signed out is not shown"


def test_it_shows_nobodys_number(carl: Person, flood: Activation, browser_of: Browser) -> None:
    call = keep_call(flood, leg="tocsin-17.1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tocsin.viewer', 'centre', true)")
    Caller.objects.create(call=call, authority=flood.authority, number="+32477123456", at=call.arrived_at)
    page = page_of(browser_of(carl), flood)

    assert "477123456" not in page
    assert call.caller_mark not in page


def test_the_mean_wait_of_all_stands_beside_that_of_the_answered(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    """The first looks best when most callers give up."""
    since = timezone.now() - timedelta(seconds=50)
    call = keep_call(flood, leg="c1", since=since)
    Call.objects.update(state=CallState.ENDED)
    CallStep.objects.create(
        call=call, activation=flood, before="waiting", after=CallState.ENDED, at=since + timedelta(seconds=40)
    )
    assert "all callers waited 0:40" in page_of(browser_of(carl), flood)


def test_the_chart_of_the_day_has_its_figures_in_a_table(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    keep_call(flood, leg="c1")
    keep_call(flood, leg="c2")
    page = page_of(browser_of(carl), flood)
    table = page.partition('<details id="quarters">')[2]

    assert 'viewBox="0 0 ' in page
    assert words_of(table, '<th scope="row">', "</tr>").endswith("2 0 0 0 0 0 0 0 2")
    assert "style=" not in page.partition('id="board"')[2], "the browser is told to ignore styles in the page"


def test_the_board_is_in_the_local_time_of_the_authority(
    carl: Person, flood: Activation, browser_of: Browser
) -> None:
    Activation.objects.update(timezone="Pacific/Kiritimati")
    keep_call(flood, leg="c1")
    page = page_of(browser_of(carl), flood).partition('id="board"')[2].partition(">")[2]

    assert page.count("+14:00") > 0


# --- That it follows


@pytest.fixture
def streaming(carl: Person, browser_of: Browser) -> AsyncClient:
    """Carl's browser, for streams."""
    client = AsyncClient()
    client.cookies = browser_of(carl).cookies
    return client


async def first_event(response: StreamingHttpResponse) -> str:
    # Closed here, and not when the collector of garbage comes by.
    async with aclosing(response._iterator) as stream:  # type: ignore[attr-defined]
        async for part in stream:
            return str(part)
    raise AssertionError("The stream ended.")


@pytest.mark.django_db(transaction=True)
def test_the_stream_begins_with_the_whole_board(streaming: AsyncClient, flood: Activation) -> None:
    keep_call(flood, leg="c1", language="fr")

    async def story() -> tuple[str, str]:
        response = await streaming.get(f"/console/board/{flood.pk}/live/")
        assert isinstance(response, StreamingHttpResponse)
        return response["Content-Type"], await asyncio.wait_for(first_event(response), PATIENCE_SECONDS)

    kind, event = async_to_sync(story)()

    assert kind == "text/event-stream"
    assert 'data: <div id="verdict"' in event
    assert '<th scope="row">French</th>' in event
    assert "<html" not in event


@pytest.mark.django_db(transaction=True)
def test_an_open_board_is_concerned_by_its_own_activation_and_agents_and_by_nobody_elses(
    streaming: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    flood: Activation,
    elsewhere: Authority,
    ann: Agent,
    bram: Agent,
) -> None:
    # Bram is taken on once the board is open.
    bram.serves.set([elsewhere])
    stranger = world.agent("Sofie", ["nl"], serves=elsewhere)
    fire = world.activation(elsewhere)
    # Nothing is drawn because nothing was heard for a while.
    monkeypatch.setattr(board, "PACE", Pace(pause_seconds=0, silence_seconds=3600))

    async def story() -> None:
        response = await streaming.get(f"/console/board/{flood.pk}/live/")
        assert isinstance(response, StreamingHttpResponse)
        async with aclosing(response._iterator) as stream, aclosing(changes(Screen(agents={0}))) as witness:
            # The first drawing, and the one that comes when the process begins to listen.
            await anext(stream)
            await sync_to_async(bram.serves.set)([flood.authority])
            await anext(stream)
            await anext(witness)
            (screen,) = (each for each in live._screens if each.activation == flood.pk)

            async def is_concerned(*, agents: list[int], activations: list[int]) -> bool:
                told = json.dumps({"agents": [0, *agents], "activations": activations})
                await sync_to_async(notify)(told)
                await anext(witness)
                return screen.changed.is_set()

            assert not await is_concerned(agents=[stranger.pk], activations=[fire.pk])
            for own in (ann.pk, bram.pk):
                assert await is_concerned(agents=[own], activations=[])
                await anext(stream)
            assert await is_concerned(agents=[stranger.pk], activations=[flood.pk])

    async_to_sync(story)()


def notify(told: str) -> None:
    """Tell open pages what changed, as the switchboard does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('tocsin_live', %s)", [told])


def test_who_asked_before_a_drawing_began_shares_it_and_who_asked_later_gets_a_newer_one(
    monkeypatch: pytest.MonkeyPatch, flood: Activation
) -> None:
    drawn: list[datetime] = []

    def draw(activation: Activation, *, now: datetime) -> str:
        drawn.append(now)
        return f"drawing {len(drawn)}"

    # Asked and begun; asked while others waited for that; asked after it had begun, and begun anew.
    clock = iter([1.0, 2.0, 1.5, 3.0, 4.0])
    monkeypatch.setattr(board, "monotonic", lambda: next(clock))
    monkeypatch.setattr(board, "drawn", draw)
    monkeypatch.setattr(board, "_drawings", {})

    assert [board.drawn_once(flood) for _ in range(3)] == ["drawing 1", "drawing 1", "drawing 2"]
