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
  shortcoming,
} from "./microphone";
import { playTestTone } from "./sound";
import { type Problem, show, showOnly } from "./problems";
import { element } from "../page/element";

export interface CheckOptions {
  /** The microphone to telephone with from now on; said again when another one was chosen. */
  opened(microphone: MediaStream): void;
  /** The person has finished the check, or did so earlier in this browser. */
  passed(): void;
  /** The element that plays what callers say. */
  voice: HTMLAudioElement;
}

const PROBLEMS: Problem[] = [
  "insecure",
  "unsupported",
  "denied",
  "no-microphone",
  "microphone-busy",
  "microphone-lost",
];

/** The part of the page in which the microphone is checked. */
export class MicrophoneCheck {
  readonly #section = element("check", HTMLElement);
  readonly #microphones = element("microphone", HTMLSelectElement);
  readonly #speakers = element("speaker", HTMLSelectElement);
  readonly #sample = new Audio();
  #microphone: MediaStream | null = null;
  #stopMeasuring = (): void => undefined;
  #isPassed = false;

  constructor(private readonly options: CheckOptions) {
    this.#listen();
    void routeToSpeaker(options.voice);
  }

  /** Begin with the check, or without it where it was passed before; shows whatever stands in the way. */
  async begin(): Promise<void> {
    const problem = shortcoming();
    if (problem) showOnly(problem, PROBLEMS);
    else if ((await mayOpenUnasked()) && (await this.#open())) this.#pass();
    else this.#section.hidden = false;
  }

  #listen(): void {
    const tryOut = (): void => void this.#tryOut();
    element("check-start", HTMLButtonElement).addEventListener("click", tryOut);
    element("open-check", HTMLButtonElement).addEventListener("click", tryOut);
    element("check-done", HTMLButtonElement).addEventListener("click", () => {
      rememberCheck();
      this.#pass();
    });
    element("tone", HTMLButtonElement).addEventListener("click", () => {
      void routeToSpeaker(this.#sample).then(() => playTestTone(this.#sample));
    });
    this.#microphones.addEventListener("change", () => {
      chooseMicrophone(this.#microphones.value);
      tryOut();
    });
    this.#speakers.addEventListener("change", () => {
      chooseSpeaker(this.#speakers.value);
      void routeToSpeaker(this.options.voice);
    });
    for (const button of document.querySelectorAll("[data-try-again]")) {
      button.addEventListener("click", () => (this.#isPassed ? void this.#open() : tryOut()));
    }
  }

  async #open(): Promise<MediaStream | null> {
    try {
      const stream = await openMicrophone();
      showOnly(null, PROBLEMS);
      stream.getAudioTracks()[0]?.addEventListener("ended", () => show("microphone-lost", true));
      this.options.opened(stream);
      for (const track of this.#microphone?.getTracks() ?? []) track.stop();
      this.#microphone = stream;
      return stream;
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      showOnly(error.problem, PROBLEMS);
      return null;
    }
  }

  async #tryOut(): Promise<void> {
    const stream = await this.#open();
    if (!stream) return;
    await listDevices(this.#microphones, "audioinput");
    const mayChoose = "setSinkId" in this.#sample && (await listDevices(this.#speakers, "audiooutput"));
    element("speaker-field", HTMLElement).hidden = !mayChoose;
    this.#stopMeasuring();
    this.#stopMeasuring = measure(stream, element("level", HTMLMeterElement));
    this.#section.hidden = false;
    for (const part of this.#section.querySelectorAll<HTMLElement>("[data-check]")) {
      part.hidden = part.dataset.check !== "during";
    }
  }

  #pass(): void {
    this.#stopMeasuring();
    this.#section.hidden = true;
    if (!this.#isPassed) this.options.passed();
    this.#isPassed = true;
  }
}
