// That something was paid, for ears and hands, where the device and the browser allow it: two short tones, two short shakes.

const TONES = [[880, 0], [1320, 0.14]]; // hertz, and seconds after the first
const TONE_S = 0.12;
let sound = null;

// Browsers play sounds only for pages that were touched, so this is called by a press.
export function prepareSignal() {
  try {
    sound ??= new AudioContext();
  } catch {
    // no sound here
  }
}

export function signalPaid() {
  navigator.vibrate?.([120, 60, 120]);
  if (sound?.state !== "running") return;
  for (const [hertz, after] of TONES) {
    const tone = sound.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(sound.destination);
    tone.start(sound.currentTime + after);
    tone.stop(sound.currentTime + after + TONE_S);
  }
}
