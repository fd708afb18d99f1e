/** Plays bursts through Web Audio. The only file that knows an audio context. */
import { signal } from '@preact/signals';
import { type Burst, envelope, lengthS } from '../model/alarm-burst.ts';

/** `blocked`: the browser lets nothing out until somebody presses something; `none`: it cannot play at all. */
export const output = signal<'running' | 'blocked' | 'none'>(typeof AudioContext === 'undefined' ? 'none' : 'blocked');

const LOUDNESS = 0.7;
/** The first points of an envelope must not lie in the past. */
const LEAD_S = 0.03;

let context: AudioContext | null = null;
let playing: { stop(): void } | null = null;

/** To be called within a press of a key or button: browsers let sound out only after one. */
export function unlock(): void {
  if (output.peek() === 'none') return;
  if (context === null) {
    context = new AudioContext();
    context.addEventListener('statechange', noteState);
  }
  // `interrupted` after a phone call, `suspended` before the first press.
  if (context.state !== 'running') context.resume().then(noteState, noteState);
  noteState();
}

function noteState(): void {
  output.value = context?.state === 'running' ? 'running' : 'blocked';
}

export function silence(): void {
  playing?.stop();
  playing = null;
}

/** Ends what sounds and plays one burst; nothing while the output is blocked. */
export function play(burst: Burst): void {
  silence();
  if (context === null || context.state !== 'running') return;
  const fromS = context.currentTime + LEAD_S;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, context.currentTime);
  for (const { atS, level } of envelope(burst, fromS)) gain.gain.linearRampToValueAtTime(level * LOUDNESS, atS);
  gain.connect(context.destination);
  const tone = context.createOscillator();
  const sines = Float32Array.from([0, ...burst.harmonics]);
  tone.setPeriodicWave(context.createPeriodicWave(new Float32Array(sines.length), sines));
  tone.frequency.value = burst.hz;
  tone.connect(gain);
  tone.start(fromS);
  tone.stop(fromS + lengthS(burst));
  tone.addEventListener('ended', () => gain.disconnect());
  playing = {
    stop: () => {
      tone.stop();
      gain.disconnect();
    },
  };
}
