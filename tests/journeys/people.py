"""Who telephones in a journey: an agent at the desk and a citizen, each a real browser with a voice of its own.

A voice is a tone, so that whoever hears somebody can be told from whoever hears nobody, or music.
"""

import math
import struct
import wave
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.patience import PATIENCE_SECONDS

AGENT_HERTZ, CITIZEN_HERTZ = 1000, 440
PATIENCE_MS = 1000 * PATIENCE_SECONDS
expect.set_options(timeout=PATIENCE_MS)
# The strongest frequency that comes out of the page's telephone is within 15 Hz of the tone, and no whisper.
HEARS = """hertz => {
  const voice = document.getElementById("voice")?.srcObject;
  if (!voice || !voice.getAudioTracks().length) return false;
  window.ear ??= new AudioContext();
  if (window.heardVoice !== voice) {
    window.heardVoice = voice;
    window.spectrum = new AnalyserNode(window.ear, { fftSize: 8192, smoothingTimeConstant: 0 });
    window.ear.createMediaStreamSource(voice).connect(window.spectrum);
  }
  const loudness = new Float32Array(window.spectrum.frequencyBinCount);
  window.spectrum.getFloatFrequencyData(loudness);
  const strongest = loudness.indexOf(Math.max(...loudness));
  const found = strongest * window.ear.sampleRate / window.spectrum.fftSize;
  return loudness[strongest] > -60 && Math.abs(found - hertz) < 15;
}"""


def make_voice(file: Path, *, hertz: int) -> Path:
    """Ten seconds of a tone, which Chromium plays over and over as its microphone."""
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        steps = range(480_000)
        sound.writeframes(
            b"".join(struct.pack("<h", int(9000 * math.sin(2 * math.pi * hertz * n / 48_000))) for n in steps)
        )
    return file


@dataclass(frozen=True)
class Citizen:
    """Somebody at the demonstration's telephone."""

    page: Page

    def call(self, *, key: str) -> None:
        """Call, and choose a language while the languages are told."""
        self.page.get_by_role("button", name="Call", exact=True).click()
        expect(self.page.locator("#citizen")).to_have_attribute("data-call", "up")
        self.page.keyboard.press(key)

    def hang_up(self) -> None:
        self.page.get_by_role("button", name="Hang up").click()

    def hears_the_agent(self, *, hertz: int = AGENT_HERTZ) -> None:
        self.page.wait_for_function(HEARS, arg=hertz, timeout=PATIENCE_MS)

    def no_longer_hears_the_agent(self) -> None:
        self.page.wait_for_function(f"hertz => !({HEARS})(hertz)", arg=AGENT_HERTZ, timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Desk:
    """An agent's desk in a browser."""

    page: Page

    def check_microphone(self) -> None:
        self.page.get_by_role("button", name="Check the microphone").click()
        self.page.get_by_role("button", name="Play a test sound").click()
        # Possible when the microphone hears the voice and the test call has come back.
        self.page.get_by_role("button", name="I am heard").click(timeout=PATIENCE_MS)

    def telephone_is_connected(self) -> None:
        expect(self.page.get_by_text("Telephone connected")).to_be_visible()

    def says(self, words: str) -> None:
        """The largest words on the desk, which say what the agent is doing."""
        expect(self.page.locator("#panel .state")).to_have_text(words, use_inner_text=True)

    def explains(self, words: str) -> None:
        expect(self.page.get_by_role("alert").get_by_text(words)).to_be_visible()

    def is_ready(self) -> None:
        """Get ready for the first call of the day."""
        self.check_microphone()
        self.telephone_is_connected()
        self.page.keyboard.press("F8")
        self.says("Ready")

    def answers(self) -> None:
        """Wait until it rings, and answer."""
        self.says("Incoming call")
        self.page.keyboard.press("F2")
        self.says("In conversation")

    def hears_the_citizen(self, *, hertz: int = CITIZEN_HERTZ) -> None:
        self.page.wait_for_function(HEARS, arg=hertz, timeout=PATIENCE_MS)

    def no_longer_hears_the_citizen(self) -> None:
        self.page.wait_for_function(f"hertz => !({HEARS})(hertz)", arg=CITIZEN_HERTZ, timeout=PATIENCE_MS)
