/** What this screen sounds: the alarms of the station it stands beside, as the server's board says. */
import { computed, effect, signal } from '@preact/signals';
import type { AlarmPriority } from '../../../alarms/catalogue.ts';
import { BURSTS, BurstTimer } from '../model/alarm-burst.ts';
import { prioritySounding } from '../model/alarms-of.ts';
import { route, store } from '../page.ts';
import { output, play, silence, unlock } from './player.ts';

const tested = signal(false);
/** Whether somebody has said, since the page was opened, that this screen's sound is heard. */
export const soundTested = computed(() => tested.value);

/** While the connection is lost nobody can pause alarms for all screens; this one can be hushed by itself. */
const HUSHED_MS = 120_000;
const hushedUntilMs = signal(Number.NEGATIVE_INFINITY);

export type SoundState = 'none' | 'blocked' | 'untested' | 'ready';

export const soundState = computed<SoundState>(() => {
  const out = output.value;
  if (out !== 'running') return out;
  return tested.value ? 'ready' : 'untested';
});

/** In a refill nobody may take a dead screen for a quiet one. */
const connectionLost = computed(() => {
  const here = route.value;
  return here.view === 'bedside' && store.connection.value === 'lost' && store.refills.open.value.has(here.key);
});
export const hushed = computed(() => store.nowMs.value < hushedUntilMs.value);

/** Highest priority that sounds here; `null` for silence. */
export const sounding = computed<AlarmPriority | null>(() => {
  const here = route.value;
  if (here.view !== 'bedside' || store.readOnly) return null;
  if (connectionLost.value) return hushed.value ? null : 'medium';
  if (store.connection.value !== 'live') return null;
  const board = store.refills.board.value;
  return board === null ? null : prioritySounding(board.state.entries, here.key, store.stations.value);
});

export function hush(): void {
  hushedUntilMs.value = store.nowMs.peek() + HUSHED_MS;
}

/** The most urgent sound, once: what is heard in this one is heard in all. */
export function playTest(): void {
  unlock();
  play(BURSTS.high);
}

export function passSoundTest(): void {
  tested.value = true;
}

export function startSound(): void {
  const timer = new BurstTimer();
  effect(() => {
    // What could not be heard does not count as sounded: it begins as soon as the browser lets it out.
    const priority = output.value === 'running' ? sounding.value : null;
    const due = timer.next(priority, store.nowMs.value);
    if (due === 'stop') silence();
    else if (due !== null) play(BURSTS[due]);
  });
  // Any press on the page will do; browsers ask for no more.
  for (const press of ['click', 'keydown'] as const) addEventListener(press, unlock, { capture: true });
}
