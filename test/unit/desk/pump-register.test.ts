/** The register while the disk does not write: somebody waits at a screen. */
import { describe, expect, it } from 'vitest';
import { PumpRegister } from '../../../src/desk/pump-register.ts';
import { collectingLogger, FakeClock, settled } from '../journal/support.ts';
import { pumpAt } from './bay.ts';
import { MemoryRecords } from './memory-records.ts';

function register() {
  const [records, clock] = [new MemoryRecords(), new FakeClock()];
  const pumps = new PumpRegister({ records, kept: [], clock, logger: collectingLogger(), dryMl: 0.5 });
  return { records, clock, pumps };
}

describe('a pump that is entered', () => {
  it('while the records are held by another program is refused after 5 s, and nothing has changed, now and later', async () => {
    const { records, clock, pumps } = register();
    let free = () => {};
    records.blocked = new Promise((done) => {
      free = done;
    });
    const pump = pumpAt(clock.utcMs());
    const put = pumps.put([pump]);
    const said = expect(put).rejects.toMatchObject({
      code: 'records-not-written',
      message: expect.stringContaining(`not written within 5 s: pump ${pump.pump} stays as it was`),
    });
    await clock.passing(4900);
    expect(pumps.get(pump.pump)).toEqual(pump);
    await clock.passing(200);
    await said;
    expect(pumps.get(pump.pump)).toBeNull();
    free();
    records.blocked = null;
    await settled();
    expect(records.of('pump').map(({ json }) => json === null)).toEqual([false, true]);
  });

  it('and changed by somebody else meanwhile keeps that change', async () => {
    const { records, clock, pumps } = register();
    const pump = pumpAt(clock.utcMs());
    let free = () => {};
    records.blocked = new Promise((done) => {
      free = done;
    });
    const late = expect(pumps.put([pump])).rejects.toThrow(/stays as it was/);
    await clock.passing(3000);
    const later = { ...pump, labelFlowMlPerDay: 0.7 };
    const kept = pumps.put([later]);
    await clock.passing(2500);
    await late;
    free();
    await kept;
    expect(pumps.get(pump.pump)).toEqual(later);
    expect(records.of('pump').at(-1)?.json).toContain('0.7');
  });
});

describe('the history of a pump', () => {
  it('says of which fills the flow is only a lower bound: the pump had run dry before them', async () => {
    const { clock, pumps } = register();
    const flow = { value: 2.1, u95: 0.02 };
    const fills = [null, 11.8, 0.2].map((residualMl, i) => ({
      ...{ atMs: clock.utcMs() + i * 86_400_000, filledMl: 30 },
      ...{ residualMl, actualFlow: residualMl === null ? null : flow },
    }));
    const pump = { ...pumpAt(clock.utcMs()), fills };
    await pumps.put([pump]);
    const { points } = await pumps.history(pump.pump);
    expect(points.map(({ atLeast }) => atLeast)).toEqual([false, false, true]);
  });
});
