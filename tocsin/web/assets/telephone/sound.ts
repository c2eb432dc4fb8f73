// Sounds that the page itself makes: a ringing telephone and a tone to try the headset with.

let context: AudioContext | null = null;

function ready(): AudioContext {
  context ??= new AudioContext();
  // Browsers keep a page silent until somebody has touched it.
  void context.resume();
  return context;
}

/** Wake the sound with the first touch, so that it rings later while nobody touches anything. */
export function wakeWithFirstTouch(): void {
  for (const touch of ["pointerdown", "keydown"] as const) {
    addEventListener(touch, () => ready(), { once: true, capture: true });
  }
}

function play(frequencies: number[], output: AudioNode, from: number, seconds: number, loudness: number): void {
  const audio = ready();
  const volume = new GainNode(audio, { gain: 0 });
  volume.connect(output);
  volume.gain.setTargetAtTime(loudness, from, 0.01);
  volume.gain.setTargetAtTime(0, from + seconds, 0.02);
  for (const frequency of frequencies) {
    const oscillator = new OscillatorNode(audio, { frequency });
    oscillator.connect(volume);
    oscillator.start(from);
    oscillator.stop(from + seconds + 0.2);
  }
}

let ringing = 0;

/** Ring, twice short and a pause, until `stopRinging`. */
export function startRinging(): void {
  if (ringing) return;
  const ring = (): void => {
    const audio = ready();
    for (const offset of [0, 0.6]) {
      play([440, 480], audio.destination, audio.currentTime + offset, 0.4, 0.15);
    }
  };
  ring();
  ringing = window.setInterval(ring, 2400);
}

export function stopRinging(): void {
  window.clearInterval(ringing);
  ringing = 0;
}

/** Three rising tones, once: somebody in the room must look. */
export function soundAlarm(): void {
  const audio = ready();
  [660, 880, 1100].forEach((frequency, place) => {
    play([frequency], audio.destination, audio.currentTime + place * 0.25, 0.2, 0.25);
  });
}

/** Play a short tune through an element, and so through the device that the element uses. */
export function playTestTone(element: HTMLAudioElement): void {
  const audio = ready();
  const output = new MediaStreamAudioDestinationNode(audio);
  element.srcObject = output.stream;
  void element.play();
  [523, 659, 784].forEach((frequency, place) => {
    play([frequency], output, audio.currentTime + 0.1 + place * 0.3, 0.25, 0.2);
  });
}
