"""The line and the story of a call, through HTTP: what they show to whom, and what coordinators may ask."""

import asyncio
import re
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from django.utils import timezone

from tests import world
from tests.patience import PATIENCE_SECONDS
from tocsin.accounts.models import Person
from tocsin.activations.models import Activation
from tocsin.activations.rules import Kind, Stream
from tocsin.authorities.models import Authority
from tocsin.calls.models import Call, Caller, CallStep, LineOrder
from tocsin.calls.ports import Answer, LineVerb
from tocsin.calls.rules.hold import FORGOTTEN, REMINDED
from tocsin.calls.rules.states import ASKED_FOR_SMS, LEFT_QUESTION, CallState, Rank, Why
from tocsin.logbook.models import Line
from tocsin.workforce.models import Agent
from tocsin.workforce.rules import AgentState

pytestmark = pytest.mark.django_db
Browser = Callable[[Person], Client]
WHY = "Calls from the building"


@pytest.fixture
def fire(rivaal: Authority) -> Activation:
    made = world.activation(rivaal, kind=Kind.REAL)
    Activation.objects.update(streams=[Stream.D5, Stream.D2])
    return made


@pytest.fixture
def waiting(fire: Activation) -> Call:
    return keep_call(fire, "c1")


def keep_call(activation: Activation, leg: str, *, waited: int = 60, **known: object) -> Call:
    since = timezone.now() - timedelta(seconds=waited)
    caller = {"language": "nl", "state": CallState.WAITING, "number": "1771", "caller_mark": f"mark-{leg}"}
    times = {"since": since, "arrived_at": since, "queued_at": since}
    return Call.objects.create(**({"leg": leg, "activation": activation} | caller | times | known))


def keep_step(call: Call, before: str, after: CallState, **known: object) -> CallStep:
    what = {"why": "", "at": timezone.now(), "language": call.language, "stream": call.stream}
    return CallStep.objects.create(
        **({"call": call, "activation": call.activation, "before": before, "after": after} | what | known)
    )


def line_of(activation: Activation) -> str:
    return f"/console/line/{activation.pk}/"


def call_of(call: Call, verb: str = "") -> str:
    return f"/console/line/{call.activation_id}/calls/{call.pk}/" + (f"{verb}/" if verb else "")


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def local(call: Call) -> str:
    """When a call arrived, on the clock of the authority."""
    return f"{call.arrived_at.astimezone(ZoneInfo('Europe/Brussels')):%H:%M:%S}"


# --- For whom


def test_nobody_of_another_authority_sees_the_line_or_a_call_or_asks_for_anything(
    otto: Person, waiting: Call, browser_of: Browser
) -> None:
    client = browser_of(otto)
    line = line_of(waiting.activation)
    assert [client.get(address).status_code for address in (line, f"{line}live/", call_of(waiting))] == [404] * 3
    for verb in LineVerb:
        assert client.post(call_of(waiting, verb), {"why": WHY}).status_code == 404
    assert not LineOrder.objects.exists()


def test_a_call_is_found_in_its_own_line_alone(
    otto: Person, waiting: Call, elsewhere: Authority, browser_of: Browser
) -> None:
    own = world.activation(elsewhere)
    client = browser_of(otto)
    address = f"/console/line/{own.pk}/calls/{waiting.pk}/"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}raise/", {"why": WHY}).status_code == 404


def test_agents_see_neither_the_line_nor_a_call(ann: Agent, waiting: Call, browser_of: Browser) -> None:
    client = browser_of(ann.person)
    assert client.get(line_of(waiting.activation)).status_code == 403
    assert client.get(call_of(waiting)).status_code == 403
    assert client.post(call_of(waiting, "raise"), {"why": WHY}).status_code == 403


def test_a_duty_officer_sees_the_line_and_the_story_and_asks_for_nothing(
    dirk: Person, waiting: Call, browser_of: Browser
) -> None:
    client = browser_of(dirk)
    assert local(waiting) in page_of(client, line_of(waiting.activation))
    assert "<form" not in page_of(client, call_of(waiting)).partition("<main")[2]
    assert client.post(call_of(waiting, "raise"), {"why": WHY}).status_code == 403


def test_whoever_is_not_signed_in_is_asked_to(waiting: Call, client: Client) -> None:
    for address in (line_of(waiting.activation), call_of(waiting)):
        assert client.get(address)["Location"].startswith("/account/sign-in/")


