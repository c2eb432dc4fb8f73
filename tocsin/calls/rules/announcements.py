"""What callers are told while they wait: the place in line, and how long it will take where that can be said."""

from tocsin.calls.rules import (
    answers,
    asking,
    call_back_words,
    moves,
    sms,
    sms_words,
    timing,
    voice_question_words,
    voice_questions,
)
from tocsin.calls.rules import script as words
from tocsin.calls.rules.draft import Draft
from tocsin.calls.rules.forecast import Crew, forecast
from tocsin.calls.rules.script import Script
from tocsin.calls.rules.states import NOT_ASKED, Call, CallState


def announce_places(draft: Draft) -> None:
    """Tell those whose announcement is due their places in line; music goes on afterwards."""
    due = [draft.calls[leg] for leg in draft.line.due_calls.until(draft.now)]
    due = [call for call in due if call.state is CallState.WAITING]
    if not due:
        return
    crew = Crew(draft)
    for call in due:
        place, wait = forecast(draft, call, crew)
        draft.tell(moves.StopPlaying(call.voice, call.playing))
        script = draft.floor.script_of(call)
        news = words.news(script, call.language) if script and _are_news_due(draft, call, script) else ()
        told = draft.keep_call(
            call,
            messages=call.messages + 1,
            due_at=draft.now + timing.POSITION,
            told_by=draft.now + wait.late if wait else None,
            told_place=place if wait else None,
            news_at=draft.now if news else call.news_at,
            **NOT_ASKED,
        )
        recordings = words.position(told.language, place) + words.wait(told.language, wait) + news
        if asking.may_ask(draft, told):
            recordings += call_back_words.offer(told.language)
        if answers.are_for(told, script, told.language):
            recordings += words.answers_in_line(told.language)
        if voice_questions.is_offered(draft, told):
            recordings += voice_question_words.offer(told.language)
        if sms.is_offered(draft, told):
            recordings += sms_words.offer(told.language)
        draft.tell(moves.Play(told.voice, told.message, recordings))


def _are_news_due(draft: Draft, call: Call, script: Script) -> bool:
    """Whether the news changed since the caller came in line or heard them, or were heard some time ago."""
    news = script.news.get(call.language)
    before = call.news_at or call.queued_at
    if news is None or news.since is None or before is None:
        return news is not None
    return news.since > before or draft.now - before >= timing.NEWS
