// A call that is kept up: dialled again whenever it breaks, the new one before the old one is let go.

import { Call, type Credentials, type Ending } from "./call";
import { type Path, tryPath } from "./path";

export type LineState = "off" | "connecting" | "up";
export type LineProblem = Exclude<Ending, "over">;

export interface StandingOptions {
  address: string;
  target: string;
  /** Ask the server for credentials; rejects where it cannot be reached or refuses. */
  admit(): Promise<Credentials>;
  changed(state: LineState, problem: LineProblem | null): void;
  heard(voice: MediaStream): void;
}

const BACKOFF_MS = [0, 300, 1000, 2000, 5000];
// Ended twice from the other side within this time: another browser holds the same agent's telephone.
const CONTEST_MS = 60_000;
// A call that lasted this long was a success, so the next try is quick again.
const STEADY_MS = 2000;
// Somebody who is to be heard is heard within this time over a call that was just dialled, or is silent.
const HEARD_MS = 1000;

export class StandingCall {
  #microphone: MediaStream | null = null;
  #credentials: Credentials | null = null;
  // The call that is heard, and the one that is to take over from it.
  #serving: Call | null = null;
  #dialling: Call | null = null;
  #isAdmitting = false;
  #hasDialled = false;
  // Whether the telephone is ours to keep: nobody uses it elsewhere, and the page has not left.
  #isKept = false;
  // What went wrong last, shown until the line is up again.
  #problem: LineProblem | null = null;
  #timer = 0;
  #tries = 0;
  #upSince = 0;
  #endedAt = -CONTEST_MS;
  #isListening = false;
  // Whether somebody sends nothing while silent, as some networks do: then silence says nothing of the way.
  #isPausing = false;

  constructor(private readonly options: StandingOptions) {}

  /** Keep a call up from now on, or speak through another microphone in the one that is up. */
  start(microphone: MediaStream): void {
    this.#microphone = microphone;
    this.#isKept = true;
    if (this.#serving) this.#speakThrough(microphone);
    else void this.#call();
  }

  /** Try the way of speech with a call of its own, while none is kept up; see `tryPath`. */
  async attempt(microphone: MediaStream): Promise<Path | Ending> {
    try {
      this.#credentials ??= await this.options.admit();
    } catch {
      return "network";
    }
    return tryPath({ address: this.options.address, credentials: this.#credentials, microphone });
  }

  stop(): void {
    this.#microphone = null;
    this.#isKept = false;
    this.#letGo();
    this.options.changed("off", null);
  }

  /** Dial at once, for the person asks for it. */
  again(): void {
    this.#endedAt = -CONTEST_MS;
    this.#tries = 0;
    this.#isKept = true;
    if (!this.#serving) void this.#call();
  }

  /** Dial at once beside the call that is up: it may not have survived, and to find that out takes seconds. */
  renew(): void {
    if (!this.#isKept) return;
    this.#tries = 0;
    this.#dialling?.hangUp();
    this.#dialling = null;
    void this.#call();
  }

  /** Say whether somebody is to be heard from now on: if nothing arrives then, the way is broken. */
  listen(isListening: boolean): void {
    this.#isListening = isListening;
    this.#isPausing = false;
    this.#serving?.listen(isListening);
  }

  sendTone(key: string): void {
    this.#serving?.sendTone(key);
  }

  async #call(): Promise<void> {
    window.clearTimeout(this.#timer);
    if (!this.#microphone || this.#dialling || this.#isAdmitting) return;
    if (!this.#serving) this.options.changed("connecting", this.#problem);
    this.#isAdmitting = true;
    try {
      this.#credentials ??= await this.options.admit();
    } catch {
      return this.#later("network");
    } finally {
      this.#isAdmitting = false;
    }
    if (this.#microphone) this.#dial(this.#microphone, this.#credentials);
  }

  #dial(microphone: MediaStream, credentials: Credentials): void {
    const { address, target } = this.options;
    const call = new Call({
      address,
      target,
      credentials,
      microphone,
      isAnew: this.#hasDialled,
      events: {
        up: (voice) => this.#up(call, voice),
        troubled: () => call === this.#serving && void this.#call(),
        flowing: (isFlowing) => call === this.#serving && this.#flowing(isFlowing),
        ended: (ending) => this.#ended(call, ending),
      },
    });
    this.#dialling = call;
    this.#hasDialled = true;
  }

  #up(call: Call, voice: MediaStream): void {
    this.#serving?.hangUp();
    this.#serving = call;
    this.#dialling = null;
    this.#problem = null;
    this.#upSince = performance.now();
    // Another microphone may have been chosen while it was dialled.
    if (this.#microphone) this.#speakThrough(this.#microphone);
    call.listen(this.#isListening);
    this.options.heard(voice);
    this.options.changed("up", null);
  }

  #ended(call: Call, ending: Ending): void {
    if (call === this.#serving) this.#serving = null;
    else if (call === this.#dialling) this.#dialling = null;
    else return;
    if (ending === "refused") this.#credentials = null;
    // An older call may be cut off because a newer one took its place: that is no trouble.
    if (this.#dialling) return;
    if (ending === "elsewhere" || ending === "signed-out") this.#giveUp(ending);
    else if (ending === "over" && this.#isContested()) this.#giveUp("elsewhere");
    else this.#later(ending === "over" ? null : ending);
  }

  // Another call is dialled when the sound stops. Where that one is as silent, it was not the way.
  #flowing(isFlowing: boolean): void {
    if (isFlowing && performance.now() - this.#upSince < HEARD_MS) this.#isPausing = false;
    if (isFlowing || this.#isPausing) return;
    this.#isPausing = true;
    void this.#call();
  }

  #isContested(): boolean {
    const before = this.#endedAt;
    this.#endedAt = performance.now();
    return this.#endedAt - before < CONTEST_MS;
  }

  #later(problem: LineProblem | null): void {
    this.#problem = problem;
    if (this.#upSince && performance.now() - this.#upSince > STEADY_MS) [this.#tries, this.#upSince] = [0, 0];
    const wait = BACKOFF_MS[Math.min(this.#tries, BACKOFF_MS.length - 1)];
    this.#tries += 1;
    if (!this.#serving) this.options.changed("connecting", problem);
    this.#timer = window.setTimeout(() => void this.#call(), wait);
  }

  #giveUp(problem: LineProblem): void {
    this.#letGo();
    this.#isKept = false;
    // Taking the telephone back needs a new one.
    this.#credentials = null;
    this.options.changed("off", problem);
  }

  #letGo(): void {
    window.clearTimeout(this.#timer);
    this.#serving?.hangUp();
    this.#dialling?.hangUp();
    this.#serving = this.#dialling = null;
  }

  #speakThrough(microphone: MediaStream): void {
    const [track] = microphone.getAudioTracks();
    if (track) this.#serving?.use(track);
  }
}
