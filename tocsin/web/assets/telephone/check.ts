// The check before the first call: choose devices, see the own voice, hear a sound, try the network.

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
import { PathCheck, type PathCheckOptions } from "./pathcheck";
import { playTestTone } from "./sound";
import { type Problem, show, showOnly } from "./problems";
import { element, showWhen } from "../page/element";

export interface CheckOptions {
  /** The microphone to telephone with from now on; said again when another one was chosen. */
  opened(microphone: MediaStream): void;
  /** The person has finished the check, or did so earlier in this browser. */
  passed(): void;
  /** The element that plays what callers say. */
  voice: HTMLAudioElement;
  /** How to try the network with the microphone that was opened. */
  attempt: PathCheckOptions["attempt"];
  mayTry: PathCheckOptions["mayTry"];
}

const PROBLEMS: Problem[] = [
  "insecure",
  "unsupported",
  "denied",
  "no-microphone",
  "microphone-busy",
  "microphone-lost",
];

/** The part of the page in which microphone, sound and network are checked. */
export class MicrophoneCheck {
  readonly #section = element("check", HTMLElement);
  readonly #microphones = element("microphone", HTMLSelectElement);
  readonly #speakers = element("speaker", HTMLSelectElement);
  readonly #heard = element("heard", HTMLElement);
  readonly #start = element("check-start", HTMLButtonElement);
  readonly #tone = element("tone", HTMLButtonElement);
  readonly #anyway = element("check-anyway", HTMLButtonElement);
  readonly #done = element("check-done", HTMLButtonElement);
  readonly #sample = new Audio();
  readonly #path: PathCheck;
  #microphone: MediaStream | null = null;
  #stopMeasuring = (): void => undefined;
  #isHeard = false;
  #isPlayed = false;
  #isPassed = false;

  constructor(private readonly options: CheckOptions) {
    const { attempt, mayTry } = options;
    this.#path = new PathCheck({ attempt, mayTry, changed: () => this.#allowWhatIsProven() });
    this.#listen();
    void routeToSpeaker(options.voice);
  }

  /** Begin with the check, or without it where it was passed before; shows whatever stands in the way. */
  async begin(): Promise<void> {
    const problem = shortcoming();
    if (problem) showOnly(problem, PROBLEMS);
    else if ((await mayOpenUnasked()) && (await this.#open())) await this.#passUnasked();
    else this.#section.hidden = false;
  }

  #listen(): void {
    const tryOut = (): void => void this.#tryOut();
    this.#start.addEventListener("click", tryOut);
    element("open-check", HTMLButtonElement).addEventListener("click", tryOut);
    this.#anyway.addEventListener("click", () => this.#pass());
    this.#done.addEventListener("click", () => {
      rememberCheck();
      this.#pass();
    });
    this.#tone.addEventListener("click", () => {
      void routeToSpeaker(this.#sample).then(() => playTestTone(this.#sample));
      this.#isPlayed = true;
      this.#allowWhatIsProven();
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
    this.#say(false);
    this.#stopMeasuring = measure(stream, element("level", HTMLMeterElement), () => this.#isHeard || this.#say(true));
    this.#section.hidden = false;
    for (const part of this.#section.querySelectorAll<HTMLElement>("[data-check]")) {
      part.hidden = part.dataset.check !== "during";
    }
    // The button that was pressed is gone; whoever works without a mouse goes on here.
    if (document.activeElement === this.#start) this.#tone.focus();
    await this.#path.begin();
  }

  // The microphone was checked here before. A network that is found to be bad now has to be looked at.
  async #passUnasked(): Promise<void> {
    const wasKnown = this.#path.isKnown;
    await this.#path.begin();
    if (wasKnown || this.#path.isGood) this.#pass();
    else await this.#tryOut();
  }

  #say(isHeard: boolean): void {
    this.#isHeard = isHeard;
    showWhen(this.#heard, isHeard ? "yes" : "no");
    this.#allowWhatIsProven();
  }

  #allowWhatIsProven(): void {
    // The telephone would take the test call's place.
    this.#anyway.disabled = this.#path.isTrying;
    this.#done.disabled = !(this.#isHeard && this.#isPlayed && this.#path.isKnown) || this.#path.isTrying;
  }

  #pass(): void {
    this.#stopMeasuring();
    this.#section.hidden = true;
    if (!this.#isPassed) this.options.passed();
    this.#isPassed = true;
  }
}
