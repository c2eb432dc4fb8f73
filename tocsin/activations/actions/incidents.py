"""What callers of a number choose between, and what each is called."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from tocsin.accounts.models import Person
from tocsin.activations.actions.changing import changeable, noted
from tocsin.activations.models import Activation
from tocsin.activations.queries import live_activations, names_in_force
from tocsin.activations.rules import INCIDENT_KEYS, LONGEST_NAME, Kind, State, has_words
from tocsin.authorities.models import Authority, Number
from tocsin.refusals import Refusal


def change_name(*, activation: int, by: Person, language: str, text: str, at: datetime) -> None:
    """Have callers who choose between several incidents hear this one called something else.

    An empty text takes the name back, which is refused while something else is open on the number.
    """
    name = name_in_words(text)
    with transaction.atomic():
        changed = changeable(activation, by=by, language=language)
        beside = offered_on(changed.number).exclude(pk=changed.pk)
        if not name and beside.exists():
            raise Refusal("Something else is open on this number: callers choose this by its name.")
        check_told_apart({language: name}, beside)
        changed.incident_names.create(language=language, text=name, by=by, at=at)
        noted("activation.name_changed", changed, by=by, at=at, facts={"language": language, "text": name})


def key_on(number: Number, authority: Authority, *, kind: Kind, names: Mapping[str, str]) -> int:
    """The key by which callers choose what is opened on a number: the authority's, and free, or to be shared.

    Locks the number, so that of two orders one waits and then hears of the other.
    """
    own = Number.objects.select_for_update(of=("self",), no_key=True).filter(pk=number.pk, authorities=authority)
    if own.first() is None:
        raise Refusal("The number %(number)s is not one of %(authority)s.", number=number, authority=authority)
    there = list(live_activations().filter(number=number).select_related("authority"))
    if there:
        _check_beside(there, number, authority, kind=kind, names=names)
    return min(set(INCIDENT_KEYS) - {each.key for each in there})


def _check_beside(
    there: Sequence[Activation], number: Number, authority: Authority, *, kind: Kind, names: Mapping[str, str]
) -> None:
    """Whether something may be opened beside what is there: of one kind, few enough, and each with a name."""
    own = [each for each in there if each.authority_id == authority.pk]
    if not all(names.values()) and own:
        raise Refusal(
            "%(number)s is already in use for “%(title)s”: close that first, or give this a name in each of its "
            "languages, by which callers choose.",
            number=number,
            title=own[0].title,
        )
    if not all(names.values()):
        raise Refusal("%(number)s is in use by another authority at this moment.", number=number)
    if there[0].kind != kind:
        raise Refusal(
            "%(number)s is in use: an exercise and what is real never share a number. Close the one first.",
            number=number,
        )
    if len(there) >= len(INCIDENT_KEYS):
        raise Refusal(
            "On %(number)s there are %(most)d already: callers keep no more apart.",
            number=number,
            most=len(INCIDENT_KEYS),
        )
    for each in own:
        if each.state != State.CLOSING and set(each.languages) - names_in_force(each).keys():
            raise Refusal(
                "“%(title)s” has no name yet that callers choose by: give it one in each of its languages, on its "
                "page. Then this can be opened beside it.",
                title=each.title,
            )
    check_told_apart(names, offered_on(number))


def offered_on(number: Number) -> QuerySet[Activation]:
    """What callers of a number choose between."""
    lets_in = [State.ORDERED.value, State.OPEN.value]
    return live_activations().filter(number=number, state__in=lets_in).select_related("authority")


def check_told_apart(names: Mapping[str, str], others: Iterable[Activation]) -> None:
    for other in others:
        called = dict.fromkeys(other.languages, other.authority.name) | names_in_force(other)
        if any(name and name.casefold() == called.get(code, "").casefold() for code, name in names.items()):
            raise Refusal("Callers could not tell it from what is open already: give it another name.")


def name_in_words(name: str) -> str:
    """What callers hear an incident called, or nothing."""
    name = " ".join(name.split())
    if name and not has_words(name):
        raise Refusal("The name has no words: callers would hear nothing.")
    if len(name) > LONGEST_NAME:
        raise Refusal(
            "The name has %(length)d characters; callers listen to %(longest)d at most.",
            length=len(name),
            longest=LONGEST_NAME,
        )
    return name
