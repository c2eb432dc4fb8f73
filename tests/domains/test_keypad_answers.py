"""Questions on keys, kept and changed; what the switchboard loads, and what it stores of who heard what."""

from datetime import timedelta

import pytest

from tests import world
from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_keypad_answer, remove_keypad_answer
from tocsin.activations.models import Activation
from tocsin.activations.queries import answers_in_force
from tocsin.activations.rules import State
from tocsin.authorities.models import Authority
from tocsin.calls import actions, ports
from tocsin.calls.daemon import memory
from tocsin.calls.models import CallStep
from tocsin.calls.rules.floor import Floor
from tocsin.calls.rules.script import KeypadAnswer
from tocsin.calls.rules.states import Call, CallState, Question
from tocsin.calls.rules.switchboard import decide
from tocsin.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(rivaal: Authority) -> Activation:
    return world.activation(rivaal, languages=("nl",))


def put(
    on: Activation, by: Person, *, key: int = 3, question: str = "Waar slapen?", text: str = "In hal 5."
) -> int:
    answer = change_keypad_answer(
        activation=on.pk, by=by, language="nl", key=key, question=question, text=text, recording="", at=NOON
    )
    return answer.pk


def test_a_change_is_another_version_of_what_is_on_the_key(dirk: Person, opened: Activation) -> None:
    put(opened, dirk)
    put(opened, dirk, key=5, question="  Is het \n water  veilig?")
    newest = put(opened, dirk, text="In hal 6.")
    in_force = [(each.key, each.question, each.text) for each in answers_in_force(opened)["nl"]]
    assert in_force == [(3, "Waar slapen?", "In hal 6."), (5, "Is het water veilig?", "In hal 5.")]
    script = memory.load_scripts(State.OPEN)["1771"]
    assert script.answers["nl"][0] == KeypadAnswer(newest, "3", "Waar slapen?", "In hal 6.")


def test_a_question_that_is_taken_off_is_kept_and_no_more_in_force(dirk: Person, opened: Activation) -> None:
    put(opened, dirk)
    remove_keypad_answer(activation=opened.pk, by=dirk, language="nl", key=3, at=NOON)
    assert answers_in_force(opened) == {"nl": []}
    assert opened.keypad_answers.count() == 2
    with pytest.raises(Refusal, match="no question on this key"):
        remove_keypad_answer(activation=opened.pk, by=dirk, language="nl", key=3, at=NOON)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"key": 2}, "keys 3 to 9"),
        ({"key": 10}, "keys 3 to 9"),
        ({"question": " ? "}, "Write the question"),
        ({"question": "a" * 121}, "at most"),
        ({"text": " "}, "empty"),
        ({"text": "a" * 1501}, "at most"),
    ],
)
def test_what_cannot_be_on_a_key_is_refused(
    dirk: Person, opened: Activation, given: dict[str, object], says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        put(opened, dirk, **given)  # type: ignore[arg-type]
    assert not opened.keypad_answers.exists()


def test_only_an_officer_of_the_authority_changes_answers(carl: Person, otto: Person, opened: Activation) -> None:
    world.keypad_answer(opened)
    for stranger in (carl, otto):
        with pytest.raises(Refusal):
            put(opened, stranger)
        with pytest.raises(Refusal):
            remove_keypad_answer(activation=opened.pk, by=stranger, language="nl", key=3, at=NOON)
    assert opened.keypad_answers.count() == 1


def test_which_answer_was_heard_is_stored_and_loaded_again(dirk: Person, opened: Activation) -> None:
    key = put(opened, dirk)
    floor = Floor(lines=memory.load_scripts(State.OPEN))
    seconds = 0

    def record(*events: ports.Event) -> Call:
        nonlocal floor, seconds
        seconds += 1
        at = NOON + timedelta(seconds=seconds)
        decision = actions.decide_and_record(
            decide=lambda orders: decide(floor, events, now=at), at=at, max_order_age=timedelta(seconds=10)
        )
        floor = decision.floor
        return memory.load_calls().get("c1") or decision.calls[0]

    front = record(ports.CallArrived("c1", "1771", "", NOON))
    assert front.state is CallState.INFORMING
    record(ports.MessagePlayed("c1", front.message))
    telling = record(ports.KeyPressed("c1", "3"))
    assert (telling.question, telling.answer, telling.heard) == (Question.ANSWERS, key, None)
    heard = record(ports.MessagePlayed("c1", telling.message))
    assert (heard.answer, heard.heard) == (None, key)
    record(ports.LegEnded("c1"))
    kept = CallStep.objects.order_by("id").values_list("after", "answer")
    assert list(kept) == [("informing", None), ("choosing", None), ("choosing", key), ("ended", key)]
