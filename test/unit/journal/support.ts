/** A clock that moves only when told, and readings to feed. */
import type { Reading } from '../../../protocols/reading.ts';
import type { Clock } from '../../../src/clock.ts';
import type { Journal, JournaledBatch } from '../../../src/journal/port.ts';
import type { Logger } from '../../../src/logger.ts';
import type { StationEvent } from '../../../src/station/model.ts';

/** Resolves when all promises that can settle have settled. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

export class FakeClock implements Clock {
  utc = Date.UTC(2026, 2, 14, 9, 26, 53);
  #now = 1000;
  #timers: { dueMs: number; run: () => void }[] = [];

  utcMs(): number {
    return this.utc;
  }

  monotonicMs(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { dueMs: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  /** Time passes; timers run in order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    while (this.#runNext(end));
    this.#arrive(end);
  }

  /** The same, and what a timer sets off ends before the next one runs: promises included, other threads not. */
  async passing(ms: number): Promise<void> {
    const end = this.#now + ms;
    do await settled();
    while (this.#runNext(end));
    this.#arrive(end);
  }

  #runNext(end: number): boolean {
    const next = this.#timers.filter((t) => t.dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0];
    if (!next) return false;
    this.#timers = this.#timers.filter((t) => t !== next);
    this.#arrive(Math.max(this.#now, next.dueMs));
    next.run();
    return true;
  }

  #arrive(ms: number): void {
    this.utc += ms - this.#now;
    this.#now = ms;
  }
}

export function reading(station: string, lineSeq: number, over: Partial<Reading> = {}): Reading {
  return {
    station,
    bootId: '0A1B2C3D',
    lineSeq,
    deviceTickMs: lineSeq * 100,
    received: { utcMs: Date.UTC(2026, 2, 14, 9, 26, 53) + lineSeq * 100, monotonicMs: 1000 + lineSeq * 100 },
    values: [18.25 - lineSeq / 1000, -0.5, 12.34, 33.1, null, 101.325],
    flags: 0x80,
    ...over,
  };
}

export function stationEvent(station: string, lineSeq: number, over: Partial<StationEvent> = {}): StationEvent {
  return {
    station,
    bootId: '0A1B2C3D',
    lineSeq,
    deviceTickMs: lineSeq * 100,
    received: { utcMs: Date.UTC(2026, 2, 14, 9, 26, 53) + lineSeq * 100, monotonicMs: 1000 },
    source: 'needle',
    state: 'in',
    data: '',
    ...over,
  };
}

export interface Line {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: object;
  message: string;
}

export function collectingLogger(lines: Line[] = []): Logger & { lines: Line[] } {
  const at = (level: Line['level']) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const logger = { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { ...logger, child: () => collectingLogger(lines) };
}

/** Page by page, as those who send again do. */
export async function allWaiting(journal: Pick<Journal, 'waiting'>): Promise<JournaledBatch[]> {
  const all: JournaledBatch[] = [];
  for (;;) {
    const page = await journal.waiting(1000, 0, all.at(-1)?.position ?? 0);
    if (page.length === 0) return all;
    all.push(...page);
  }
}
