"""The Firefox of this machine, led over WebDriver BiDi, which it speaks by itself.

Playwright cannot lead it: it has a changed Firefox of its own, and asks others for more than this one knows.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.journeys.people import PATIENCE_MS

# The tone that its fake microphone plays, and no whisper of a telephone home.
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.audio.fake_frequency": 1000,
    "permissions.default.microphone": 1,
    "media.autoplay.default": 0,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
READY = re.compile(r"WebDriver BiDi listening on (\S+)")
UNREACHABLE = re.compile(r"Firefox can.t establish a connection|The connection to .* was interrupted")
# Keys as WebDriver names them.
KEYS = {f"F{number}": chr(0xE030 + number) for number in range(1, 13)}
# Looks again and again, as Playwright does.
UNTIL = """async (...given) => {
  while (!await (CONDITION)(...given)) await new Promise(later => setTimeout(later, 50));
}"""
CLICK = """name => {
  const button = [...document.querySelectorAll("button")].find(each => each.innerText.trim() === name);
  if (!button?.checkVisibility() || button.disabled) return false;
  button.click();
  return true;
}"""
# As people.HEARS, but from a record: without a sound card, an AudioContext of Firefox stands still.
HEARS = """async hertz => {
  const voice = document.getElementById("voice").srcObject;
  if (!voice?.getAudioTracks().length) return false;
  const recorder = new MediaRecorder(voice);
  const recorded = new Promise(done => recorder.addEventListener("dataavailable", ({ data }) => done(data)));
  recorder.start();
  setTimeout(() => recorder.stop(), 500);
  const studio = new OfflineAudioContext(1, 16_384, 48_000);
  // Where a call took the place of another in the middle of it, there is nothing that could be played.
  const buffer = await studio.decodeAudioData(await (await recorded).arrayBuffer()).catch(() => null);
  if (!buffer) return false;
  const source = new AudioBufferSourceNode(studio, { buffer });
  const spectrum = new AnalyserNode(studio, { fftSize: 8192, smoothingTimeConstant: 0 });
  source.connect(spectrum).connect(studio.destination);
  source.start();
  await studio.startRendering();
  const loudness = new Float32Array(spectrum.frequencyBinCount);
  spectrum.getFloatFrequencyData(loudness);
  const strongest = loudness.indexOf(Math.max(...loudness));
  return loudness[strongest] > -60 && Math.abs(strongest * 48_000 / 8192 - hertz) < 15;
}"""
SHOWS = "words => document.body.innerText.includes(words)"
SAYS = "words => document.querySelector('#panel .state')?.innerText.trim() === words"


@dataclass
class Firefox:
    """A running Firefox, and what it told of that nobody asked for."""

    socket: ClientConnection
    told: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Have something done and wait for it; a failure in Firefox or in the page is an AssertionError."""
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "method": method, "params": params}))
        while (message := self._hear()).get("id") != self.asked:
            self.told.append(message)
        assert message["type"] == "success", message
        result: dict[str, Any] = message["result"]
        assert result.get("type") != "exception", result
        return result

    def loaded(self, ending: str) -> "Window":
        """Wait until a page whose address ends like this has loaded, in whichever window."""
        while True:
            for message in self.told:
                if message["method"] == "browsingContext.load" and message["params"]["url"].endswith(ending):
                    self.told.remove(message)
                    return Window(self, message["params"]["context"])
            self.told.append(self._hear())

    def open(self, address: str) -> "Window":
        created = self.ask("browsingContext.create", type="tab")
        self.ask("browsingContext.navigate", context=created["context"], url=address, wait="complete")
        return Window(self, created["context"])

    def complaints(self) -> list[str]:
        """What went wrong in pages; that a server cannot be reached is no fault of a page."""
        entries = [each["params"] for each in self.told if each["method"] == "log.entryAdded"]
        texts = [each["text"] for each in entries if each["type"] == "javascript" and each["level"] == "error"]
        return [text for text in texts if not UNREACHABLE.match(text)]

    def _hear(self) -> dict[str, Any]:
        heard: dict[str, Any] = json.loads(self.socket.recv(timeout=PATIENCE_MS / 1000))
        return heard


@dataclass(frozen=True)
class Window:
    """A page in a tab of Firefox."""

    firefox: Firefox
    context: str

    def until(self, condition: str, *given: object) -> None:
        """Wait until a JavaScript function of these values answers true."""
        self.firefox.ask(
            "script.callFunction",
            functionDeclaration=UNTIL.replace("CONDITION", condition),
            arguments=[{"type": type_of(each), "value": each} for each in given],
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )

    def click(self, name: str) -> None:
        self.until(CLICK, name)

    def shows(self, words: str) -> None:
        self.until(SHOWS, words)

    def says(self, words: str) -> None:
        """The largest words on the desk, which say what the agent is doing."""
        self.until(SAYS, words)

    def hears(self, *, hertz: int) -> None:
        """Wait until a tone comes out of the page's telephone."""
        self.until(HEARS, hertz)

    def type(self, text: str) -> None:
        """Type where the cursor is; the name of a function key is that key."""
        keys = [KEYS[text]] if text in KEYS else list(text)
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.firefox.ask(
            "input.performActions",
            context=self.context,
            actions=[{"type": "key", "id": "keyboard", "actions": strokes}],
        )


def type_of(value: object) -> str:
    return "string" if isinstance(value, str) else "number"


def installed_firefox() -> str | None:
    """Debian's Firefox, or another; None where there is none."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@contextmanager
def running_firefox(program: str, profile: Path) -> Iterator[Firefox]:
    """A Firefox without a screen, with a new profile in this folder."""
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines), encoding="ascii")
    words = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        try:
            address = next(found[1] for line in process.stderr if (found := READY.search(line)))
            with connect(f"{address}/session", max_size=None) as socket:
                firefox = Firefox(socket)
                firefox.ask("session.new", capabilities={})
                firefox.ask("session.subscribe", events=["browsingContext.load", "log.entryAdded"])
                yield firefox
        finally:
            process.terminate()
            process.communicate()