def test_neither_page_shows_anybodys_number(carl: Person, waiting: Call, browser_of: Browser) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tocsin.viewer', 'centre', true)")
    Caller.objects.create(
        call=waiting, authority=waiting.activation.authority, number="+32477123456", at=waiting.arrived_at
    )
    client = browser_of(carl)
    for address in (line_of(waiting.activation), call_of(waiting)):
        page = page_of(client, address)
        assert "477123456" not in page
        assert waiting.caller_mark not in page


# --- The line


def test_the_line_is_shown_in_the_order_in_which_it_is_served(
    carl: Person, fire: Activation, browser_of: Browser
) -> None:
    keep_call(fire, "early", waited=90)
    keep_call(fire, "relative", waited=1, stream=Stream.D2)
    keep_call(fire, "raised", waited=2, rank=Rank.RAISED)
    page = page_of(browser_of(carl), line_of(fire))
    places = [page.index(f'id="call-{leg}"') for leg in ("raised", "relative", "early")]
    assert places == sorted(places)
    assert "raised" in page[places[0] : places[1]]
    assert "Victims and relatives (D2)" in page[places[1] : places[2]]


def test_a_call_that_rings_is_shown_apart_with_its_agent(
    carl: Person, fire: Activation, ann: Agent, browser_of: Browser
) -> None:
    keep_call(fire, "c1", state=CallState.OFFERED, agent=ann)
    page = page_of(browser_of(carl), line_of(fire))
    assert "Ann" in page.partition('id="ringing-title"')[2].partition('id="waiting-title"')[0]
    assert "Nobody waits." in page


@pytest.mark.django_db(transaction=True)
def test_the_line_is_live(carl: Person, waiting: Call, browser_of: Browser) -> None:
    client = AsyncClient()
    client.cookies = browser_of(carl).cookies

    async def story() -> str:
        response = await client.get(f"{line_of(waiting.activation)}live/")
        assert isinstance(response, StreamingHttpResponse)
        async with aclosing(response._iterator) as stream:  # type: ignore[attr-defined]
            return str(await asyncio.wait_for(anext(stream), PATIENCE_SECONDS))

    event = async_to_sync(story)()
    assert 'id="call-c1"' in event
    assert "<html" not in event


# --- What coordinators ask


@pytest.mark.parametrize(
    ("verb", "fields", "says"),
    [
        ("raise", {}, "Carl asked that it be served earlier: “Calls from the building”"),
        ("lower", {}, "Carl asked that it be served at its own place again"),
        ("move", {"language": "fr", "stream": "d2"}, "it wait for French, Victims and relatives (D2)"),
        ("give", {}, "Carl asked that it be offered to Ann"),
    ],
)
def test_what_a_coordinator_asks_stands_beside_the_line_with_the_answer(
    carl: Person, waiting: Call, ann: Agent, browser_of: Browser, verb: str, fields: dict[str, str], says: str
) -> None:
    client = browser_of(carl)
    chosen = {"agent": ann.pk} if verb == "give" else {}
    response = client.post(call_of(waiting, verb), {"why": WHY} | fields | chosen)
    assert response["Location"] == line_of(waiting.activation)
    page = page_of(client, response["Location"])
    assert says in page
    assert "The switchboard has not decided it yet." in page
    LineOrder.objects.update(answer=Answer.DONE)
    assert "Done." in page_of(client, response["Location"])
    line = Line.objects.get(kind=f"call.{verb}_ordered")
    assert (line.by, line.facts["why"]) == (carl, WHY)
    assert says in page_of(client, call_of(waiting))


@pytest.mark.parametrize(
    ("rank", "can_be_raised"),
    [(Rank.RETURNED, False), (Rank.RAISED, False), (Rank.ORDINARY, True), (Rank.LAST, False)],
)
def test_only_who_waits_at_the_own_place_can_be_served_earlier(
    carl: Person, waiting: Call, browser_of: Browser, rank: Rank, can_be_raised: bool
) -> None:
    Call.objects.update(rank=rank)
    assert (">Serve earlier<" in page_of(browser_of(carl), call_of(waiting))) is can_be_raised


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_is_a_sentence(carl: Person, waiting: Call, browser_of: Browser, answer: Answer) -> None:
    LineOrder.objects.create(
        activation=waiting.activation,
        verb=LineVerb.RAISE,
        call="c1",
        reason=WHY,
        by=carl,
        at=timezone.now(),
        answer=answer,
    )
    page = page_of(browser_of(carl), line_of(waiting.activation))
    assert page.partition("Calls from the building”")[2].partition("</strong>")[0].endswith(".")


