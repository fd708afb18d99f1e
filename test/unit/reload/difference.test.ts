import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Config, configSchema } from '../../../src/config.ts';
import { differenceOf } from '../../../src/reload/difference.ts';

const config = (over: object = {}): Config => configSchema.parse(over);
const lines = (before: Config, after: Config, leased?: ReadonlySet<string>) =>
  differenceOf(before, after, leased).changes.map((c) => `${c.effect} ${c.key}: ${c.was} -> ${c.is}`);

describe('the difference of two configurations', () => {
  it('is nothing for equal ones', () => {
    const same = differenceOf(config(), config());
    expect(same).toMatchObject({ changes: [], config: config() });
    expect(same.touched.size).toBe(0);
  });

  it('names every key that changes, applies what can be applied and keeps the rest', () => {
    const before = config({ limits: { linePressure: { high: 60 } } });
    const after = config({
      site: 'ward-9',
      http: { listen: '127.0.0.1:9000' },
      limits: { linePressure: { low: 1, high: 70 } },
      freshness: { expiryMs: 3000 },
      log: { level: 'debug' },
      mqtt: { liveHz: 2 },
      store: { kind: 'influx' },
    });
    const { changes, config: now, touched } = differenceOf(before, after);
    expect(lines(before, after).sort()).toEqual(
      [
        'applied freshness.expiryMs: 2000 -> 3000',
        'applied limits.linePressure.high: 60 -> 70',
        'applied limits.linePressure.low: (not set) -> 1',
        'applied log.level: "info" -> "debug"',
        'applied mqtt.liveHz: 5 -> 2',
        'kept http.listen: "127.0.0.1:8470" -> "127.0.0.1:9000"',
        'kept site: "clinic" -> "ward-9"',
        'kept store.database: (not set) -> "hai"',
        'kept store.kind: "sqlite" -> "influx"',
        'kept store.url: (not set) -> "http://127.0.0.1:8086"',
      ].sort(),
    );
    expect(changes.filter((c) => c.effect === 'kept').every((c) => c.why?.includes('next start'))).toBe(true);
    expect(now).toEqual({
      ...before,
      limits: after.limits,
      freshness: after.freshness,
      log: after.log,
      mqtt: { ...before.mqtt, liveHz: 2 },
    });
    expect([...touched].sort()).toEqual(['freshness', 'limits', 'live', 'log']);
  });

  it('takes links by their URL, whatever their order', () => {
    const before = config({ links: [{ url: '/dev/a' }, { url: '/dev/b' }, { url: 'tcp://c:1' }] });
    const after = config({
      links: [{ url: 'tcp://c:1' }, { url: '/dev/b', baudRate: 9600, rateHz: 10 }, { url: '/dev/d' }],
    });
    expect(lines(before, after)).toEqual([
      'applied link /dev/a: configured -> removed',
      'applied link /dev/b baudRate: 115200 -> 9600',
      'applied link /dev/b rateHz: (not set) -> 10',
      'applied link /dev/d: (not set) -> added',
    ]);
    expect(differenceOf(before, after).config.links).toEqual(after.links);
    const turned = differenceOf(
      config({ links: [{ url: 'a' }, { url: 'b' }] }),
      config({ links: [{ url: 'b' }, { url: 'a' }] }),
    );
    expect(turned.changes).toEqual([]);
  });

  it('does not touch a link whose firmware is being updated', () => {
    const before = config({ links: [{ url: '/dev/a' }, { url: '/dev/b' }] });
    const after = config({ links: [{ url: '/dev/b', baudRate: 9600 }] });
    const leased = new Set(['/dev/a', '/dev/b']);
    expect(lines(before, after, leased)).toEqual([
      'kept link /dev/a: configured -> removed',
      'kept link /dev/b baudRate: 115200 -> 9600',
    ]);
    const { config: now, touched } = differenceOf(before, after, leased);
    expect(new Set(now.links)).toEqual(new Set(before.links));
    expect(differenceOf(now, after).config.links).toEqual(after.links);
    expect(touched.has('limits')).toBe(false);
  });

  it('moves between brokers, but not between one of its own and one elsewhere', () => {
    const elsewhere = config({ mqtt: { url: 'mqtt://one', username: 'u' } });
    const other = config({ mqtt: { url: 'mqtts://two', tls: { caFile: '/ca.pem' } } });
    expect(lines(elsewhere, other).sort()).toEqual([
      'applied mqtt.tls.caFile: (not set) -> "/ca.pem"',
      'applied mqtt.url: "mqtt://one" -> "mqtts://two"',
      'applied mqtt.username: "u" -> (not set)',
    ]);
    expect(differenceOf(elsewhere, other).config).toEqual(other);
    const { changes, config: now } = differenceOf(config(), other);
    expect(changes.every((c) => c.effect === 'kept')).toBe(true);
    expect(now).toEqual(config());
  });

  it('whatever changes: what is applied is as in the new one, the rest as in the old, and it settles', () => {
    const limit = fc.record(
      { low: fc.integer({ min: -9, max: 0 }), high: fc.integer({ min: 1, max: 9 }) },
      { requiredKeys: [] },
    );
    const anyConfig = fc
      .record(
        {
          site: fc.constantFrom('a', 'b'),
          data: fc.constantFrom('d1', 'd2'),
          links: fc.uniqueArray(
            fc.record({ url: fc.constantFrom('p', 'q', 'r'), baudRate: fc.constantFrom(9600, 115_200) }),
            {
              selector: (l) => l.url,
            },
          ),
          limits: fc.record({ linePressure: limit, lineFlow: limit }, { requiredKeys: [] }),
          freshness: fc.record({ expiryMs: fc.constantFrom(500, 2000) }, { requiredKeys: [] }),
          log: fc.record({ level: fc.constantFrom('debug', 'info') }),
          mqtt: fc.record(
            {
              url: fc.constantFrom('embedded', 'mqtt://x', 'mqtt://y'),
              username: fc.constantFrom('u', 'v'),
              embeddedPort: fc.constantFrom(1, 2),
            },
            { requiredKeys: [] },
          ),
          http: fc.record({ listen: fc.constantFrom('127.0.0.1:1', '127.0.0.1:2') }, { requiredKeys: [] }),
        },
        { requiredKeys: [] },
      )
      .map(config);
    fc.assert(
      fc.property(anyConfig, anyConfig, (before, after) => {
        const { config: now, changes } = differenceOf(before, after);
        const { limits, freshness, log, links } = after;
        expect(now).toMatchObject({ freshness, log, links });
        expect(now.limits).toEqual(limits);
        const { site, data, http, store } = before;
        expect(now).toMatchObject({ site, data, http, store });
        expect(now.mqtt.embeddedPort).toBe(before.mqtt.embeddedPort);
        configSchema.parse(now);
        // Again: only what waits for a restart is left, and nothing is applied twice.
        const again = differenceOf(now, after);
        expect(again.changes).toEqual(changes.filter((c) => c.effect === 'kept'));
        expect(again.config).toEqual(now);
      }),
      { numRuns: 500 },
    );
  });
});
