// A citizen's telephone, in a demonstration: one call at a time, as with any other telephone.

import { startClocks } from "./page/clocks";
import { element } from "./page/element";
import { admission, socketAddress } from "./telephone/admission";
import { Call, type Ending } from "./telephone/call";
import { MicrophoneError, openMicrophone } from "./telephone/microphone";
import { showOnly, type Problem } from "./telephone/problems";

const PROBLEMS: Problem[] = [
  "insecure",
  "unsupported",
  "denied",
  "no-microphone",
  "microphone-busy",
  "network",
  "switch",
  "refused",
  "silent",
  "elsewhere",
  "signed-out",
];
const handset = element("citizen", HTMLElement);
const voice = element("voice", HTMLAudioElement);
const callButton = element("call", HTMLButtonElement);
const hangUpButton = element("hang-up", HTMLButtonElement);
const duration = element("duration", HTMLTimeElement);
const tones = handset.querySelectorAll<HTMLButtonElement>("[data-tone]");
const { credentials = "", now = "", number = "", telephone = "" } = handset.dataset;

let call: Call | null = null;
let microphone: MediaStream | null = null;
// Of the calls begun here only the last one counts: somebody may hang up before it is even dialled.
let attempt = 0;
const clocks = startClocks(now);

type State = "idle" | "calling" | "up" | "over";

function become(state: State, problem: Problem | null = null): void {
  handset.dataset.call = state;
  showOnly(problem, PROBLEMS);
  callButton.disabled = state === "calling" || state === "up";
  hangUpButton.disabled = !callButton.disabled;
  tones.forEach((tone) => (tone.disabled = state !== "up"));
  if (!hangUpButton.disabled) hangUpButton.focus();
}

async function begin(): Promise<void> {
  const mine = ++attempt;
  become("calling");
  try {
    microphone = await openMicrophone();
    const admitted = await admission(credentials);
    if (mine !== attempt) return;
    call = new Call({
      address: socketAddress(telephone),
      target: number,
      credentials: admitted,
      microphone,
      events: {
        up: (stream) => {
          voice.srcObject = stream;
          void voice.play();
          duration.dataset.since = clocks.now();
          clocks.tick();
          become("up");
        },
        troubled: () => undefined,
        flowing: () => undefined,
        ended,
      },
    });
  } catch (error) {
    if (mine === attempt) ended(error instanceof MicrophoneError ? error.problem : "network");
  }
}

function ended(ending: Ending | Problem): void {
  call = null;
  attempt += 1;
  for (const track of microphone?.getTracks() ?? []) track.stop();
  become("over", ending === "over" ? null : ending);
  callButton.focus();
}

function hangUp(): void {
  call?.hangUp();
  ended("over");
}

callButton.addEventListener("click", () => void begin());
hangUpButton.addEventListener("click", hangUp);
handset.addEventListener("click", (event) => {
  const tone = (event.target as HTMLElement).dataset.tone;
  if (tone) call?.sendTone(tone);
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9*#]$/.test(event.key)) return;
  handset.querySelector<HTMLButtonElement>(`[data-tone="${CSS.escape(event.key)}"]:enabled`)?.click();
});
addEventListener("pagehide", () => call?.hangUp());
addEventListener("pageshow", (event) => event.persisted && location.reload());
