// The agent's desk: the telephone, and what must happen in the browser when the server's panel changes.

import { listenToKeys } from "./desk/keys";
import { ownTelephone } from "./desk/own";
import { keepNotes } from "./desk/notes";
import { sparingTheTape } from "./desk/tape";
import { hearingQuestions } from "./desk/questions";
import { readState, type DeskState } from "./desk/state";
import { startClocks } from "./page/clocks";
import { element } from "./page/element";
import { admission, socketAddress } from "./telephone/admission";
import { MicrophoneCheck } from "./telephone/check";
import { show, showOnly } from "./telephone/problems";
import { startRinging, stopRinging, wakeWithFirstTouch } from "./telephone/sound";
import { StandingCall } from "./telephone/standing";
import { onWaking } from "./telephone/waking";

const desk = element("desk", HTMLElement);
const panel = element("panel", HTMLElement);
const mute = element("mute", HTMLButtonElement);
const notify = element("notify", HTMLButtonElement);
const voice = element("voice", HTMLAudioElement);
const spoken = element("spoken", HTMLElement);
const keypad = element("keypad", HTMLElement);
const passing = element("passing", HTMLElement);
const questions = hearingQuestions(element("questions", HTMLElement));
const openKeypad = element("open-keypad", HTMLButtonElement);
const { ask = "", csrf = "", credentials = "", note = "", now = "", own = "", ownNumber = "", telephone = "" } = desk.dataset;

let microphone: MediaStream | null = null;
let isMuted = false;
let isAnswering = false;
let isPanelFocused = false;
let shown: DeskState | null = null;
let notification: Notification | null = null;
const ownTitle = document.title;

const clocks = startClocks(now);
const notes = keepNotes({ address: note, csrf });
listenToKeys(keypad);
sparingTheTape({ ask, csrf });
wakeWithFirstTouch();

const line = new StandingCall({
  address: socketAddress(telephone),
  target: "agent-desk",
  admit: () => admission(credentials, csrf),
  changed: (state, problem) => {
    desk.dataset.line = state;
    showOnly(problem, ["network", "switch", "refused", "silent", "elsewhere", "signed-out"]);
    allowWhatTheLineAllows();
  },
  heard: (stream) => {
    voice.srcObject = stream;
    void voice.play();
  },
});

const microphoneCheck = new MicrophoneCheck({
  voice,
  opened: (stream) => {
    microphone = stream;
    speakOrBeSilent();
    if (desk.dataset.line !== "off" && !ownPhone.isUsed) line.start(stream);
  },
  passed: () => microphone && line.start(microphone),
  attempt: async () => (microphone ? line.attempt(microphone) : "over"),
  mayTry: () => desk.dataset.line === "off",
});
const ownPhone = ownTelephone({
  addresses: { number: ownNumber, sip: own, browser: credentials },
  csrf,
  taken: () => {
    line.stop();
    desk.dataset.line = "connecting";
    element("check", HTMLElement).hidden = true;
  },
});
if (!ownPhone.isUsed) void microphoneCheck.begin();

// The microphone is open while somebody listens, and at no other time.
function speakOrBeSilent(): void {
  const isHeard = shown?.agent === "talking" || shown?.isHeard || isAnswering;
  for (const track of microphone?.getAudioTracks() ?? []) track.enabled = isHeard && !isMuted;
}

function setMuted(muted: boolean): void {
  isMuted = muted;
  desk.classList.toggle("is-muted", muted);
  mute.setAttribute("aria-pressed", String(muted));
  speakOrBeSilent();
}

function allowWhatTheLineAllows(): void {
  const isUp = desk.dataset.line === "up";
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-needs-line]")) button.disabled = !isUp;
}

