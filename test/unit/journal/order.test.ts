import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openJournal } from '../../../src/journal/journal.ts';
import { silentLogger } from '../../../src/logger.ts';
import { telemetryPayload } from '../../../src/mqtt/topics.ts';
import { temporaryFolder } from '../../support/services.ts';
import { diskHere } from './disk-here.ts';
import { FakeClock, reading, stationEvent } from './support.ts';

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('reading' as const), utcStepMs: fc.integer({ min: -5000, max: 5000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('event' as const), utcStepMs: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('boot' as const), utcStepMs: fc.constant(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('restart' as const), utcStepMs: fc.integer({ min: -1e9, max: 1e9 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), utcStepMs: fc.constant(0) }) },
);

it('numbers without gaps and stamps strictly upwards, whatever UTC, reboots and restarts do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      const folder = temporaryFolder();
      const clock = new FakeClock();
      const payloads: string[] = [];
      const path = join(folder.path, 'journal.db');
      const open = async () => {
        const disk = diskHere(path, clock);
        const journal = await openJournal({ path, bridge: 'b', clock, logger: silentLogger, disk });
        journal.onCommitted((b) => payloads.push(b.payload));
        return journal;
      };
      let journal = await open();
      let boot = 1;
      let messages = 0;
      for (const { kind, utcStepMs } of steps) {
        clock.utc += utcStepMs;
        const at = { bootId: `BOOT${boot}`, received: { utcMs: clock.utc, monotonicMs: 0 } };
        if (kind === 'reading') journal.append(reading('RS-1', messages++, at));
        else if (kind === 'event') journal.appendEvent(stationEvent('RS-1', messages++, at));
        else if (kind === 'boot') boot++;
        else if (kind === 'pass') await clock.passing(20);
        else {
          await journal.close();
          journal = await open();
        }
      }
      await journal.close();
      folder.remove();

      let lastNs = -1n;
      let lastEpoch = 0;
      let lastSeq = 0;
      let seen = 0;
      for (const payload of payloads) {
        const batch = telemetryPayload.parse(JSON.parse(payload));
        expect(batch.epoch).toBeGreaterThanOrEqual(lastEpoch);
        if (batch.epoch > lastEpoch) lastSeq = 0;
        lastEpoch = batch.epoch;
        expect(batch.firstSeq).toBe(lastSeq + 1);
        const all = [
          ...batch.rows.map((r) => ({ seq: r[0] ?? 0, dtNs: r[1] ?? 0 })),
          ...batch.events.map((e) => ({ seq: e.seq, dtNs: e.dtNs })),
        ].sort((a, b) => a.seq - b.seq);
        for (const { seq, dtNs } of all) {
          expect(seq).toBe(++lastSeq);
          const ns = BigInt(batch.t0) + BigInt(dtNs);
          expect(ns > lastNs).toBe(true);
          lastNs = ns;
          seen++;
        }
        expect(batch.lastSeq).toBe(lastSeq);
      }
      expect(seen).toBe(messages);
    }),
    { numRuns: 40 },
  );
});
