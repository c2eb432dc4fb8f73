"""The survey in the tables: asked in the words in force, stored while it lasts, counted from the journal alone."""

from datetime import datetime, timedelta

import pytest

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_survey
from tocsin.activations.models import Activation, SurveyQuestion
from tocsin.activations.rules import State, Stream
from tocsin.authorities.models import Authority
from tocsin.calls import actions, ports
from tocsin.calls.daemon import memory
from tocsin.calls.models import Call, CallStep
from tocsin.calls.ports import Verb
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.line import Kind
from tocsin.calls.rules.switchboard import decide
from tocsin.insights.queries.report import report
from tocsin.insights.queries.surveys import survey
from tocsin.insights.rules.survey import Survey
from tocsin.refusals import Refusal
from tocsin.workforce.models import Agent

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def opened(rivaal: Authority, dirk: Person) -> Activation:
    made = world.activation(rivaal, languages=("nl",))
    change_survey(activation=made.pk, by=dirk, language="nl", text=" Hoe was\n het? ", at=NOON)
    return made


class Afternoon:
    """What happens from noon on, each thing recorded, a second apart."""

    def __init__(self, ann: Agent) -> None:
        self.ann, self.now = ann.pk, NOON
        self.floor = Floor(lines=memory.load_scripts(State.OPEN), agents=memory.load_agents())
        self.floor = Floor(lines=self.floor.lines, agents=self.floor.agents, logins={"ann": ann.pk})
        self.tell(ports.AgentLegUp("leg-ann", "ann"), ports.AgentAsked(ann.pk, Verb.READY))

    def tell(self, *events: ports.Event) -> None:
        self.now += SECOND
        self.floor = actions.decide_and_record(
            decide=lambda _: decide(self.floor, events, now=self.now), at=self.now, max_order_age=SECOND
        ).floor

    def hear(self, leg: str) -> None:
        self.tell(ports.MessagePlayed(leg, self.floor.calls[leg].message))

    def is_asked(self, leg: str, *, caller: str = "") -> None:
        """Somebody calls, is answered, and asked when the agent has hung up."""
        self.tell(ports.CallArrived(leg, "1771", caller, self.now + SECOND))
        self.hear(leg)
        self.tell(ports.AgentAsked(self.ann, Verb.ACCEPT, leg))
        self.tell(ports.AgentAsked(self.ann, Verb.HANG_UP, leg))

    def answers(self, leg: str, *keys: str) -> None:
        for key in keys:
            self.tell(ports.KeyPressed(leg, key))
        self.tell(ports.AgentAsked(self.ann, Verb.DONE), ports.LegEnded(leg))


def test_the_answers_are_counted_with_how_many_were_asked(opened: Activation, ann: Agent) -> None:
    afternoon = Afternoon(ann)
    for leg, keys in {"c1": ["4"], "c2": ["1", "5"], "c3": [], "c4": ["9"]}.items():
        afternoon.is_asked(leg)
        afternoon.answers(leg, *keys)
    counted = survey(activation=opened.pk)
    assert counted == Survey(asked=4, answers={1: 1, 2: 0, 3: 0, 4: 1, 5: 0})
    assert (counted.share, counted.mean) == (0.5, 2.5)
    told = report(activation=opened, now=afternoon.now)
    # Asked or not, all four were answered, and the wait was over with the first word.
    assert (told.survey, told.total.answered, told.total.wait_of_answered) == (counted, 4, 4 * SECOND)


def test_what_was_answered_keeps_the_words_it_was_asked_in_and_not_the_number(
    opened: Activation, ann: Agent, dirk: Person
) -> None:
    afternoon = Afternoon(ann)
    afternoon.is_asked("c1", caller="+32470112233")
    asked = SurveyQuestion.objects.get()
    assert asked.text == "Hoe was het?"
    change_survey(activation=opened.pk, by=dirk, language="nl", text="", at=NOON)
    assert memory.load_calls()["c1"] == afternoon.floor.calls["c1"]
    afternoon.tell(ports.KeyPressed("c1", "3"))
    assert CallStep.objects.latest("id").reason == {"question": asked.pk, "value": 3}
    assert Call.objects.get().survey_id is None
    assert memory.load_scripts(State.OPEN)["1771"].survey == {}


@pytest.mark.parametrize("writes_for", [SECOND, timedelta(minutes=2)], ids=["during it", "after it"])
def test_it_is_no_part_of_how_long_the_agent_was_busy_with_the_call(
    opened: Activation, ann: Agent, rivaal: Authority, writes_for: timedelta
) -> None:
    afternoon = Afternoon(ann)
    afternoon.is_asked("c1")
    spoken_at = afternoon.now
    done_at, ends_at = spoken_at + writes_for, spoken_at + timedelta(minutes=1)
    acts: dict[datetime, ports.Event] = {
        done_at: ports.AgentAsked(ann.pk, Verb.DONE),
        ends_at: ports.LegEnded("c1"),
    }
    for at, event in sorted(acts.items()):
        afternoon.now = at - SECOND
        afternoon.tell(event)
    # One second of conversation, and the note.
    kind = Kind(rivaal.pk, Stream.D5, "nl")
    ((began_at, ended_at),) = memory.load_handled(afternoon.now)[kind]
    assert ended_at - began_at == SECOND + writes_for


@pytest.mark.parametrize(("text", "said"), [("?!", "no words"), ("a" * 161, "at most")])
def test_a_question_that_says_nothing_or_too_much_is_refused(
    opened: Activation, dirk: Person, text: str, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        change_survey(activation=opened.pk, by=dirk, language="nl", text=text, at=NOON)
    assert SurveyQuestion.objects.count() == 1
