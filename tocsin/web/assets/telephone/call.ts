// One telephone call over a WebSocket of its own, from dialling to its end.

import { C, UA, WebSocketInterface } from "jssip";
import { watchFlow } from "./flow";
import { withFreshAddresses } from "./fresh";
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
  /** While it is listened to: sound has begun to arrive, or has stopped to. */
  flowing(isFlowing: boolean): void;
  /** The call is over; said once, and not after `hangUp`. */
  ended(ending: Ending): void;
}

export interface Dialling {
  address: string;
  target: string;
  credentials: Credentials;
  microphone: MediaStream;
  /** Whether the network may be another one than a moment ago. */
  isAnew?: boolean;
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
// A browser knows its own address at once, or is not on any network yet.
const ADDRESS_MS = 5000;
// The browser tells of a path that is lost only after seconds without a packet; if it is not back at once, it is lost.
const UNSTEADY_MS = 300;
// With this cause (Q.850) the switch gives a telephone up that it has heard nothing of for seconds.
const UNHEARD = /\bcause=44\b/;
// Calls are dialled anew by those who want them kept up, so the library must not reconnect by itself.
const NEVER_SECONDS = 1_000_000;

// Firefox names no address while it knows none, which the switch takes for a call on hold. Where the sound goes
// is settled by ICE, so any address will do.
function nameAnAddress(event: SDPEvent): void {
  if (event.originator === "local") event.sdp = event.sdp.replaceAll("c=IN IP4 0.0.0.0", "c=IN IP4 127.0.0.1");
}

/** A call that is dialled when it is made. Its events come later, never before the constructor has returned. */
export class Call {
  readonly #dialling: Dialling;
  readonly #ua: UA;
  readonly #voice = new MediaStream();
  readonly #began = performance.now();
  #session: RTCSession | null = null;
  #connection: RTCPeerConnection | null = null;
  #isAnswered = false;
  #isUp = false;
  #isOver = false;
  #patience: number;
  #retry = 0;
  #unsteady = 0;
  #addressless = 0;
  #stopListening = (): void => undefined;
  #endConnection = (): void => undefined;