function follow(): void {
  clocks.tick();
  panel.removeAttribute("aria-busy");
  const before = shown;
  shown = readState();
  if (!shown) return;
  if (ownPhone.isUsed) desk.dataset.line = shown.isConnected ? "up" : "connecting";
  allowWhatTheLineAllows();
  document.title = shown.title ? `${shown.title} · Tocsin` : ownTitle;
  if (before?.say !== shown.say) spoken.textContent = shown.say;
  // In two windows only the one with the telephone rings.
  if (shown.agent === "offered" && desk.dataset.line === "up") ring(before);
  else stop();
  isAnswering = isAnswering && shown.agent === "offered";
  // A new conversation begins heard, whatever the last one ended with; without one, nothing says that it is muted.
  if ((shown.agent !== "talking" && !shown.isHeard) || before?.call !== shown.call) setMuted(false);
  openKeypad.disabled = shown.agent !== "talking" || ownPhone.isUsed;
  mute.disabled = openKeypad.disabled && (!shown.isHeard || ownPhone.isUsed);
  if (openKeypad.disabled) keypad.hidePopover();
  if (before?.call !== shown.call || before.callState !== shown.callState) passing.hidePopover();
  questions.follow(shown.agent);
  speakOrBeSilent();
  listen(before);
  keepFocus();
}

// Whoever is spoken with is heard, or the way is broken.
function listen(before: DeskState | null): void {
  if (before?.callState !== shown?.callState || before?.call !== shown?.call) line.listen(shown?.callState === "talking");
}

// The button that was pressed may be gone: whoever works without a mouse goes on from the new card's first words.
function keepFocus(): void {
  if (isPanelFocused && document.activeElement === document.body) panel.querySelector<HTMLElement>(".state")?.focus();
}

function ring(before: DeskState | null): void {
  startRinging();
  if (before?.agent === "offered" && before.call === shown?.call) return;
  const isWriting = document.activeElement?.matches("textarea, input, select");
  if (!isWriting) panel.querySelector<HTMLElement>("[data-focus]")?.focus();
  if (document.hidden && "Notification" in window && Notification.permission === "granted") {
    notification = new Notification(shown?.title ?? "", { body: shown?.say ?? "", requireInteraction: true });
    notification.addEventListener("click", () => window.focus());
  }
}

function stop(): void {
  stopRinging();
  notification?.close();
  notification = null;
}

mute.addEventListener("click", () => {
  setMuted(!isMuted);
  spoken.textContent = (isMuted ? mute.dataset.sayMuted : mute.dataset.sayHeard) ?? "";
});
// The first word is not lost while the switchboard decides.
panel.addEventListener("click", (event) => {
  if (!(event.target as Element).closest("#accept")) return;
  isAnswering = true;
  speakOrBeSilent();
});
keypad.addEventListener("click", (event) => {
  const tone = (event.target as HTMLElement).dataset.tone;
  if (tone) line.sendTone(tone);
});
if ("Notification" in window && Notification.permission === "default") {
  notify.hidden = false;
  notify.addEventListener("click", () => {
    void Notification.requestPermission().then(() => (notify.hidden = true));
  });
}
for (const button of document.querySelectorAll("[data-try-again]")) {
  button.addEventListener("click", () => line.again());
}

panel.addEventListener("htmx:before:swap", () => {
  notes.saveNow();
  isPanelFocused = panel.contains(document.activeElement);
});
panel.addEventListener("htmx:after:swap", follow);
panel.addEventListener("htmx:sse:after:connection", (event) => {
  // Signed out meanwhile: the whole page is asked for again, and sent to sign in.
  if ((event as CustomEvent).detail.connection.status === 204) location.reload();
  show("stale", false);
});
for (const trouble of ["htmx:sse:error", "htmx:error", "htmx:response:error"]) {
  panel.addEventListener(trouble, () => show("stale", true));
}
// Once it was connected the stream comes back by itself; the first time it is asked for again here.
setInterval(() => panel.ariaBusy && panel.dispatchEvent(new Event("retry")), 3000);
panel.addEventListener("htmx:sse:after:message", (event) => {
  show("stale", (event as CustomEvent).detail.message.event === "away");
});

addEventListener("online", () => {
  show("network", false);
  line.renew();
});
onWaking(() => line.renew());
addEventListener("offline", () => show("network", true));
// Said at once, so that the caller is helped by somebody else and not kept waiting.
addEventListener("pagehide", () => line.stop());
// Shown again from the browser's memory, where everything has ended: begin anew.
addEventListener("pageshow", (event) => event.persisted && location.reload());
