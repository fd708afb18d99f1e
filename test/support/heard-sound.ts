/** Hears what a page plays: its audio context is one that renders into memory, so that no sound card and no load matters. */
import type { Page } from 'playwright-core';

const RATE = 44_100;
const SECONDS = 5;

/** To be called before the page is opened. */
export async function listenTo(page: Page): Promise<void> {
  await page.addInitScript(
    ([rate, seconds]) => {
      const offline = new OfflineAudioContext(1, rate * seconds, rate);
      let tones = 0;
      const heard = {
        offline,
        get tones() {
          return tones;
        },
      };
      class Rendering {
        readonly state = 'running';
        readonly currentTime = 0;
        readonly destination = offline.destination;
        addEventListener() {}
        resume = async () => {};
        createGain = () => offline.createGain();
        createPeriodicWave = (real: Float32Array, imaginary: Float32Array) =>
          offline.createPeriodicWave(real as Float32Array<ArrayBuffer>, imaginary as Float32Array<ArrayBuffer>);
        createOscillator() {
          tones += 1;
          return offline.createOscillator();
        }
      }
      Object.assign(window, { heard, AudioContext: Rendering });
    },
    [RATE, SECONDS] as const,
  );
}

export interface Heard {
  /** s from the beginning of what was heard. */
  readonly pulses: readonly { readonly atS: number; readonly durationS: number }[];
  /** Of the middle of the first pulse: amplitude at n Hz, for whole multiples of `hz`. */
  levels(hz: number, multiples: number): readonly number[];
}

type Window = { heard: { offline: OfflineAudioContext; tones: number } };

/** Waits until the page has begun to play, then renders it. Once per page. */
export async function heardBy(page: Page): Promise<Heard> {
  await page.waitForFunction(() => (window as unknown as Window).heard.tones > 0);
  const text = await page.evaluate(async () => {
    const { offline } = (window as unknown as Window).heard;
    const samples = (await offline.startRendering()).getChannelData(0);
    return [...samples].map((sample) => Math.round(sample * 32_767)).join();
  });
  const samples = text.split(',').map((sample) => Number(sample) / 32_767);
  return { pulses: pulsesIn(samples), levels: (hz, multiples) => levelsIn(samples, hz, multiples) };
}

/** Louder than this, within so long a time, counts as sound. */
const THRESHOLD = 0.01;
const WINDOW = Math.round(0.004 * RATE);

function pulsesIn(samples: readonly number[]): { atS: number; durationS: number }[] {
  const pulses: { atS: number; durationS: number }[] = [];
  let from: number | null = null;
  for (let i = 0; i < samples.length; i += WINDOW) {
    const loud = samples.slice(i, i + WINDOW).some((sample) => Math.abs(sample) > THRESHOLD);
    if (loud) from ??= i;
    else if (from !== null) {
      pulses.push({ atS: from / RATE, durationS: (i - from) / RATE });
      from = null;
    }
  }
  const first = pulses[0]?.atS ?? 0;
  return pulses.map(({ atS, durationS }) => ({ atS: atS - first, durationS }));
}

/** Goertzel's filter over the steady part of the first pulse. */
function levelsIn(samples: readonly number[], hz: number, multiples: number): number[] {
  const begin = samples.findIndex((sample) => Math.abs(sample) > THRESHOLD);
  const steady = samples.slice(begin + Math.round(0.03 * RATE), begin + Math.round(0.09 * RATE));
  return Array.from({ length: multiples }, (_, i) => {
    const turn = (2 * Math.PI * hz * (i + 1)) / RATE;
    let real = 0;
    let imaginary = 0;
    steady.forEach((sample, n) => {
      real += sample * Math.cos(turn * n);
      imaginary += sample * Math.sin(turn * n);
    });
    return (2 * Math.hypot(real, imaginary)) / steady.length;
  });
}
