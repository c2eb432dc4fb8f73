"""The authority whose number is called, and the line that is open on it: every message is a tone of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from tests.telephony.centre import Centre
from tests.telephony.hearing import Samples, pure_tone, read_wav
from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.actions import order_closing, order_opening
from tocsin.activations.models import Activation
from tocsin.activations.queries import live_activation
from tocsin.activations.rules import Hours, Kind, State, Stream
from tocsin.authorities.actions import add_authority, add_person, assign_number
from tocsin.authorities.models import Authority, Number
from tocsin.gateways.speech import EspeakSpeech
from tocsin.gateways.speech.sound import write_sound
from tocsin.project.telephony import ensure_engine

# The front message of each language is a tone instead of words; the second gives time to do something meanwhile.
FRONT_HZ = {"nl": 700, "fr": 850}
FRONT_SECONDS = {"nl": 0.5, "fr": 3.0}
# The chime that the engine plays to those who wait, and the tones of callers and agents in these tests.
MUSIC_HZ = (392.0, 587.33)
CALLER_HZ, AGENT_HZ, COLLEAGUE_HZ = 440, 1000, 1500
# As long as a test may take.
TONE_SECONDS = 300


@dataclass(frozen=True)
class House:
    """The municipality of Rivaal and its duty officer, in the centre that runs."""

    centre: Centre
    authority: Authority
    officer: Person
    recordings: Mapping[str, str]

    def order(
        self,
        number: str,
        *,
        languages: Sequence[str] = ("nl", "fr"),
        hours: Sequence[Hours] = (),
        streams: Sequence[Stream] = (Stream.D5,),
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> Activation:
        """Order that a number be opened; beside what is open on it, where names are given."""
        now = datetime.now(UTC)
        found = Number.objects.filter(digits=number, authorities=self.authority).first()
        return order_opening(
            by=self.officer,
            authority=self.authority,
            number=found or assign_number(by=None, authority=self.authority, digits=number, at=now),
            title="Rook boven de haven",
            kind=Kind.REAL,
            languages=languages,
            front_texts={},
            recordings={language: self.recordings[language] for language in languages},
            hours=hours,
            streams=streams,
            names=names,
            at=now,
        )

    def close(self, activation: Activation) -> None:
        """Order that a line be closed."""
        order_closing(activation=activation.pk, by=self.officer, at=datetime.now(UTC), why="Het vuur is uit.")

    def comes_to(self, state: State, activation: Activation) -> Activation:
        """The activation, once it is in a state."""

        def there() -> bool:
            activation.refresh_from_db()
            return activation.state == state

        self.centre.until(there, f"the line to be {state}")
        return activation

    def recording(self, name: str) -> Samples:
        """What the centre plays under a media name."""
        return read_wav((self.centre.instance.home / "media" / f"{name}.wav").read_bytes())


def found_house(centre: Centre) -> House:
    """Rivaal takes the place of the demo's authority on 1771."""
    now = datetime.now(UTC)
    if demo := live_activation(number="1771"):
        visitor = demo.authority.members.first()
        assert visitor is not None
        order_closing(activation=demo.pk, by=visitor, at=now, why="The tests need the number.")
    authority = add_authority(by=None, name="Rivaal", languages=("nl", "fr"), timezone="Europe/Brussels", at=now)
    officer = add_person(
        by=None,
        email="dirk@example.org",
        name="Dirk",
        roles=(Role.DUTY_OFFICER,),
        language="nl",
        authorities=[authority],
        at=now,
    )
    house = House(centre, authority, officer, _record_tones(centre))
    if demo:
        house.comes_to(State.CLOSED, demo)
    return house


def tone(hz: int) -> str:
    """The recording of a tone for telephones out there to sound."""
    return f"tones/{hz}"


def _record_tones(centre: Centre) -> dict[str, str]:
    """Make what the telephones sound, and the front messages; answers the latter by language."""
    media = centre.instance.home / "media"
    for hz in (CALLER_HZ, AGENT_HZ, COLLEAGUE_HZ):
        write_sound(media / f"{tone(hz)}.wav", pure_tone(hz=hz, seconds=TONE_SECONDS))
    speech = EspeakSpeech(media=media, espeak=ensure_engine(centre.instance).espeak)
    names = {}
    with TemporaryDirectory() as folder:
        for language, hz in FRONT_HZ.items():
            file = Path(folder, f"{language}.wav")
            write_sound(file, pure_tone(hz=hz, seconds=FRONT_SECONDS[language]))
            names[language] = speech.accept_recording(path=file)
    return names
