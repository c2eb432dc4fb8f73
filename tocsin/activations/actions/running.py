"""What is asked of agents, what is aimed at, and how many wait."""

from datetime import datetime, timedelta

from django.db import transaction

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions.changing import locked, noted
from tocsin.activations.models import Activation
from tocsin.activations.rules import LEVELS, MOST_WAITING, Requirement, State, Stream, Target
from tocsin.authorities.queries import acts_for
from tocsin.refusals import Refusal


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
        closed = Refusal("This line is closed: nothing is asked of agents any more.")
        changed = _run_by(by, activation, closed=closed)
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
        noted("activation.requirement_changed", changed, by=by, at=at, facts=facts)
    return changed


def change_target(*, activation: int, by: Person, target: Target, at: datetime) -> Activation:
    """Aim at something else; the figures of all calls of the activation are told by it from now on."""
    with transaction.atomic():
        closed = Refusal("This line is closed: its figures stay as they are.")
        changed = _run_by(by, activation, closed=closed)
        changed.target_within, changed.target_percent = target.within, target.percent
        changed.save(update_fields=["target_within", "target_percent"])
        facts = {"within_seconds": target.within.total_seconds(), "percent": target.percent}
        noted("activation.target_changed", changed, by=by, at=at, facts=facts)
    return changed


def change_queue_limit(*, activation: int, by: Person, most_waiting: int | None, at: datetime) -> Activation:
    """Let so many callers wait in person, of those who come to the line from now on; None has no limit."""
    with transaction.atomic():
        closed = Refusal("This line is closed: nobody waits on it any more.")
        changed = _run_by(by, activation, closed=closed)
        if most_waiting is not None and not 0 <= most_waiting <= MOST_WAITING:
            raise Refusal("At most %(most)d callers can wait in line.", most=MOST_WAITING)
        changed.most_waiting = most_waiting
        changed.save(update_fields=["most_waiting"])
        noted("activation.queue_limited", changed, by=by, at=at, facts={"most_waiting": most_waiting})
    return changed


def _run_by(person: Person, key: int, *, closed: Refusal) -> Activation:
    """An activation, locked, that a coordinator runs; `closed` where it is over."""
    activation = locked(key)
    if not acts_for(person, activation.authority, Role.COORDINATOR):
        raise Refusal("Only a coordinator of this authority says what is asked of agents, and what is aimed at.")
    if activation.state == State.CLOSED:
        raise closed
    return activation
