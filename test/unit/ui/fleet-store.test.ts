import { describe, expect, it } from 'vitest';
import { FleetStore } from '../../../src/web/ui/model/fleet-store.ts';
import { hello, reading, station } from './stations.ts';

function filled(): FleetStore {
  const store = new FleetStore();
  store.setConnection('live');
  store.event('hello', hello(), 0);
  store.event('fleet', [station('A', { latest: reading() }), station('/dev/ttyUSB9', { station: null })], 0);
  return store;
}

describe('fleet store', () => {
  it('tells an empty fleet from one not known yet', () => {
    const store = new FleetStore();
    expect(store.fleetKnown.value).toBe(false);
    store.event('fleet', [], 0);
    expect(store.fleetKnown.value).toBe(true);
  });

  it('replaces everything by a new fleet: values of a station that is gone are gone', () => {
    const store = filled();
    store.event('fleet', [station('A')], 10);
    const a = store.stations.value.get('A');
    expect(a && store.freshness(a)).toEqual({ kind: 'never' });
    expect(store.stations.value.size).toBe(1);
  });

  it('turns the row of a link into the row of the station that answered there', () => {
    const store = filled();
    store.event('station', station('B', { link: '/dev/ttyUSB9' }), 10);
    expect([...store.stations.value.keys()]).toEqual(['A', 'B']);
  });

  it('shows no value of the daemon that is gone under a station of the new one', () => {
    const store = filled();
    store.event('hello', hello({ runId: 'run-2' }), 10);
    store.event('station', station('A', { latest: null }), 20);
    const a = store.stations.value.get('A');
    expect(a && store.freshness(a)).toEqual({ kind: 'never' });
  });

  it('lets health figures wait for the tick, but not a change of state', () => {
    const store = filled();
    store.event('station', station('A', { linkQuality: 0.5 }), 10);
    expect(store.stations.value.get('A')?.linkQuality).toBe(1);
    store.tick(200);
    expect(store.stations.value.get('A')?.linkQuality).toBe(0.5);
    store.event('station', station('A', { state: 'quiet' }), 210);
    expect(store.stations.value.get('A')?.state).toBe('quiet');
  });

  it('keeps no reading of a station it does not know', () => {
    const store = filled();
    store.event('readings', { ghost: reading() }, 10);
    store.event('station', station('ghost'), 20);
    const ghost = store.stations.value.get('ghost');
    expect(ghost && store.freshness(ghost).kind).toBe('never');
  });

  it('hands every reading to the listeners of its station until they leave', () => {
    const store = filled();
    const heard: number[] = [];
    const leave = store.onReading('A', (r) => heard.push(r.lineSeq));
    store.event('readings', { A: reading({ lineSeq: 5 }) }, 10);
    leave();
    store.event('readings', { A: reading({ lineSeq: 6 }) }, 20);
    expect(heard).toEqual([5]);
  });

  it('uses the expiry of the site', () => {
    const store = filled();
    store.event('hello', hello({ expiryMs: 500 }), 0);
    store.tick(501);
    const a = store.stations.value.get('A');
    expect(a && store.freshReading(a)).toBeNull();
  });
});
