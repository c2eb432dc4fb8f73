"""From the order to open until the last caller has left."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.activations.actions.changing import check_officer, locked, noted
from tocsin.activations.actions.incidents import key_on, name_in_words
from tocsin.activations.actions.languages import check_languages
from tocsin.activations.actions.words import front_words
from tocsin.activations.models import Activation, OpeningHours
from tocsin.activations.rules import Event, Hours, Kind, State, Stream, next_state
from tocsin.authorities.models import Authority, Number
from tocsin.refusals import Refusal

# What reaching a state is called in the logbook.
_FACTS = {
    State.OPEN: "activation.opened",
    State.CLOSING: "activation.closing_ordered",
    State.CLOSED: "activation.closed",
}


def order_opening(
    *,
    by: Person,
    authority: Authority,
    number: Number,
    title: str,
    kind: Kind,
    languages: Sequence[str],
    front_texts: Mapping[str, str],
    recordings: Mapping[str, str],
    hours: Sequence[Hours],
    at: datetime,
    streams: Sequence[Stream] = (Stream.D5,),
    call_backs: bool = True,
    dials_itself: bool = False,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Activation:
    """Order that a number be opened; the switchboard opens it and says so with `confirm_open`.

    `languages` are in the order of the keypad's keys. Each needs a text in `front_texts` or the media name of
    an uploaded recording in `recordings`. No `hours` means day and night. With `dials_itself`, call-backs are
    dialled without asking the agent. `names` are what callers hear it called where more is open on the number; in
    every language, where more is. Raises Refusal, with nothing kept.
    """
    check_officer(by, authority)
    title = title.strip()
    if not title:
        raise Refusal("Give what happens a title: agents and the report will show it.")
    check_languages(languages)
    words = {language: front_words(language, front_texts, recordings) for language in languages}
    called = {language: name_in_words(names.get(language, "")) for language in languages}
    with transaction.atomic():
        key = key_on(number, authority, kind=kind, names=called)
        activation = Activation.objects.create(
            authority=authority,
            number=number,
            key=key,
            title=title,
            kind=kind.value,
            languages=list(languages),
            streams=[stream.value for stream in streams],
            call_backs=call_backs,
            dials_itself=dials_itself,
            timezone=authority.timezone,
            state=State.ORDERED.value,
            ordered_at=at,
        )
        for language, (text, recording) in words.items():
            activation.front_messages.create(language=language, text=text, recording=recording, by=by, at=at)
            if called[language]:
                activation.incident_names.create(language=language, text=called[language], by=by, at=at)
        OpeningHours.objects.bulk_create(
            OpeningHours(activation=activation, weekday=each.weekday, start=each.start, until=each.until)
            for each in hours
        )
        activation.steps.create(before="", after=State.ORDERED.value, at=at, by=by)
        facts = {
            "number": number.digits,
            "kind": kind.value,
            "languages": list(languages),
            "title": title,
            "streams": [stream.value for stream in streams],
            "call_backs": call_backs,
            "names": {language: name for language, name in called.items() if name},
        }
        noted("activation.ordered", activation, by=by, at=at, facts=facts)
    return activation


def confirm_open(*, activation: int, at: datetime) -> Activation:
    """The number answers: said by the switchboard alone, once it does."""
    return _move(activation, Event.LINE_ANSWERS, by=None, at=at, why="")


def order_closing(*, activation: int, by: Person, at: datetime, why: str) -> Activation:
    """Let nobody new in; it closes when the last caller has left, or at once if it never opened."""
    why = why.strip()
    if not why:
        raise Refusal("Say why you close the line: the reason is kept in the logbook.")
    return _move(activation, Event.CLOSE_ORDERED, by=by, at=at, why=why)


def confirm_closed(*, activation: int, at: datetime) -> Activation:
    """The last caller left: said by the switchboard alone."""
    return _move(activation, Event.LAST_CALLER_LEFT, by=None, at=at, why="")


def _move(key: int, event: Event, *, by: Person | None, at: datetime, why: str) -> Activation:
    """One transition: its row, its logbook line, and word to the switchboard."""
    with transaction.atomic():
        activation = locked(key)
        if by is not None:
            check_officer(by, activation.authority)
        before = State(activation.state)
        after = next_state(before, event)
        activation.state = after.value
        activation.save(update_fields=["state"])
        activation.steps.create(before=before.value, after=after.value, at=at, by=by, why=why)
        noted(_FACTS[after], activation, by=by, at=at, facts={"why": why} if why else {})
    return activation
