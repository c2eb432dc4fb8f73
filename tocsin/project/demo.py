"""What a demonstration begins with: an authority, a number, people, and an exercise that is open."""

from datetime import datetime

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions import order_opening
from tocsin.activations.queries import live_activation
from tocsin.activations.rules import Kind, Stream
from tocsin.authorities.actions import add_authority, add_person, assign_number
from tocsin.authorities.models import Authority, Number
from tocsin.calls.actions import add_topics
from tocsin.web.demo import NUMBER, VISITORS_DOMAIN
from tocsin.workforce.actions import enrol_agent
from tocsin.workforce.rules import Level

LANGUAGES = ("nl", "fr", "de", "en")
# Whoever opens the desk may be any of these, and whoever calls may choose any language: all speak all of them.
VISITORS = (
    ("Ann Peeters", ()),
    ("Bram Claes", ()),
    ("Camille Dubois", ()),
    ("Dario Rossi", ()),
    ("Elke Schmitz", ()),
    ("Fatima Amrani", ()),
    ("Olena Kovalenko", ("uk", "ru")),
    ("Yuri Melnyk", ("uk", "ru")),
)
TOPICS = (
    "Smoke and smell",
    "Windows and ventilation",
    "Drinking water",
    "Food from the garden",
    "Schools and childcare",
    "Roads and public transport",
    "Health complaints",
    "Looking for somebody",
    "Something else",
)
FRONT_TEXTS = {
    "nl": "In de haven brandt een loods. De rook trekt naar het noorden. Sluit ramen en deuren en blijf binnen. "
    "Bij gevaar belt u 112.",
    "fr": "Un entrepôt brûle dans le port. La fumée va vers le nord. Fermez portes et fenêtres et restez à "
    "l'intérieur. En cas de danger, appelez le 112.",
    "de": "Im Hafen brennt eine Lagerhalle. Der Rauch zieht nach Norden. Schließen Sie Fenster und Türen und "
    "bleiben Sie im Haus. Bei Gefahr rufen Sie die 112.",
    "en": "A warehouse is on fire in the harbour. The smoke moves north. Close windows and doors and stay inside. "
    "If you are in danger, call 112.",
}


def prepare_demo(*, at: datetime) -> None:
    """Make what is missing; where the number is closed, open it again for an exercise."""
    authority = Authority.objects.filter(name="Havenstad").first() or _found_authority(at)
    if live_activation(number=NUMBER) is None:
        order_opening(
            by=Person.objects.get(email=_address(0)),
            authority=authority,
            number=Number.objects.get(digits=NUMBER),
            title="Fire in the harbour",
            kind=Kind.EXERCISE,
            languages=LANGUAGES,
            front_texts=FRONT_TEXTS,
            recordings={},
            hours=(),
            at=at,
        )


def _found_authority(at: datetime) -> Authority:
    authority = add_authority(by=None, name="Havenstad", languages=LANGUAGES, timezone="Europe/Brussels", at=at)
    assign_number(by=None, authority=authority, digits=NUMBER, at=at)
    add_topics(authority=authority, names=TOPICS, by=None, at=at)
    for place, (name, more_languages) in enumerate(VISITORS):
        person = add_person(
            by=None,
            email=_address(place),
            name=name,
            # One browser has one session: the visitor who answers also watches.
            roles=(Role.AGENT, Role.COORDINATOR, Role.DUTY_OFFICER),
            language="en",
            authorities=[authority],
            at=at,
            synthetic=True,
        )
        enrol_agent(
            person=person,
            languages=dict.fromkeys((*LANGUAGES, *more_languages), Level.GOOD),
            skills={Stream.D2: Level.SOME},
            serves=[authority],
            by=None,
            at=at,
        )
    return authority


def _address(place: int) -> str:
    return f"visitor-{place + 1}@{VISITORS_DOMAIN}"
