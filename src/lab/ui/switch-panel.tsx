import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Run, Switches } from '../api-types.ts';
import {
  type Act,
  BROKER,
  BYTE_FAULTS,
  CABLE,
  CHANNELS,
  COMPUTER,
  NEEDLE,
  NURSE,
  type Push,
  SENSOR_FAULTS,
  SHARES,
  STATION,
  SURROUNDINGS,
  sensorAct,
  type Toggle,
} from './acts.ts';
import { ask, chosen } from './state.ts';
import { strings } from './strings.ts';

/** Everything that can be broken by hand at the chosen station. */
export function SwitchPanel({ run }: { run: Run }) {
  const on = chosen.value;
  const station = run.stations[on - 1];
  if (station === undefined) return null;
  const does = (act: Act) => void ask('act', { on, ...act });
  const now = station.switches;
  const { groups } = strings;
  return (
    <section class="panel switches" aria-labelledby="switches">
      <h2 id="switches">{strings.switches(station.name)}</h2>
      <Group name={groups.cable} open>
        <Cable now={now} does={does} />
      </Group>
      <Group name={groups.sensors}>
        <Sensors now={now} does={does} />
      </Group>
      <Group name={groups.station}>
        <Toggles list={STATION.toggles} now={now} does={does} />
        <Pushes list={STATION.pushes} does={does} />
      </Group>
      <Group name={groups.needle}>
        <Pushes list={NEEDLE} does={does} />
      </Group>
      <Group name={groups.nurse}>
        <Pushes list={NURSE} does={does} />
      </Group>
      <Group name={groups.surroundings}>
        <Pushes list={SURROUNDINGS} does={does} />
      </Group>
      <Group name={groups.computer}>
        <Pushes list={run.brokerApart ? [...COMPUTER, ...BROKER] : COMPUTER} does={does} />
      </Group>
    </section>
  );
}

interface Part {
  readonly now: Switches;
  readonly does: (act: Act) => void;
}

function Group({ name, open = false, children }: { name: string; open?: boolean; children: ComponentChildren }) {
  return (
    <details class="group" open={open}>
      <summary>{name}</summary>
      <div class="buttons">{children}</div>
    </details>
  );
}

function Cable({ now, does }: Part) {
  const share = useSignal<string>('20 %');
  return (
    <>
      <label class="field">
        {strings.share}
        <select value={share.value} onChange={(event) => (share.value = event.currentTarget.value)}>
          {SHARES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <Toggles list={CABLE} now={now} does={does} />
      {BYTE_FAULTS.map((name) => {
        const at = now.faults[name];
        return (
          <button
            key={name}
            type="button"
            aria-pressed={at !== undefined}
            onClick={() => does({ fault: { [name]: at === undefined ? share.value : '0 %' } })}
          >
            {name}
            {at !== undefined && <span class="small"> {at} %</span>}
          </button>
        );
      })}
    </>
  );
}

function Sensors({ now, does }: Part) {
  return (
    <>
      {CHANNELS.map((channel) => (
        <label key={channel} class="field">
          {channel}
          <select
            value={now.sensors[channel] ?? ''}
            onChange={(event) => does(sensorAct(channel, event.currentTarget.value))}
          >
            <option value="">{strings.well}</option>
            {SENSOR_FAULTS.map((fault) => (
              <option key={fault}>{fault}</option>
            ))}
          </select>
        </label>
      ))}
    </>
  );
}

function Toggles({ list, now, does }: Part & { readonly list: readonly Toggle[] }) {
  return (
    <>
      {list.map(({ label, isOn, on, off }) => (
        <button key={label} type="button" aria-pressed={isOn(now)} onClick={() => does(isOn(now) ? off : on)}>
          {label}
        </button>
      ))}
    </>
  );
}

function Pushes({ list, does }: { readonly list: readonly Push[]; readonly does: (act: Act) => void }) {
  return (
    <>
      {list.map(({ label, act }) => (
        <button key={label} type="button" onClick={() => does(act)}>
          {label}
        </button>
      ))}
    </>
  );
}
