import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { AlarmCondition } from '../../../alarms/catalogue.ts';
import type { StationView } from '../../api-types.ts';
import { announcement, stateChanges } from '../model/announcements.ts';
import type { StreamState } from '../model/event-stream.ts';
import { route, store } from '../page.ts';
import { strings } from '../strings.ts';

const JOURNAL = ['journalFilling', 'journalNearlyFull', 'journalNotWriting'] as const;

/** Where the alarm bar says it, in a nurse's words and with what to do, it is not said twice: the level needs the room. */
function saidAsAlarm(...conditions: readonly AlarmCondition[]): boolean {
  const entries = store.refills.board.value?.state.entries ?? [];
  return (
    route.value.view === 'bedside' &&
    entries.some(({ condition, presence }) => presence === 'present' && conditions.includes(condition))
  );
}

export function Banners() {
  const hello = store.hello.value;
  const lost = store.connection.value === 'lost';
  return (
    <div class="banners">
      {lost && (
        <div class="banner banner-lost">
          <strong>{strings.connection.lost}</strong>
          <span>{strings.connectionLostHelp}</span>
        </div>
      )}
      {hello && !hello.store.ok && !lost && !saidAsAlarm('storeUnreachable') && (
        <div class="banner banner-warn">
          <strong>{strings.storeTrouble(hello.store.description, hello.store.reason ?? strings.unknownReason)}</strong>
        </div>
      )}
      {hello?.store.ok && hello.store.reason && !lost && (
        <div class="banner banner-warn">
          <strong>{strings.storeSlow(hello.store.reason)}</strong>
        </div>
      )}
      {hello && !hello.broker.ok && !lost && !saidAsAlarm('brokerUnreachable') && (
        <div class="banner banner-warn">
          <strong>
            {strings.brokerTrouble(hello.broker.description, hello.broker.reason ?? strings.unknownReason)}
          </strong>
        </div>
      )}
      {hello?.journal?.reason && !lost && !saidAsAlarm(...JOURNAL) && (
        <div class="banner banner-warn">
          <strong>{strings.journalTrouble(hello.journal.ok, hello.journal.reason)}</strong>
        </div>
      )}
    </div>
  );
}

/** Says state changes to screen readers. The first picture of the fleet is not news. */
export function Announcer() {
  const said = useSignal('');
  const before = useRef<{ stations: ReadonlyMap<string, StationView>; connection: StreamState }>({
    stations: new Map(),
    connection: 'connecting',
  });
  useSignalEffect(() => {
    const stations = store.stations.value;
    const connection = store.connection.value;
    const last = before.current;
    before.current = { stations, connection };
    if (connection !== last.connection && last.connection !== 'connecting') {
      said.value = strings.said.connection(connection);
      return;
    }
    const text = announcement(stateChanges(last.stations, stations), strings.said);
    if (text !== '') said.value = text;
  });
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
