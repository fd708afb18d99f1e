import { useEffect } from 'preact/hooks';
import type { AuditView, FirmwareView } from '../../api-types.ts';
import { PersonField } from '../bedside/person-field.tsx';
import { store } from '../page.ts';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { PageFrame } from '../records/page-frame.tsx';
import { strings } from '../strings.ts';
import { useAnswer } from '../use-answer.ts';
import { AuditPanel } from './audit-panel.tsx';
import { History } from './history.tsx';
import { InstallPanel } from './install-panel.tsx';
import { Inventory } from './inventory.tsx';
import { JobsPanel } from './jobs-panel.tsx';
import { RolloutPanel } from './rollout-panel.tsx';
import { firmwareWords } from './words.ts';

/** For engineers: what the stations run, and how they get something else. Not linked from where nurses work. */
export function FirmwarePage() {
  const words = firmwareWords();
  const { answer, failed, problem, again } = useAnswer<FirmwareView>('firmware');
  const audit = useAnswer<AuditView>('firmware/audit?limit=50');
  const news = store.firmware.value;
  const running = news?.jobs.filter((job) => job.outcome === null) ?? [];
  // What has changed since it was asked: the inventory, or an update that has begun or ended.
  const moved = `${news?.inventory} ${running.map(({ job }) => job).join(' ')} ${store.generation.value}`;
  useEffect(() => {
    again();
    audit.again();
  }, [moved]);
  const view = answer.value;
  const elsewhere = failed.value?.said?.code === 'not-found';
  const simulated = view?.stations.filter((station) => station.simulated).length ?? 0;
  return (
    <>
      {simulated > 0 && view && (
        <SimulatedBand sticky="top" text={strings.simulatedFleet(simulated, view.stations.length)} />
      )}
      <PageFrame title={words.title} problem={elsewhere ? words.elsewhere : problem} onRetry={again}>
        {view ? (
          <div class="firmware">
            <Warnings view={view} />
            <div class="firmware-person">
              <PersonField tried={false} />
            </div>
            <JobsPanel jobs={running} />
            {news?.rollout && <RolloutPanel rollout={news.rollout} />}
            <InstallPanel />
            <Inventory stations={view.stations} />
            <History jobs={view.jobs} />
            {audit.answer.value && <AuditPanel audit={audit.answer.value} />}
          </div>
        ) : (
          !problem && <p>{words.loading}</p>
        )}
      </PageFrame>
    </>
  );
}

function Warnings({ view: { policy, keys } }: { view: FirmwareView }) {
  const words = firmwareWords();
  return (
    <>
      {policy.problem !== null && <p class="problem">{words.policyProblem(policy.problem)}</p>}
      {keys.length === 0 && <p class="problem">{words.noKeys}</p>}
      {!policy.configured && <p class="note">{words.noPolicy}</p>}
    </>
  );
}