  constructor(dialling: Dialling) {
    const { address, credentials } = dialling;
    this.#dialling = dialling;
    this.#ua = new UA({
      // Named in the address, so that a window whose telephone was replaced is told so.
      sockets: new WebSocketInterface(`${address}?username=${credentials.username}`),
      uri: `sip:${credentials.username}@${credentials.realm}`,
      password: credentials.password,
      register: false,
      session_timers: false,
      connection_recovery_min_interval: NEVER_SECONDS,
      connection_recovery_max_interval: NEVER_SECONDS,
    });
    this.#patience = window.setTimeout(() => this.#end(this.#ua.isConnected() ? "switch" : "network"), ANSWER_MS);
    this.#ua.on("newRTCSession", (event: { session: RTCSession }) => {
      this.#session = event.session;
    });
    this.#ua.on("connected", () => this.#invite());
    this.#ua.on("disconnected", ({ code }) => this.#disconnected(code ?? 0));
    this.#ua.start();
  }

  /** Begin or stop to watch whether sound arrives. */
  listen(isListening: boolean): void {
    const { flowing } = this.#dialling.events;
    this.#stopListening();
    if (isListening && this.#connection) {
      this.#stopListening = watchFlow(
        this.#connection,
        () => flowing(true),
        () => flowing(false),
      );
    }
  }

  hangUp(): void {
    this.#isOver = true;
    this.#stopListening();
    [this.#patience, this.#retry, this.#unsteady, this.#addressless].forEach((timer) => window.clearTimeout(timer));
    this.#ua.stop();
    this.#endConnection();
  }

  sendTone(key: string): void {
    this.#session?.sendDTMF(key, { transportType: C.DTMF_TRANSPORT.RFC2833 });
  }

  /** How speech travels, as the browser counts it; rejects before the call is up. */
  async stats(): Promise<RTCStatsReport> {
    if (!this.#connection) throw new Error("There is no connection yet.");
    return this.#connection.getStats();
  }

  /** Speak through another microphone. */
  use(microphone: MediaStreamTrack): void {
    for (const sender of this.#connection?.getSenders() ?? []) void sender.replaceTrack(microphone);
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.hangUp();
    this.#dialling.events.ended(ending);
  }

  #disconnected(code: number): void {
    const reason = CLOSED[code] ?? "network";
    // What is heard does not need the WebSocket: it goes on until a new call has taken over.
    if (this.#isUp && reason === "network") this.#dialling.events.troubled();
    else this.#end(reason);
  }

  #invite(): void {
    this.#addressless = window.setTimeout(() => this.#end("network"), ADDRESS_MS);
    this.#endConnection();
    if (this.#dialling.isAnew) this.#endConnection = withFreshAddresses(() => this.#dial());
    else this.#dial();
  }

  #dial(): void {
    const { target, credentials, microphone } = this.#dialling;
    this.#ua.call(`sip:${target}@${credentials.realm}`, {
      mediaStream: microphone,
      pcConfig: { iceServers: credentials.iceServers },
      eventHandlers: {
        peerconnection: (event: PeerConnectionEvent) => this.#watch(event.peerconnection),
        // The switch learns the other ways to us from the packets that arrive; waiting for all costs seconds.
        // Speech goes by UDP; an address for TCP is named for networks that are gone, too.
        icecandidate: (event: IceCandidateEvent) => event.candidate.protocol === "udp" && this.#addressed(event),
        sdp: nameAnAddress,
        confirmed: () => this.#answered(),
        failed: (event: EndEvent) => this.#failed(event),
        ended: (event: EndEvent) => this.#byeReceived(event),
      },
    });
  }

  #addressed(event: IceCandidateEvent): void {
    window.clearTimeout(this.#addressless);
    event.ready();
  }

  #failed(event: EndEvent): void {
    const isRefused = event.cause === C.causes.AUTHENTICATION_ERROR || event.cause === C.causes.REJECTED;
    if (isRefused && performance.now() - this.#began < ADMISSION_MS) {
      this.#retry = window.setTimeout(() => this.#invite(), ADMISSION_RETRY_MS);
    } else if (isRefused) {
      this.#end("refused");
    } else {
      this.#end(event.cause === C.causes.CONNECTION_ERROR ? "network" : "switch");
    }
  }

  // The switch ended the call: on purpose, or because it hears nothing of us.
  #byeReceived(event: EndEvent): void {
    const reason = event.message.getHeader("Reason") ?? "";
    if (!this.#isUp) this.#end("silent");
    else this.#end(UNHEARD.test(reason) ? "network" : "over");
  }

  #answered(): void {
    this.#isAnswered = true;
    window.clearTimeout(this.#patience);
    this.#patience = window.setTimeout(() => this.#end("silent"), SOUND_MS);
    this.#noteSound();
  }

  #watch(connection: RTCPeerConnection): void {
    this.#connection = connection;
    connection.addEventListener("track", (event) => this.#voice.addTrack(event.track));
    connection.addEventListener("connectionstatechange", () => {
      window.clearTimeout(this.#unsteady);
      if (connection.connectionState === "connected") this.#noteSound();
      if (connection.connectionState === "failed") this.#end(this.#isUp ? "network" : "silent");
      if (connection.connectionState === "disconnected" && !this.#isOver) {
        this.#unsteady = window.setTimeout(() => this.#dialling.events.troubled(), UNSTEADY_MS);
      }
    });
  }

  #noteSound(): void {
    if (this.#isUp || this.#isOver || !this.#isAnswered) return;
    if (this.#connection?.connectionState !== "connected") return;
    this.#isUp = true;
    window.clearTimeout(this.#patience);
    this.#dialling.events.up(this.#voice);
  }
}
