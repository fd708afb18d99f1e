/** The small parts: limits, identities, health, reports. */
import { describe, expect, it } from 'vitest';
import type { HrspFrame, HrspMessage } from '../../../protocols/hrsp/messages.ts';
import { newCounters } from '../../../src/station/counters.ts';
import { HealthMeter } from '../../../src/station/health.ts';
import { type Claimant, Identities, unusableSerial } from '../../../src/station/identities.ts';
import { compileLimits } from '../../../src/station/limits.ts';
import type { StationEvent } from '../../../src/station/model.ts';
import { Reporter } from '../../../src/station/report.ts';

describe('limits', () => {
  it('are checked per channel; a limit itself and a missing value are within', () => {
    const beyond = compileLimits({ reservoirVolume: { low: 2, high: 40 }, linePressure: { high: 60 } });
    expect(beyond?.([2, 99, 60, null, null, null])).toBe(false);
    expect(beyond?.([1.999, 0, 0, null, null, null])).toBe(true);
    expect(beyond?.([null, 0, 60.01, null, null, null])).toBe(true);
    expect(beyond?.([null, null, null, null, null, null])).toBe(false);
  });

  it('cost nothing when there are none', () => {
    expect(compileLimits({})).toBeNull();
    expect(compileLimits({ lineFlow: {} })).toBeNull();
  });
});

describe('identities', () => {
  class Link implements Claimant {
    readonly linkName: string;
    readonly log: string[] = [];
    constructor(linkName: string) {
      this.linkName = linkName;
    }
    refuse(reason: string): void {
      this.log.push(`refused: ${reason}`);
    }
    askAgain(): void {
      this.log.push('ask again');
    }
  }

  it('refuse both links that claim one serial, naming both, until one is gone', () => {
    const identities = new Identities();
    const [a, b, c] = [new Link('/dev/a'), new Link('tcp://b:1'), new Link('/dev/c')];
    expect(identities.claim('HAI-1', a)).toBeNull();
    expect(identities.claim('HAI-2', c)).toBeNull();
    const reason = identities.claim('HAI-1', b);
    expect(reason).toMatch(/\/dev\/a and tcp:\/\/b:1 both say they are station HAI-1: unplug one/);
    expect(a.log).toEqual([`refused: ${reason}`]);
    expect(c.log).toEqual([]);
    identities.release(b);
    expect(a.log.at(-1)).toBe('ask again');
    expect(identities.claim('HAI-1', a)).toBeNull();
  });

  it('a device that makes up serials finds an end, and the stations that are known do not notice', () => {
    const identities = new Identities();
    let refused = 0;
    for (let n = 0; n < 30_000; n++) if (identities.admit(`HAI-${n}`) !== null) refused++;
    expect(refused).toBe(20_000);
    expect(identities.admit('HAI-20001')).toMatch(/more than 10000 different serials .* find the device/);
    expect(identities.admit('HAI-7')).toBeNull();
  });

  it('asked again while both are there, both stay refused and the other is not disturbed', () => {
    const identities = new Identities();
    const [a, b] = [new Link('/dev/a'), new Link('/dev/b')];
    identities.claim('HAI-1', a);
    identities.claim('HAI-1', b);
    expect(identities.claim('HAI-1', b)).not.toBeNull();
    expect(a.log).not.toContain('ask again');
  });

  it('a third claimant needs two to go', () => {
    const identities = new Identities();
    const [a, b, c] = [new Link('/dev/a'), new Link('/dev/b'), new Link('/dev/c')];
    for (const link of [a, b, c]) identities.claim('HAI-1', link);
    identities.release(a);
    expect(c.log).not.toContain('ask again');
    identities.release(b);
    expect(c.log).toContain('ask again');
  });

  it('a link that turns out to be another station gives up the serial it had', () => {
    const identities = new Identities();
    const [a, b] = [new Link('/dev/a'), new Link('/dev/b')];
    identities.claim('HAI-1', a);
    identities.claim('HAI-1', b);
    expect(identities.claim('HAI-2', a)).toBeNull();
    expect(b.log).toContain('ask again');
  });

  it('serials must be usable as names', () => {
    for (const good of ['HAI-0001', 'a', '7.x_y']) expect(unusableSerial(good)).toBeNull();
    for (const bad of ['', 'a/b', '+', '#', 'ä', '-a', 'a b', 'x'.repeat(65), 'a\n']) {
      expect(unusableSerial(bad), bad).toMatch(/give it a serial of letters/);
    }
  });
});

