/**
 * Does the new firmware work? It must say who it is, with the version of the image and the same hardware; send readings; not
 * restart; and not damage more lines than its predecessor did. Only then is it kept.
 */
import { sameRelease, versionOf } from '../version.ts';
import type { UpdateEvent, UpdateOrder } from './words.ts';

/** From the restart until the station has said who it is. */
const IDENTITY_MS = 30_000;
/** Beyond the proof's own time: for the first readings, and for a link that was away for a moment. */
const GRACE_MS = 15_000;
const FEWEST_READINGS = 5;
/** Share of lines with a wrong checksum that is nobody's fault. */
const HARMLESS_CRC_RATE = 0.01;
const FEWEST_LINES = 20;

export interface Doubt {
  readonly code: 'no-identity' | 'wrong-version' | 'wrong-hardware' | 'no-readings' | 'crc-errors' | 'reports-fault';
  readonly why: string;
}

type Identified = Extract<UpdateEvent, { kind: 'identified' }>;

export class Proof {
  readonly #order: UpdateOrder;
  readonly #beganMs: number;
  /** Boot before the restart: what it still says is not the new firmware's. */
  readonly #bootBefore: string | null;
  #said: Identified | null = null;
  #sinceMs: number | null = null;
  #readings = 0;
  #fault: string | null = null;
  #linesAtStart: { lines: number; bad: number } | null = null;
  #lines = { lines: 0, bad: 0 };

  constructor(order: UpdateOrder, bootBefore: string | null, nowMs: number) {
    this.#order = order;
    this.#bootBefore = bootBefore;
    this.#beganMs = nowMs;
  }

  /** `restarted`: another boot than the one that is being watched. */
  identified(said: Identified, nowMs: number): 'noted' | 'restarted' {
    if (said.bootId === this.#bootBefore) return 'noted';
    if (this.#sinceMs !== null && this.#said !== null && said.bootId !== this.#said.bootId) return 'restarted';
    this.#said = said;
    if (this.#wrongIdentity() === null) this.#sinceMs ??= nowMs;
    return 'noted';
  }

  reading(): void {
    if (this.#sinceMs !== null) this.#readings++;
  }

  fault(what: string): void {
    this.#fault = what.slice(0, 100);
  }

  health(lines: number, bad: number): void {
    this.#lines = { lines, bad };
    if (this.#sinceMs !== null) this.#linesAtStart ??= this.#lines;
  }

  /** When it can be judged. */
  get dueMs(): number {
    const { proofMs } = this.#order;
    if (this.#fault !== null) return this.#beganMs;
    if (this.#sinceMs === null) return this.#beganMs + IDENTITY_MS;
    return this.#sinceMs + proofMs + (this.#readings < FEWEST_READINGS ? GRACE_MS : 0);
  }

  /** To be asked when `dueMs` has come: why it is not proved, or `null`. */
  doubt(): Doubt | null {
    const wrong = this.#wrongIdentity();
    if (wrong !== null) return wrong;
    if (this.#fault !== null) {
      return { code: 'reports-fault', why: `under the new firmware the station reports a fault: ${this.#fault}` };
    }
    if (this.#readings < FEWEST_READINGS) {
      return { code: 'no-readings', why: `the new firmware sent ${this.#readings} readings in its time of proof` };
    }
    return this.#tooManyErrors();
  }

  #wrongIdentity(): Doubt | null {
    const { image, hardwareRevision } = this.#order;
    if (this.#said === null) {
      return { code: 'no-identity', why: 'the new firmware runs but does not say who it is' };
    }
    const [wanted, said] = [versionOf(image.version), versionOf(this.#said.firmwareVersion)];
    if (wanted === null || said === null || !sameRelease(wanted, said)) {
      const seen = this.#said.firmwareVersion.slice(0, 40);
      return { code: 'wrong-version', why: `after the restart the station says that it runs ${seen}` };
    }
    if (hardwareRevision !== null && this.#said.hardwareRevision !== hardwareRevision) {
      const seen = this.#said.hardwareRevision.slice(0, 40);
      return { code: 'wrong-hardware', why: `under the new firmware the station takes itself for hardware ${seen}` };
    }
    return null;
  }

  #tooManyErrors(): Doubt | null {
    const start = this.#linesAtStart;
    if (start === null) return null;
    const bad = this.#lines.bad - start.bad;
    const all = this.#lines.lines - start.lines + bad;
    const allowed = Math.max(HARMLESS_CRC_RATE, 3 * (this.#order.crcErrorRateBefore ?? 0));
    if (all < FEWEST_LINES || bad / all <= allowed) return null;
    const percent = ((100 * bad) / all).toFixed(1);
    return { code: 'crc-errors', why: `${percent} % of its lines arrived damaged under the new firmware` };
  }
}
