/** A demonstration shows refills without anybody typing, and leaves real stations alone. */
import { describe, expect, it } from 'vitest';
import { startDemoNurse } from '../../../src/desk/demo-nurse.ts';
import { PumpRegister } from '../../../src/desk/pump-register.ts';
import { SHIPPED_MODELS } from '../../../src/refill/register/pump-models.ts';
import { pumpRecordSchema, recordOf } from '../../../src/refill/register/schema.ts';
import { settled } from '../journal/support.ts';
import { openBay, STATION } from './bay.ts';

async function demo() {
  const { records, clock, logger: log } = await openBay();
  const register = new PumpRegister({ records, kept: [], clock, logger: log, dryMl: 0.5 });
  const bay = await openBay({ register });
  const { bus, logger, desk } = bay;
  startDemoNurse({ bus, clock: bay.clock, logger, refills: desk, register, models: SHIPPED_MODELS });
  return { ...bay, register };
}

describe('the demo nurse', () => {
  it('begins a refill when the simulated patient is there, and ends it when the patient has left', async () => {
    const bay = await demo();
    bay.status('live');
    bay.read(3000, { reservoirVolume: null });
    await settled();
    expect(bay.desk.state(STATION)).toBeNull();
    bay.read(300);
    await settled();
    expect(bay.desk.state(STATION)).toMatchObject({ by: 'Demo nurse', simulated: true, outcome: 'in-progress' });
    const pump = bay.register.get(`DEMO-${STATION}`);
    expect(pumpRecordSchema.safeParse(pump && recordOf(pump)).success).toBe(true);
    bay.read(2500, { reservoirVolume: null });
    await settled();
    expect(bay.desk.busy(STATION)).toBe(true);
    bay.read(3000, { reservoirVolume: null });
    await settled();
    expect(bay.desk.state(STATION)).toMatchObject({
      outcome: 'stopped',
      stoppedReason: 'the simulated patient has left',
    });
    bay.read(3000);
    await settled();
    expect(bay.desk.busy(STATION)).toBe(true);
  });

  it('has scanned before whom it finds already there, and whom it saw come it has not', async () => {
    const identity = (bay: Awaited<ReturnType<typeof demo>>) =>
      bay.desk.state(STATION)?.holds.find(({ hold }) => hold === 'identity')?.state;
    const there = await demo();
    there.status('live');
    there.read(300);
    await settled();
    expect(identity(there)).toBe('passed');
    const came = await demo();
    came.status('live');
    came.read(3000, { reservoirVolume: null });
    came.read(300);
    await settled();
    expect(identity(came)).toBe('pending');
  });

  it('does nothing at a station that is not simulated', async () => {
    const bay = await demo();
    bay.status('live', '0A1B2C3D', 'clinical');
    bay.read(5000);
    await settled();
    expect(bay.desk.state(STATION)).toBeNull();
    expect(bay.register.all()).toEqual([]);
  });
});
