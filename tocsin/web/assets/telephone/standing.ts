// A call that is kept up: dialled again whenever it breaks, the new one before the old one is let go.

import { dial, type Call, type Credentials, type Ending } from "./call";

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

export interface Standing {
  start(microphone: MediaStream): void;
  stop(): void;
  /** Dial at once, for the network is back or the person asks for it. */
  again(): void;
  sendTone(key: string): void;
}

const BACKOFF_MS = [300, 1000, 2000, 5000];
// Ended twice from the other side within this time: another browser holds the same agent's telephone.
const CONTEST_MS = 60_000;
// A call that lasted this long was a success, so the next try is quick again.
const STEADY_MS = 5000;

export function standing(options: StandingOptions): Standing {
  let microphone: MediaStream | null = null;
  let credentials: Credentials | null = null;
  let serving: Call | null = null;
  let dialling: Call | null = null;
  let isAdmitting = false;
  // What went wrong last, shown until the line is up again.
  let problem: LineProblem | null = null;
  let timer = 0;
  let tries = 0;
  let upSince = 0;
  let endedAt = -CONTEST_MS;

  async function call(): Promise<void> {
    window.clearTimeout(timer);
    if (!microphone || dialling || isAdmitting) return;
    if (!serving) options.changed("connecting", problem);
    isAdmitting = true;
    try {
      credentials ??= await options.admit();
    } catch {
      return later("network");
    } finally {
      isAdmitting = false;
    }
    if (!microphone) return;
    const { address, target } = options;
    const mine = dial({
      address,
      target,
      credentials,
      microphone,
      events: {
        up: (voice) => {
          serving?.hangUp();
          [serving, dialling] = [mine, null];
          upSince = performance.now();
          problem = null;
          options.heard(voice);
          options.changed("up", null);
        },
        troubled: () => mine === serving && void call(),
        ended: (ending) => ended(mine, ending),
      },
    });
    dialling = mine;
  }

  function ended(call: Call, ending: Ending): void {
    if (call === serving) serving = null;
    else if (call === dialling) dialling = null;
    else return;
    if (ending === "refused") credentials = null;
    // An older call may be cut off because a newer one took its place: that is no trouble.
    if (dialling) return;
    if (ending === "elsewhere" || ending === "signed-out") return giveUp(ending);
    if (ending === "over" && isContested()) return giveUp("elsewhere");
    later(ending === "over" ? null : ending);
  }

  function isContested(): boolean {
    const before = endedAt;
    endedAt = performance.now();
    return endedAt - before < CONTEST_MS;
  }

  function later(why: LineProblem | null): void {
    problem = why;
    if (performance.now() - upSince > STEADY_MS && upSince) [tries, upSince] = [0, 0];
    const wait = BACKOFF_MS[Math.min(tries, BACKOFF_MS.length - 1)];
    tries += 1;
    if (!serving) options.changed("connecting", problem);
    timer = window.setTimeout(() => void call(), wait);
  }

  function giveUp(why: LineProblem): void {
    letGo();
    options.changed("off", why);
  }

  function letGo(): void {
    window.clearTimeout(timer);
    serving?.hangUp();
    dialling?.hangUp();
    [serving, dialling] = [null, null];
  }

  return {
    start(stream) {
      microphone = stream;
      const [track] = stream.getAudioTracks();
      if (serving && track) serving.use(track);
      else void call();
    },
    stop() {
      microphone = null;
      letGo();
      options.changed("off", null);
    },
    again() {
      endedAt = -CONTEST_MS;
      tries = 0;
      if (!serving) void call();
    },
    sendTone: (key) => serving?.sendTone(key),
  };
}
