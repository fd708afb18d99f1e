/** What the user asked the list to show; kept while a station is looked at. */
import { computed, signal } from '@preact/signals';
import type { StationView } from '../../api-types.ts';
import { counts, type KnownState, listed, type Order } from '../model/fleet-order.ts';
import { narrow, store } from '../page.ts';
import { ageOfNewest, levelOf } from './sort-numbers.ts';

export const text = signal('');
export const stateFilter = signal<KnownState | null>(null);
export const order = signal<Order>('attention');
const layoutChoice = signal<'cards' | 'table' | null>(null);

/** Up to so many stations fit as cards without much scrolling. */
const CARDS_UP_TO = 12;
/** Numbers change all the time; rows that jump cannot be read or hit. */
const REORDER_MS = 5000;

export const layout = computed<'cards' | 'table'>(() => {
  if (narrow.value) return 'cards';
  return layoutChoice.value ?? (store.stations.value.size <= CARDS_UP_TO ? 'cards' : 'table');
});

export function chooseLayout(choice: 'cards' | 'table'): void {
  layoutChoice.value = choice;
}

const slowTick = computed(() => Math.floor(store.nowMs.value / REORDER_MS));

export const shownStations = computed<readonly StationView[]>(() => {
  const wanted = { text: text.value, state: stateFilter.value, order: order.value };
  if (wanted.order === 'level' || wanted.order === 'age') slowTick.value;
  return listed(store.stations.value.values(), wanted, { level: levelOf, ageMs: ageOfNewest });
});

export const stateCounts = computed(() => counts(store.stations.value.values()));

export function showAll(): void {
  text.value = '';
  stateFilter.value = null;
}
