/** Records in memory, which can be told to be slow or broken; what is written in them is what the real ones would hold. */
import type { AlarmLogEntry } from '../../../src/alarms/log.ts';
import { type Records, RecordsUnavailable } from '../../../src/records/port.ts';
import type { RecordsWrite } from '../../../src/records/writes.ts';

export class MemoryRecords implements Records {
  readonly writes: RecordsWrite[] = [];
  /** While not `null`, writes wait for it. */
  blocked: Promise<void> | null = null;
  refuses = false;

  async write(write: RecordsWrite): Promise<void> {
    if (this.blocked !== null) await this.blocked;
    if (this.refuses) throw new RecordsUnavailable('too much waits');
    this.writes.push(structuredClone(write));
  }

  of<K extends RecordsWrite['do']>(what: K): Extract<RecordsWrite, { do: K }>[] {
    return this.writes.filter((write): write is Extract<RecordsWrite, { do: K }> => write.do === what);
  }

  get log(): AlarmLogEntry[] {
    return this.of('alarms').flatMap(({ log }) => [...log]);
  }

  get alarmState(): string | null {
    return this.of('alarms').findLast(({ state }) => state !== null)?.state ?? null;
  }

  async alarmLog(): Promise<AlarmLogEntry[]> {
    return this.log.toReversed();
  }

  async refills() {
    const summaries = new Map(
      this.writes.flatMap((write) => ('summary' in write ? [[write.summary.refill, write.summary] as const] : [])),
    );
    return { refills: [...summaries.values()].toReversed(), next: null };
  }

  async record(refill: string): Promise<string | null> {
    return this.of('refill-ended').find(({ summary }) => summary.refill === refill)?.record ?? null;
  }

  async inputs(refill: string): Promise<string[]> {
    return this.of('inputs').flatMap((write) => (write.refill === refill ? [...write.lines] : []));
  }
}
