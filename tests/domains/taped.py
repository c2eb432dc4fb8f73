"""Tapes as tests have them: their terms, their rows, and what the switch leaves of them."""

import wave
from datetime import timedelta
from pathlib import Path

from tests.world import NOON
from tocsin.accounts.models import Person
from tocsin.activations.actions import change_hearing_terms
from tocsin.activations.models import Activation, HearingTerms
from tocsin.authorities.actions import acting_as_centre
from tocsin.calls.models import Call, Tape
from tocsin.workforce.models import Agent

DAYS = 30


def terms_of(activation: Activation, **changed: object) -> HearingTerms:
    said = {"records": True, "basis": "Consent", "article": "GDPR, article 6(1)(a)", "days": DAYS, "at": NOON}
    notices = dict.fromkeys(activation.languages, "Wij nemen op.")
    return HearingTerms.objects.create(**({"activation": activation, "notices": notices} | said | changed))


def keep_row(activation: Activation, agent: Agent, name: str, **known: object) -> Tape:
    began = {"began_at": NOON, "ended_at": NOON + timedelta(minutes=2), "whole": True, "seconds": 120}
    terms = activation.hearing_terms.last() or terms_of(activation)
    leg, _, _ = name.partition("-tape-")
    Call.objects.get_or_create(
        leg=leg,
        defaults={
            "number": "1771",
            "activation": activation,
            "language": "nl",
            "state": "ended",
            "since": NOON,
            "arrived_at": NOON,
        },
    )
    with acting_as_centre():
        return Tape.objects.create(
            **(
                {
                    "name": name,
                    "call_id": leg,
                    "activation": activation,
                    "authority": activation.authority,
                    "stream": "d5",
                    "language": "nl",
                    "agent": agent,
                    "terms": terms,
                }
                | began
                | known
            )
        )


def sound(folder: Path, name: str, *, seconds: int = 2) -> bytes:
    """What the switch leaves of a tape."""
    with wave.open(str(folder / "tapes" / f"{name}.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x01\x02" * 8000 * seconds)
    return (folder / "tapes" / f"{name}.wav").read_bytes()


def row(name: str) -> Tape:
    with acting_as_centre():
        return Tape.objects.get(pk=name)


def change(activation: Activation, by: Person, **changed: object) -> None:
    said = {
        "tells_hearing": False,
        "records": True,
        "every": True,
        "questions": False,
        "basis": "Consent",
        "article": "GDPR, article 6(1)(a)",
        "notices": {"nl": "Wij nemen op voor de opleiding."},
        "days": DAYS,
    }
    change_hearing_terms(**({"activation": activation.pk, "by": by, "at": NOON} | said | changed))  # type: ignore[arg-type]


def train(person: Person) -> None:
    """Let somebody hear victims and relatives."""
    Agent.objects.create(person=person, languages={"nl": 3}, skills={"d2": 1}, since=NOON, idle_since=NOON)