@pytest.mark.parametrize("verb", LineVerb)
def test_nothing_is_asked_without_a_reason(
    carl: Person, waiting: Call, browser_of: Browser, verb: LineVerb
) -> None:
    response = browser_of(carl).post(call_of(waiting, verb), {"why": " "})
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()
    assert not LineOrder.objects.exists()


@pytest.mark.parametrize("verb", LineVerb)
def test_of_a_caller_who_is_gone_meanwhile_it_is_said_plainly(
    carl: Person, waiting: Call, ann: Agent, browser_of: Browser, verb: LineVerb
) -> None:
    Call.objects.update(state=CallState.ENDED)
    fields = {"why": WHY, "language": "fr", "stream": "d5", "agent": ann.pk}
    response = browser_of(carl).post(call_of(waiting, verb), fields)
    assert response.status_code == 422
    page = response.content.decode()
    assert "This caller is in line no more: an agent answered, or the caller hung up." in page
    assert "<form" not in page.partition("<main")[2], "there is nothing left to ask"


def test_without_an_agent_nobody_is_given(carl: Person, waiting: Call, browser_of: Browser) -> None:
    response = browser_of(carl).post(call_of(waiting, "give"), {"why": WHY})
    assert response.status_code == 422
    assert "Choose to which agent." in response.content.decode()


@pytest.mark.parametrize(("answered", "offered"), [(False, ["d5", "d2"]), (True, ["d2"])])
def test_whoever_an_agent_spoke_with_in_d2_is_offered_no_way_back_to_d5(
    carl: Person, waiting: Call, browser_of: Browser, answered: bool, offered: list[str]
) -> None:
    Call.objects.update(stream=Stream.D2, answered=answered)
    page = page_of(browser_of(carl), call_of(waiting))
    assert re.findall(r'<option value="(d\d)"', page) == offered


@pytest.mark.parametrize("fields", [{"language": "de"}, {"stream": "d9"}, {"agent": "4711"}])
def test_what_was_never_offered_is_refused(
    carl: Person, waiting: Call, browser_of: Browser, fields: dict[str, str]
) -> None:
    response = browser_of(carl).post(call_of(waiting, "move"), {"why": WHY} | fields)
    assert response.status_code == 422
    assert not LineOrder.objects.exists()


def test_a_verb_that_nobody_knows_is_not_found(carl: Person, waiting: Call, browser_of: Browser) -> None:
    client = browser_of(carl)
    assert client.post(call_of(waiting, "hang_up"), {"why": WHY}).status_code == 404
    assert client.get(call_of(waiting, "raise")).status_code == 405


def test_nothing_is_asked_from_another_site(carl: Person, waiting: Call, browser_of: Browser) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser_of(carl).cookies
    assert client.post(call_of(waiting, "raise"), {"why": WHY}).status_code == 403
    assert not LineOrder.objects.exists()


def test_only_agents_who_are_ready_and_may_take_the_call_are_offered_to_choose_from(
    carl: Person, waiting: Call, ann: Agent, bram: Agent, browser_of: Browser
) -> None:
    client = browser_of(carl)
    assert "No other agent is ready who may take this call." in page_of(client, call_of(waiting))
    Agent.objects.update(state=AgentState.READY, connected=True)
    choices = page_of(client, call_of(waiting)).partition('name="agent"')[2].partition("</select>")[0]
    assert "Ann" in choices
    assert "Bram" not in choices


# --- The story


def test_the_story_says_why_a_call_was_offered_when_it_was_and_to_whom(
    carl: Person, ann: Agent, waiting: Call, browser_of: Browser
) -> None:
    first = keep_call(waiting.activation, "c0", waited=90)
    reason = {"call": Why.STREAM, "before": first.pk, "agent": Why.IDLE, "relaxed": True, "rank": 4}
    keep_step(waiting, "", CallState.GREETING, why="arrived")
    keep_step(waiting, "informing", CallState.WAITING, why="informed")
    keep_step(waiting, "waiting", CallState.OFFERED, agent=ann, stream=Stream.D2, reason=reason)
    keep_step(waiting, "offered", CallState.WAITING, why="not answered")
    keep_step(waiting, "waiting", CallState.OFFERED, agent=ann, reason=reason | {"call": "rank", "rank": 0})
    keep_step(waiting, "offered", CallState.TALKING, agent=ann)
    keep_step(waiting, "talking", CallState.HELD, agent=ann)
    keep_step(waiting, "held", CallState.TALKING, agent=ann)
    keep_step(waiting, "talking", CallState.ENDED, why="caller hung up")
    page = page_of(browser_of(carl), call_of(waiting))
    in_order = [
        "Called, and is asked for a language.",
        "Waits in line.",
        "Rings at Ann.",
        f"Went before the call of {local(first)}: victims and relatives come first.",
        "Offered to Ann, who was idle the longest.",
        "Less was asked of the agent than the line asks for otherwise.",
        "Back in line, first of all.",
        "The agent did not answer in time.",
        f"Went before the call of {local(first)}: the caller was cut off, or an agent was lost or did not answer.",
        "Ann answered.",
        "Ann put the caller on hold.",
        "Ann speaks with the caller again.",
        "The call ended.",
        "The caller hung up.",
    ]
    at = [page.index(sentence) for sentence in in_order]
    assert at == sorted(at)