describe('health', () => {
  it('gives rate and quality; a damaged line that also leaves a gap counts once', () => {
    const meter = new HealthMeter();
    const counters = newCounters();
    meter.restart(counters, 0);
    expect(meter.sample(counters, 1000)).toEqual({ rateHz: 0, linkQuality: null });
    counters.lines += 90;
    counters.readings += 80;
    counters.linesLost += 10;
    counters.faults['bad-checksum'] += 10;
    expect(meter.sample(counters, 3000)).toEqual({ rateHz: 40, linkQuality: 0.9 });
  });

  it('is 0 when only noise arrives, and forgets what is older than a minute', () => {
    const meter = new HealthMeter();
    const counters = newCounters();
    meter.restart(counters, 0);
    counters.faults.noise += 5;
    expect(meter.sample(counters, 1000).linkQuality).toBe(0);
    for (let s = 2; s <= 62; s++) {
      counters.lines += 10;
      meter.sample(counters, s * 1000);
    }
    expect(meter.sample(counters, 63_000).linkQuality).toBe(1);
  });

  it('does not hold a cable that was unplugged against the link afterwards', () => {
    const meter = new HealthMeter();
    const counters = newCounters();
    meter.restart(counters, 0);
    counters.linesLost += 100_000;
    meter.restart(counters, 5000);
    counters.lines += 10;
    expect(meter.sample(counters, 6000).linkQuality).toBe(1);
  });
});

describe('reports', () => {
  function reporter() {
    const events: StationEvent[] = [];
    const made = new Reporter((event) => events.push(event));
    const report = (message: HrspMessage) => {
      const frame: HrspFrame = {
        kind: 'message',
        header: { bootId: 'AAAAAAAA', seq: 1, tick: 2 },
        message,
        extraFields: 0,
      };
      made.report('HAI-1', frame, { utcMs: 3, monotonicMs: 4 });
    };
    const said = () => events.splice(0).map((e) => `${e.source} ${e.state} ${e.data}`.trim());
    return { made, report, said };
  }
  const state: HrspMessage = {
    type: 'STA',
    state: 'measuring',
    needle: 'in',
    clamp: 'unknown',
    door: 'closed',
    power: 'mains',
  };

  it('a state report becomes events for what is known and what changed', () => {
    const { report, said } = reporter();
    report(state);
    expect(said()).toEqual(['state measuring', 'needle in', 'door closed', 'power mains']);
    report(state);
    expect(said()).toEqual([]);
    report({ ...state, needle: 'out', door: 'unknown' });
    expect(said()).toEqual(['needle out', 'door unknown']);
  });

  it('does not say twice what an event has said, and makes good an event that was lost', () => {
    const { report, said } = reporter();
    report(state);
    said();
    report({ type: 'EVT', source: 'needle', state: 'out', data: '' });
    report({ ...state, needle: 'out', clamp: 'open' });
    expect(said()).toEqual(['needle out', 'clamp open']);
  });

  it('scans and errors are always said', () => {
    const { report, said } = reporter();
    const scan: HrspMessage = { type: 'EVT', source: 'scan', state: 'qr', data: 'lot 7' };
    report(scan);
    report(scan);
    report({ type: 'ERR', code: 217, severity: 'warning', text: 'scale: no answer' });
    expect(said()).toEqual(['scan qr lot 7', 'scan qr lot 7', 'error warning 217 scale: no answer']);
  });
});
