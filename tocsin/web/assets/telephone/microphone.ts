// The microphone and the sound: opening, choosing, measuring, trying out.

export type MicrophoneProblem = "insecure" | "unsupported" | "denied" | "no-microphone" | "microphone-busy";

export class MicrophoneError extends Error {
  constructor(readonly problem: MicrophoneProblem) {
    super(problem);
  }
}

const PROBLEMS: Record<string, MicrophoneProblem> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no-microphone",
  OverconstrainedError: "no-microphone",
};
const MICROPHONE_KEY = "tocsin-microphone";
const SPEAKER_KEY = "tocsin-speaker";
const CHECKED_KEY = "tocsin-checked";
// A soft voice at a headset, and more than a quiet room: -34 dB of full scale.
const VOICE = 0.02;

/** What keeps this page from ever having a microphone, if anything does. */
export function shortcoming(): MicrophoneProblem | null {
  if (!window.isSecureContext) return "insecure";
  return navigator.mediaDevices && window.RTCPeerConnection ? null : "unsupported";
}

/** Open the microphone that was chosen last, or another one; a MicrophoneError says what stands in the way. */
export async function openMicrophone(): Promise<MediaStream> {
  const problem = shortcoming();
  if (problem) throw new MicrophoneError(problem);
  const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const chosen = localStorage.getItem(MICROPHONE_KEY);
  if (chosen) audio.deviceId = { ideal: chosen };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new MicrophoneError(PROBLEMS[name] ?? "microphone-busy");
  }
}

/** Whether the microphone was checked in this browser and may be opened without a question. */
export async function mayOpenUnasked(): Promise<boolean> {
  if (!localStorage.getItem(CHECKED_KEY) || !navigator.permissions) return false;
  try {
    const status = await navigator.permissions.query({ name: "microphone" as PermissionName });
    return status.state === "granted";
  } catch {
    return false;
  }
}

export function rememberCheck(): void {
  localStorage.setItem(CHECKED_KEY, "yes");
}

/** Fill a list with the devices of a kind; answers whether there is anything to choose. */
export async function listDevices(list: HTMLSelectElement, kind: MediaDeviceKind): Promise<boolean> {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === kind);
  const chosen = localStorage.getItem(kind === "audioinput" ? MICROPHONE_KEY : SPEAKER_KEY);
  list.replaceChildren(
    ...devices.map((device) => new Option(device.label, device.deviceId, false, device.deviceId === chosen)),
  );
  return devices.length > 0;
}

export function chooseMicrophone(device: string): void {
  localStorage.setItem(MICROPHONE_KEY, device);
}

export function chooseSpeaker(device: string): void {
  localStorage.setItem(SPEAKER_KEY, device);
}

/** Let an element be heard where the person chose, in browsers that can. */
export async function routeToSpeaker(element: HTMLMediaElement): Promise<void> {
  const chosen = localStorage.getItem(SPEAKER_KEY);
  // A device that was unplugged is no reason to be silent: the usual one is used.
  if (chosen && "setSinkId" in element) await element.setSinkId(chosen).catch(() => undefined);
}

/** Show on a meter how loud the microphone hears, from 0 to 1, until the answer is called; `heard` at a voice. */
export function measure(microphone: MediaStream, meter: HTMLMeterElement, heard: () => void): () => void {
  const context = new AudioContext();
  // A copy, for the microphone itself is switched off while nobody listens.
  const stream = microphone.clone();
  for (const track of stream.getAudioTracks()) track.enabled = true;
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let frame = 0;
  const draw = (): void => {
    analyser.getFloatTimeDomainData(samples);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    // The ear hears ratios: -60 dB is nothing, 0 dB everything.
    if (loudest > VOICE) heard();
    meter.value = loudest > 0.001 ? 1 + Math.log10(loudest) / 3 : 0;
    frame = requestAnimationFrame(draw);
  };
  draw();
  return () => {
    cancelAnimationFrame(frame);
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
}
