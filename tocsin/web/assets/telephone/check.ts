// The microphone check: choose devices, see the own voice, hear a sound; then the page may telephone.

import {
  MicrophoneError,
  chooseMicrophone,
  chooseSpeaker,
  listDevices,
  mayOpenUnasked,
  measure,
  openMicrophone,
  rememberCheck,
  routeToSpeaker,
} from "./microphone";
import { playTestTone } from "./sound";
import { show, showOnly } from "./problems";
import { element } from "../page/element";

export interface CheckOptions {
  /** The microphone to telephone with from now on; said again when another one was chosen. */
  opened(microphone: MediaStream): void;
  /** The person has finished the check, or did so earlier in this browser. */
  passed(): void;
  /** The element that plays what callers say. */
  voice: HTMLAudioElement;
}

/** Begin with the check, or without it where it was passed before; shows whatever stands in the way. */
export async function check({ opened, passed, voice }: CheckOptions): Promise<void> {
  const section = element("check", HTMLElement);
  const microphones = element("microphone", HTMLSelectElement);
  const speakers = element("speaker", HTMLSelectElement);
  const meter = element("level", HTMLMeterElement);
  const sample = new Audio();
  let stopMeasuring = (): void => undefined;
  let isPassed = false;

  async function open(): Promise<MediaStream | null> {
    try {
      const stream = await openMicrophone();
      showOnly(null, ["insecure", "unsupported", "denied", "no-microphone", "microphone-busy", "microphone-lost"]);
      stream.getAudioTracks()[0]?.addEventListener("ended", () => show("microphone-lost", true));
      opened(stream);
      return stream;
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      showOnly(error.problem, ["insecure", "unsupported", "denied", "no-microphone", "microphone-busy"]);
      return null;
    }
  }

  async function tryOut(): Promise<void> {
    const stream = await open();
    if (!stream) return;
    await listDevices(microphones, "audioinput");
    element("speaker-field", HTMLElement).hidden =
      !("setSinkId" in sample) || !(await listDevices(speakers, "audiooutput"));
    stopMeasuring();
    stopMeasuring = measure(stream, meter);
    section.hidden = false;
    part("before").hidden = true;
    part("during").hidden = false;
  }

  function part(name: string): HTMLElement {
    return section.querySelector<HTMLElement>(`[data-check="${name}"]`) as HTMLElement;
  }

  function pass(): void {
    stopMeasuring();
    section.hidden = true;
    if (!isPassed) passed();
    isPassed = true;
  }

  element("check-start", HTMLButtonElement).addEventListener("click", () => void tryOut());
  element("check-done", HTMLButtonElement).addEventListener("click", () => {
    rememberCheck();
    pass();
  });
  element("open-check", HTMLButtonElement).addEventListener("click", () => void tryOut());
  element("tone", HTMLButtonElement).addEventListener("click", () => {
    void routeToSpeaker(sample).then(() => playTestTone(sample));
  });
  microphones.addEventListener("change", () => {
    chooseMicrophone(microphones.value);
    void tryOut();
  });
  speakers.addEventListener("change", () => {
    chooseSpeaker(speakers.value);
    void routeToSpeaker(voice);
  });
  for (const button of document.querySelectorAll("[data-try-again]")) {
    button.addEventListener("click", () => void (isPassed ? open() : tryOut()));
  }

  void routeToSpeaker(voice);
  if ((await mayOpenUnasked()) && (await open())) pass();
  else section.hidden = false;
}
