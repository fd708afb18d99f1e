import type { StationFirmwareView } from '../../api-types.ts';
import { Problem } from '../parts/problem.tsx';
import { Table } from '../records/table.tsx';
import { strings } from '../strings.ts';
import { dateAndClockText } from '../time-text.ts';
import { useRequest } from '../use-request.ts';
import { askStations } from './requests.ts';
import { firmwareWords } from './words.ts';

const SIGNS = { in: '✓', out: '✗', unknown: '?' } as const;

export function Inventory({ stations }: { stations: readonly StationFirmwareView[] }) {
  const words = firmwareWords();
  const { columns } = words;
  const requester = useRequest();
  return (
    <section class="report-part" aria-labelledby="inventory-title">
      <div class="records-head">
        <h2 id="inventory-title">{words.inventory}</h2>
        <button type="button" disabled={requester.busy.value} onClick={() => requester.send(askStations)}>
          {words.ask}
        </button>
      </div>
      <Problem of={requester.problem} />
      {stations.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <Table
          rows={stations}
          keyOf={({ link }) => link}
          columns={[
            { title: columns.station, cell: (view) => <Name view={view} /> },
            { title: columns.hardware, cell: ({ hardwareRevision }) => hardwareRevision ?? strings.blank },
            { title: columns.runs, cell: (view) => <Runs view={view} /> },
            { title: columns.build, cell: ({ running }) => <Hash hash={running?.hash ?? null} /> },
            { title: columns.second, cell: ({ slots }) => secondSlot(slots) },
            { title: columns.bootloader, cell: ({ bootloader, mode }) => loader(bootloader, mode) },
            { title: columns.policy, cell: ({ policy }) => <Policy policy={policy} /> },
            {
              title: columns.asked,
              cell: ({ askedUtcMs }) => (askedUtcMs === null ? words.notAsked : dateAndClockText(askedUtcMs)),
            },
          ]}
        />
      )}
    </section>
  );
}

function Name({ view: { station, simulated, busy } }: { view: StationFirmwareView }) {
  return (
    <>
      <b>{station}</b>
      {simulated && <span class="simulated-word">{strings.simulated}</span>}
      {busy !== null && <span class="note"> {busy}</span>}
    </>
  );
}

function Runs({ view: { answers, running, firmwareVersion } }: { view: StationFirmwareView }) {
  const words = firmwareWords();
  if (answers === 'bootloader') return <b>{words.bootloaderOnly}</b>;
  return (
    <>
      <b class="firmware-version">{running?.version ?? firmwareVersion ?? strings.blank}</b>
      {running !== null && !running.kept && <span class="firmware-trial"> {words.onTrial}</span>}
      {answers === 'silent' && <span class="note"> {words.silent}</span>}
    </>
  );
}

/** The front of it tells builds apart; all of it is there to be copied. */
export function Hash({ hash }: { hash: string | null }) {
  return hash === null ? (
    <span>{strings.blank}</span>
  ) : (
    <code class="firmware-hash" title={hash}>
      {hash.slice(0, 10)}
    </code>
  );
}

function Policy({ policy: { verdict, reason } }: { policy: StationFirmwareView['policy'] }) {
  return (
    <span class={`firmware-policy firmware-policy-${verdict}`}>
      <b>
        <span aria-hidden="true">{SIGNS[verdict]}</span> {firmwareWords().policies[verdict]}
      </b>
      <span class="note"> {reason}</span>
    </span>
  );
}

function secondSlot(slots: StationFirmwareView['slots']): string {
  const second = slots.find(({ image, slot }) => image === 0 && slot === 1);
  return second === undefined ? strings.blank : `${second.version} ${second.flags.join(' ')}`;
}

const loader = (name: string | null, mode: string | null): string =>
  name === null ? strings.blank : mode === null ? name : `${name}, ${mode}`;
