// The way that speech takes between this browser and the switch, tried with a short call to an echo.

import { Call, type CallEvents, type Credentials, type Ending } from "./call";

/** Speech goes straight to the switch, through a router that was asked how it sees us, or over a TURN server. */
export type Way = "direct" | "router" | "relay";

export interface Path {
  way: Way;
  roundTripMs: number;
  /** Of the packets there and back, from 0 to 100. */
  lostPercent: number;
}

export type Verdict = "good" | "slow" | "lossy";

export interface Trial {
  address: string;
  credentials: Credentials;
  microphone: MediaStream;
}

// The extension that sends everything back; of agents' telephones only.
const TARGET = "echo";
const TRIAL_MS = 3000;
// Beyond 150 ms each way people interrupt each other (ITU-T G.114); beyond three packets of a hundred, G.711 without
// concealment loses syllables (ITU-T G.113, appendix I).
const SLOW_MS = 300;
const LOSSY_PERCENT = 3;
const WAYS: Record<string, Way> = { srflx: "router", relay: "relay" };
// A trial is as good as the web session, which lasts twelve hours at most.
const KEY = "tocsin-path";
const KEPT_MS = 12 * 3600 * 1000;

/** Call the echo and measure for three seconds; answers what was found, or why there was no call. */
export function tryPath({ address, credentials, microphone }: Trial): Promise<Path | Ending> {
  return new Promise((found) => {
    const events: CallEvents = {
      up: () =>
        void measure(call).then((path) => {
          call.hangUp();
          found(path);
        }),
      troubled: () => undefined,
      flowing: () => undefined,
      ended: found,
    };
    const call = new Call({ address, target: TARGET, credentials, microphone, events });
  });
}

/** What there is to say about a path. */
export function verdict(path: Path): Verdict {
  if (path.lostPercent > LOSSY_PERCENT) return "lossy";
  return path.roundTripMs > SLOW_MS ? "slow" : "good";
}

export function rememberPath(path: Path): void {
  localStorage.setItem(KEY, JSON.stringify({ ...path, at: Date.now() }));
}

/** What was found in this browser not long ago. */
export function knownPath(): Path | null {
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as (Path & { at: number }) | null;
  return kept && Date.now() - kept.at < KEPT_MS ? kept : null;
}

async function measure(call: Call): Promise<Path> {
  const before = counted(await call.stats());
  await new Promise((passed) => window.setTimeout(passed, TRIAL_MS));
  const report = await call.stats();
  const after = counted(report);
  const sent = after.sent - before.sent;
  const lost = sent - (after.received - before.received);
  return { ...wayOf(report), lostPercent: sent > 0 ? Math.round((100 * Math.max(0, lost)) / sent) : 100 };
}

// What is under way when the count begins comes back when it ends: the echo's own delay cancels out.
function counted(report: RTCStatsReport): { sent: number; received: number } {
  const count = { sent: 0, received: 0 };
  for (const part of report.values()) {
    if (part.type === "outbound-rtp") count.sent += (part as RTCOutboundRtpStreamStats).packetsSent ?? 0;
    if (part.type === "inbound-rtp") count.received += (part as RTCInboundRtpStreamStats).packetsReceived ?? 0;
  }
  return count;
}

function wayOf(report: RTCStatsReport): { way: Way; roundTripMs: number } {
  const parts = [...report.values()] as (RTCIceCandidatePairStats & { candidateType?: string })[];
  const pair = parts.find((part) => part.type === "candidate-pair" && part.nominated && part.state === "succeeded");
  const own = pair && (report.get(pair.localCandidateId) as { candidateType?: string } | undefined);
  return {
    way: WAYS[own?.candidateType ?? ""] ?? "direct",
    roundTripMs: Math.round(1000 * (pair?.currentRoundTripTime ?? 0)),
  };
}
