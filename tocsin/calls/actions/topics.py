"""What calls to an authority can be about: its administrator or coordinators arrange the list.

A topic is retired and never deleted, because the notes of earlier calls have it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.models import Authority
from tocsin.authorities.queries import acts_for
from tocsin.calls.models import LONGEST_TOPIC, Topic
from tocsin.logbook.actions import note
from tocsin.refusals import Refusal


def add_topics(*, authority: Authority, names: Iterable[str], by: Person | None, at: datetime) -> None:
    """Add topics; those that are in use already stay as they are, and retired ones are used again.

    `by` is empty on the command line. Raises Refusal, with nothing kept, where nothing is new.
    """
    _check_arranges(by, authority)
    wanted = [_topic_name(name) for name in names]
    with transaction.atomic():
        known = _topics_by_name(authority)
        added = []
        for name in wanted:
            topic = known.setdefault(name.casefold(), Topic(authority=authority, name=name, retired=True))
            if topic.retired:
                topic.retired = False
                topic.save()
                added.append(topic.name)
        if not added:
            raise Refusal("%(authority)s has these topics already.", authority=authority)
        note(
            kind="topics.added",
            subject=f"authority:{authority.pk}",
            by=by,
            at=at,
            authority=authority.pk,
            facts={"names": added},
        )


def rename_topic(*, topic: Topic, name: str, by: Person, at: datetime) -> None:
    """Call a topic something else, in the notes of earlier calls too."""
    _check_arranges(by, topic.authority)
    name = _topic_name(name)
    with transaction.atomic():
        if _topics_by_name(topic.authority).get(name.casefold(), topic) != topic:
            raise Refusal("There is a topic “%(name)s” already, in use or retired.", name=name)
        topic.refresh_from_db()
        before, topic.name = topic.name, name
        if before != name:
            topic.save(update_fields=["name"])
            _note("topic.renamed", topic, by=by, at=at, facts={"before": before, "name": name})


def retire_topic(*, topic: Topic, by: Person, at: datetime) -> None:
    """Offer a topic to agents no more; notes that have it keep it."""
    _check_arranges(by, topic.authority)
    with transaction.atomic():
        if Topic.objects.filter(pk=topic.pk, retired=False).update(retired=True):
            _note("topic.retired", topic, by=by, at=at, facts={"name": topic.name})


def _check_arranges(person: Person | None, authority: Authority) -> None:
    if person is None or person.has_role(Role.ADMINISTRATOR):
        return
    if not acts_for(person, authority, Role.COORDINATOR):
        raise Refusal("Only an administrator, or a coordinator of this authority, changes its topics.")


def _topic_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal("Give the topic a name: agents choose it from a list.")
    if len(name) > LONGEST_TOPIC:
        raise Refusal(
            "“%(name)s” has %(length)d characters; a topic has %(longest)d at most.",
            name=name,
            length=len(name),
            longest=LONGEST_TOPIC,
        )
    return name


def _topics_by_name(authority: Authority) -> dict[str, Topic]:
    """The topics of an authority, in use and retired. Locks it, so that of two who add one name one waits."""
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    return {topic.name.casefold(): topic for topic in authority.topics.all()}


def _note(kind: str, topic: Topic, *, by: Person, at: datetime, facts: dict[str, object]) -> None:
    note(kind=kind, subject=f"topic:{topic.pk}", by=by, at=at, authority=topic.authority_id, facts=facts)
