"""What callers hear and are sent: the front message, keypad answers, news, SMS, the survey."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language_info

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions.changing import changeable, noted
from tocsin.activations.models import FrontMessage, KeypadAnswer
from tocsin.activations.rules import (
    ANSWER_KEYS,
    LONGEST_FRONT_TEXT,
    LONGEST_NEWS,
    LONGEST_QUESTION,
    LONGEST_SMS,
    LONGEST_SURVEY,
    has_words,
)
from tocsin.refusals import Refusal


def change_front_message(
    *, activation: int, by: Person, language: str, text: str, recording: str, at: datetime
) -> FrontMessage:
    """Put another front message in force for callers who have yet to hear it; the older ones are kept."""
    with transaction.atomic():
        changed = changeable(activation, by=by, language=language)
        text, recording = front_words(language, {language: text}, {language: recording})
        message = changed.front_messages.create(language=language, text=text, recording=recording, by=by, at=at)
        facts = {"language": language, "text": text, "recording": recording}
        noted("activation.front_message_changed", changed, by=by, at=at, facts=facts)
    return message


def change_keypad_answer(
    *,
    activation: int,
    by: Person,
    language: str,
    key: int,
    question: str,
    text: str,
    recording: str,
    at: datetime,
) -> KeypadAnswer:
    """Put a question and its answer on a key of the keypad, for the next caller; what was there is kept.

    The answer is the text, spoken, or the media name of an uploaded recording. Raises Refusal, with nothing kept.
    """
    with transaction.atomic():
        changed = changeable(activation, by=by, language=language)
        if key not in ANSWER_KEYS:
            raise Refusal(
                "Questions are on the keys %(first)d to %(last)d.", first=ANSWER_KEYS[0], last=ANSWER_KEYS[-1]
            )
        question = _question(question)
        text, recording = front_words(language, {language: text}, {language: recording})
        answer = changed.keypad_answers.create(
            language=language, key=key, question=question, text=text, recording=recording, by=by, at=at
        )
        facts = {"language": language, "key": key, "question": question, "text": text, "recording": recording}
        noted("activation.answer_changed", changed, by=by, at=at, facts=facts)
    return answer


def remove_keypad_answer(*, activation: int, by: Person, language: str, key: int, at: datetime) -> None:
    """Take a question off its key; whoever listens to its answer hears it to the end."""
    with transaction.atomic():
        changed = changeable(activation, by=by, language=language)
        newest = changed.keypad_answers.filter(language=language, key=key).order_by("id").last()
        if newest is None or not newest.question:
            raise Refusal("There is no question on this key any more.")
        changed.keypad_answers.create(language=language, key=key, by=by, at=at)
        facts = {"language": language, "key": key, "question": newest.question}
        noted("activation.answer_removed", changed, by=by, at=at, facts=facts)


def change_news(*, activation: int, by: Person, language: str, text: str, at: datetime) -> None:
    """Tell those in line something else, or with an empty text nothing more.

    A coordinator may do so, too: it is about how it goes, and not what the authority says first.
    """
    text = " ".join(text.split())
    if text and not has_words(text):
        raise Refusal("The news has no words: callers would hear nothing.")
    if len(text) > LONGEST_NEWS:
        raise Refusal(
            "The news has %(length)d characters; callers listen to %(longest)d at most.",
            length=len(text),
            longest=LONGEST_NEWS,
        )
    with transaction.atomic():
        changed = changeable(activation, by=by, language=language, roles=(Role.DUTY_OFFICER, Role.COORDINATOR))
        changed.news.create(language=language, text=text, by=by, at=at)
        noted("activation.news_changed", changed, by=by, at=at, facts={"language": language, "text": text})


def change_sms(*, activation: int, by: Person, language: str, text: str, at: datetime) -> None:
    """Send callers who ask for it something else by SMS, or with an empty text nothing more."""
    text = " ".join(text.split())
    if text and not has_words(text):
        raise Refusal("The SMS has no words: nobody would know what it is about.")
    if len(text) > LONGEST_SMS:
        raise Refusal(
            "The SMS has %(length)d characters; it may have %(longest)d at most.",
            length=len(text),
            longest=LONGEST_SMS,
        )
    with transaction.atomic():
        changed = changeable(activation, by=by, language=language)
        changed.sms_texts.create(language=language, text=text, by=by, at=at)
        noted("activation.sms_changed", changed, by=by, at=at, facts={"language": language, "text": text})


def change_survey(*, activation: int, by: Person, language: str, text: str, at: datetime) -> None:
    """Ask callers something else after the conversation, or with an empty text nothing more.

    Raises Refusal where there are no words, or too many.
    """
    text = " ".join(text.split())
    if text and not has_words(text):
        raise Refusal("The question has no words: nobody could answer it.")
    if len(text) > LONGEST_SURVEY:
        raise Refusal(
            "The question has %(length)d characters; it may have %(longest)d at most.",
            length=len(text),
            longest=LONGEST_SURVEY,
        )
    with transaction.atomic():
        changed = changeable(activation, by=by, language=language)
        changed.survey_questions.create(language=language, text=text, by=by, at=at)
        noted("activation.survey_changed", changed, by=by, at=at, facts={"language": language, "text": text})


def _question(question: str) -> str:
    question = " ".join(question.split())
    if not has_words(question):
        raise Refusal("Write the question: callers hear it, and then which key to press.")
    if len(question) > LONGEST_QUESTION:
        raise Refusal(
            "The question has %(length)d characters; callers listen to %(longest)d at most.",
            length=len(question),
            longest=LONGEST_QUESTION,
        )
    return question


def front_words(language: str, texts: Mapping[str, str], recordings: Mapping[str, str]) -> tuple[str, str]:
    """The text and the recording of a language, one of which may be empty."""
    text, recording = texts.get(language, "").strip(), recordings.get(language, "")
    name = get_language_info(language)["name_local"]
    if not text and not recording:
        raise Refusal("The message in %(name)s is empty: write it, or upload a recording.", name=name)
    if text and not has_words(text):
        raise Refusal("The message in %(name)s has no words: callers would hear nothing.", name=name)
    if len(text) > LONGEST_FRONT_TEXT:
        raise Refusal(
            "The message in %(name)s has %(length)d characters; callers listen to %(longest)d at most.",
            name=name,
            length=len(text),
            longest=LONGEST_FRONT_TEXT,
        )
    return text, recording
