// One telephone call over a WebSocket of its own, from dialling to its end.

import { C, UA, WebSocketInterface } from "jssip";
import type { EndEvent, IceCandidateEvent, PeerConnectionEvent, RTCSession, SDPEvent } from "jssip/lib/RTCSession";

/** What the server issues to a browser that may telephone. */
export interface Credentials {
  username: string;
  password: string;
  realm: string;
  iceServers: RTCIceServer[];
}

/** Why a call is over: the other side ended it, or one of the problems that a page can explain. */
export type Ending = "over" | "network" | "switch" | "refused" | "silent" | "elsewhere" | "signed-out";

export interface CallEvents {
  /** Sound goes both ways; `voice` is what the other side says. */
  up(voice: MediaStream): void;
  /** The connection may be breaking; what is heard may go on for a while. */
  troubled(): void;
  /** The call is over; said once, and not after `hangUp`. */
  ended(ending: Ending): void;
}

export interface Call {
  hangUp(): void;
  sendTone(key: string): void;
  /** Speak through another microphone. */
  use(microphone: MediaStreamTrack): void;
}

export interface Dialling {
  address: string;
  target: string;
  credentials: Credentials;
  microphone: MediaStream;
  events: CallEvents;
}

// The codes with which our own relay closes a WebSocket.
const CLOSED: Record<number, Ending> = { 1013: "switch", 4001: "elsewhere", 4003: "signed-out" };
// A telephone that was just issued is not known to the switch for a moment.
const ADMISSION_MS = 4000;
const ADMISSION_RETRY_MS = 250;
// Without an answer for this long the call counts as lost; without sound after the answer, too.
const ANSWER_MS = 10_000;
const SOUND_MS = 8000;
// A moment without packets is no trouble.
const UNSTEADY_MS = 1500;
// Calls are dialled anew by those who want them kept up, so the library must not reconnect by itself.
const NEVER_SECONDS = 1_000_000;

// Firefox names no address while it knows none, which the switch takes for a call on hold. Where the sound goes
// is settled by ICE, so any address will do.
function nameAnAddress(event: SDPEvent): void {
  if (event.originator === "local") event.sdp = event.sdp.replaceAll("c=IN IP4 0.0.0.0", "c=IN IP4 127.0.0.1");
}

/** Call `target`. The events come later, never before this function has returned. */
export function dial({ address, target, credentials, microphone, events }: Dialling): Call {
  const ua = new UA({
    sockets: new WebSocketInterface(address),
    uri: `sip:${credentials.username}@${credentials.realm}`,
    password: credentials.password,
    register: false,
    session_timers: false,
    connection_recovery_min_interval: NEVER_SECONDS,
    connection_recovery_max_interval: NEVER_SECONDS,
  });
  const began = performance.now();
  const voice = new MediaStream();
  let session: RTCSession | null = null;
  let connection: RTCPeerConnection | null = null;
  let isAnswered = false;
  let isUp = false;
  let isOver = false;
  let retry = 0;
  let unsteady = 0;
  let patience = window.setTimeout(() => end("switch"), ANSWER_MS);

  function end(ending: Ending): void {
    if (isOver) return;
    close();
    events.ended(ending);
  }

  function close(): void {
    isOver = true;
    [patience, retry, unsteady].forEach((timer) => window.clearTimeout(timer));
    ua.stop();
  }

  function invite(): void {
    ua.call(`sip:${target}@${credentials.realm}`, {
      mediaStream: microphone,
      pcConfig: { iceServers: credentials.iceServers },
      eventHandlers: {
        peerconnection: (event: PeerConnectionEvent) => watch(event.peerconnection),
        // The switch learns the other ways to us from the packets that arrive; waiting for all costs seconds.
        icecandidate: (event: IceCandidateEvent) => event.ready(),
        sdp: nameAnAddress,
        confirmed: () => {
          isAnswered = true;
          window.clearTimeout(patience);
          patience = window.setTimeout(() => end("silent"), SOUND_MS);
          noteSound();
        },
        failed: (event: EndEvent) => failed(event),
        // The switch gives a call up that it hears nothing of.
        ended: () => end(isUp ? "over" : "silent"),
      },
    });
  }

  function failed(event: EndEvent): void {
    const refused = event.cause === C.causes.AUTHENTICATION_ERROR || event.cause === C.causes.REJECTED;
    if (refused && performance.now() - began < ADMISSION_MS) {
      retry = window.setTimeout(invite, ADMISSION_RETRY_MS);
    } else if (refused) {
      end("refused");
    } else {
      end(event.cause === C.causes.CONNECTION_ERROR ? "network" : "switch");
    }
  }

  function watch(peer: RTCPeerConnection): void {
    connection = peer;
    peer.addEventListener("track", (event) => voice.addTrack(event.track));
    peer.addEventListener("connectionstatechange", () => {
      window.clearTimeout(unsteady);
      if (peer.connectionState === "connected") noteSound();
      if (peer.connectionState === "failed") end(isUp ? "network" : "silent");
      if (peer.connectionState === "disconnected" && !isOver) {
        unsteady = window.setTimeout(() => events.troubled(), UNSTEADY_MS);
      }
    });
  }

  function noteSound(): void {
    if (isUp || isOver || !isAnswered || connection?.connectionState !== "connected") return;
    isUp = true;
    window.clearTimeout(patience);
    events.up(voice);
  }

  ua.on("newRTCSession", (event: { session: RTCSession }) => {
    session = event.session;
  });
  ua.on("connected", invite);
  ua.on("disconnected", ({ code }) => {
    const reason = CLOSED[code ?? 0] ?? "network";
    // What is heard does not need the WebSocket: it goes on until a new call has taken over.
    if (isUp && reason === "network") events.troubled();
    else end(reason);
  });
  ua.start();

  return {
    hangUp: close,
    sendTone: (key) => session?.sendDTMF(key, { transportType: C.DTMF_TRANSPORT.RFC2833 }),
    use: (track) => session?.connection.getSenders().forEach((sender) => void sender.replaceTrack(track)),
  };
}