def told_of(page: str) -> list[str]:
    """The sentences of a story in their order, without what there is to say of each."""
    return re.findall(r"<strong>(.*?)</strong>", page.partition('id="story-title"')[2].partition("</section>")[0])


def test_what_is_noted_of_a_caller_who_stays_where_they_are_is_no_transition(
    carl: Person, ann: Agent, waiting: Call, browser_of: Browser
) -> None:
    keep_step(waiting, "waiting", CallState.CHOOSING, why="pressed 8")
    keep_step(waiting, "choosing", CallState.CHOOSING, why=LEFT_QUESTION)
    keep_step(waiting, "choosing", CallState.WAITING, why=LEFT_QUESTION)
    keep_step(waiting, "waiting", CallState.OFFERED, agent=ann)
    keep_step(waiting, "offered", CallState.OFFERED, agent=ann, why="pressed 1")
    keep_step(waiting, "offered", CallState.OFFERED, agent=ann, why=ASKED_FOR_SMS)
    keep_step(waiting, "offered", CallState.TALKING, agent=ann)
    keep_step(waiting, "talking", CallState.HELD, agent=ann)
    keep_step(waiting, "held", CallState.HELD, agent=ann, why=REMINDED)
    keep_step(waiting, "held", CallState.WAITING, why=FORGOTTEN)
    page = page_of(browser_of(carl), call_of(waiting))
    assert told_of(page) == [
        "Is asked what a key answers.",
        "Left a question by voice.",
        "Waits in line.",
        "Rings at Ann.",
        "Asked for the SMS.",
        "Ann answered.",
        "Ann put the caller on hold.",
        "Ann was reminded of the caller on hold.",
        "Back in line, first of all.",
    ]
    assert "The agent left the caller on hold." in page


def test_of_a_caller_who_is_served_last_it_is_not_said_that_they_come_first(
    carl: Person, waiting: Call, browser_of: Browser
) -> None:
    keep_step(waiting, "offered", CallState.WAITING, why="not answered")
    Call.objects.update(rank=Rank.LAST)
    assert told_of(page_of(browser_of(carl), call_of(waiting))) == ["Waits in line."]


@pytest.mark.parametrize(
    "call_went_first", ["alone", "rank", "stream", "authority", "activation", "place", "picked"]
)
@pytest.mark.parametrize("agent_did", ["alone", "known", "spared", "level", "idle", "picked"])
def test_every_reason_is_told(
    carl: Person, ann: Agent, waiting: Call, browser_of: Browser, call_went_first: str, agent_did: str
) -> None:
    before = keep_call(waiting.activation, "c0").pk
    reason = {"call": call_went_first, "before": before, "agent": agent_did, "relaxed": False, "rank": 3}
    keep_step(waiting, "waiting", CallState.OFFERED, agent=ann, reason=reason)
    page = page_of(browser_of(carl), call_of(waiting))
    assert "Offered to Ann" in page
    if call_went_first not in (Why.ALONE, Why.PICKED):
        assert f"Went before the call of {local(Call.objects.get(pk=before))}: " in page


def test_of_a_call_of_another_line_no_more_is_told_than_that_there_was_one(
    carl: Person, ann: Agent, waiting: Call, elsewhere: Authority, browser_of: Browser
) -> None:
    theirs = keep_call(world.activation(elsewhere), "c0", waited=999)
    reason = {"call": Why.AUTHORITY, "before": theirs.pk, "agent": Why.ALONE, "relaxed": False}
    keep_step(waiting, "waiting", CallState.OFFERED, agent=ann, reason=reason)
    page = page_of(browser_of(carl), call_of(waiting))
    assert "Went before a call of another line: fewer agents were with callers of this authority." in page
    assert local(theirs) not in page
