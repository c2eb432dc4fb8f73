"""The only writer of activations: ordered, opened, spoken for, closed; the switchboard is told each time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import get_language_info

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation, FrontMessage, OpeningHours
from tocsin.activations.queries import live_activations
from tocsin.activations.rules import (
    LEVELS,
    LONGEST_FRONT_TEXT,
    SPOKEN_LANGUAGES,
    Event,
    Hours,
    Kind,
    Requirement,
    State,
    Stream,
    next_state,
)
from tocsin.authorities.models import Authority, Number
from tocsin.logbook.actions import note, notify
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
) -> Activation:
    """Order that a number be opened; the switchboard opens it and says so with `confirm_open`.

    `languages` are in the order of the keypad's keys. Each needs a text in `front_texts` or the media name of
    an uploaded recording in `recordings`. No `hours` means day and night. With `dials_itself`, call-backs are
    dialled without asking the agent. Raises Refusal, with nothing kept.
    """
    _check_officer(by, authority)
    title = title.strip()
    if not title:
        raise Refusal("Give what happens a title: agents and the report will show it.")
    _check_languages(languages)
    words = {language: _front_words(language, front_texts, recordings) for language in languages}
    with transaction.atomic():
        _check_number(number, authority)
        activation = Activation.objects.create(
            authority=authority,
            number=number,
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
        }
        _note("activation.ordered", activation, by=by, at=at, facts=facts)
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


def change_front_message(
    *, activation: int, by: Person, language: str, text: str, recording: str, at: datetime
) -> FrontMessage:
    """Put another front message in force for callers who have yet to hear it; the older ones are kept."""
    with transaction.atomic():
        changed = _locked(activation)
        _check_officer(by, changed.authority)
        if State(changed.state) not in (State.ORDERED, State.OPEN):
            raise Refusal("This activation lets nobody in any more, so its message stays as it was.")
        if language not in changed.languages:
            raise Refusal("This activation does not speak that language.")
        text, recording = _front_words(language, {language: text}, {language: recording})
        message = changed.front_messages.create(language=language, text=text, recording=recording, by=by, at=at)
        facts = {"language": language, "text": text, "recording": recording}
        _note("activation.front_message_changed", changed, by=by, at=at, facts=facts)
    return message


def change_requirement(*, activation: int, by: Person, requirement: Requirement, at: datetime) -> Activation:
    """Ask more or less of the agents who are offered the callers, those who wait already, too.

    D2 is no skill to ask for: who calls for it is never offered to anybody without.
    """
    levels = {requirement.language_level, *requirement.skills.values()}
    if not levels <= LEVELS or Stream.D2 in requirement.skills:
        raise Refusal("A level is 1, 2 or 3.")
    if requirement.relaxed_after is not None and requirement.relaxed_after <= timedelta():
        raise Refusal("Less is asked after some wait, or never.")
    with transaction.atomic():
        changed = _locked(activation)
        _check_coordinator(by, changed.authority)
        if changed.state == State.CLOSED:
            raise Refusal("This line is closed: nothing is asked of agents any more.")
        changed.language_level = requirement.language_level
        changed.skills = dict(requirement.skills)
        changed.relaxed_after = requirement.relaxed_after
        changed.save(update_fields=["language_level", "skills", "relaxed_after"])
        after = requirement.relaxed_after
        facts = {
            "language_level": requirement.language_level,
            "skills": [f"{name} {level}" for name, level in sorted(requirement.skills.items())],
            "relaxed_after_seconds": after.total_seconds() if after else None,
        }
        _note("activation.requirement_changed", changed, by=by, at=at, facts=facts)
    return changed


def _move(key: int, event: Event, *, by: Person | None, at: datetime, why: str) -> Activation:
    """One transition: its row, its logbook line, and word to the switchboard."""
    with transaction.atomic():
        activation = _locked(key)
        if by is not None:
            _check_officer(by, activation.authority)
        before = State(activation.state)
        after = next_state(before, event)
        activation.state = after.value
        activation.save(update_fields=["state"])
        activation.steps.create(before=before.value, after=after.value, at=at, by=by, why=why)
        _note(_FACTS[after], activation, by=by, at=at, facts={"why": why} if why else {})
    return activation


def _locked(key: int) -> Activation:
    # Not FOR UPDATE: it would keep out the foreign keys of calls that are being recorded, whose transaction may
    # hold the logbook's chain, which we ask for next.
    locked = Activation.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("authority").get(pk=key)


def _note(
    kind: str, activation: Activation, *, by: Person | None, at: datetime, facts: Mapping[str, object]
) -> None:
    subject = f"activation:{activation.pk}"
    note(kind=kind, subject=subject, by=by, at=at, authority=activation.authority_id, facts=facts)
    notify("tocsin_switchboard", "lines")


def _check_officer(person: Person, authority: Authority) -> None:
    if not authority.members.filter(pk=person.pk).exists():
        raise Refusal("You do not act for this authority, so you cannot open or close its line.")
    if not person.has_role(Role.DUTY_OFFICER):
        raise Refusal("Only a duty officer opens or closes a line, or changes what it says.")


def _check_coordinator(person: Person, authority: Authority) -> None:
    if not (person.has_role(Role.COORDINATOR) and authority.members.filter(pk=person.pk).exists()):
        raise Refusal("Only a coordinator of this authority says what is asked of agents.")


def _check_number(number: Number, authority: Authority) -> None:
    """The number is the authority's and free. Locks it, so that of two orders one waits and then hears no."""
    own = Number.objects.select_for_update(of=("self",), no_key=True).filter(pk=number.pk, authorities=authority)
    if own.first() is None:
        raise Refusal("The number %(number)s is not one of %(authority)s.", number=number, authority=authority)
    holder = live_activations().filter(number=number).select_related("authority").first()
    if holder is None:
        return
    if holder.authority_id == authority.pk:
        raise Refusal(
            "%(number)s is already in use for “%(title)s”: close that first, or change its message.",
            number=number,
            title=holder.title,
        )
    raise Refusal("%(number)s is in use by another authority at this moment.", number=number)


def _check_languages(languages: Sequence[str]) -> None:
    if not languages:
        raise Refusal("Choose at least one language.")
    if len(set(languages)) < len(languages):
        raise Refusal("Each language has one key.")
    for language in languages:
        if language not in SPOKEN_LANGUAGES:
            raise Refusal("The centre has no voice for the language “%(code)s”.", code=language)


def _front_words(language: str, texts: Mapping[str, str], recordings: Mapping[str, str]) -> tuple[str, str]:
    """The text and the recording of a language, one of which may be empty."""
    text, recording = texts.get(language, "").strip(), recordings.get(language, "")
    name = get_language_info(language)["name_local"]
    if not text and not recording:
        raise Refusal("The message in %(name)s is empty: write it, or upload a recording.", name=name)
    if text and not any(character.isalnum() for character in text):
        raise Refusal("The message in %(name)s has no words: callers would hear nothing.", name=name)
    if len(text) > LONGEST_FRONT_TEXT:
        raise Refusal(
            "The message in %(name)s has %(length)d characters; callers listen to %(longest)d at most.",
            name=name,
            length=len(text),
            longest=LONGEST_FRONT_TEXT,
        )
    return text, recording
