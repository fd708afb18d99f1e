/** Everything that looks back: past refills and their reports, the pumps, the alarm log. */
import type { Route } from '../model/route.ts';
import { store } from '../page.ts';
import { strings } from '../strings.ts';
import { AlarmLogPage } from './alarm-log-page.tsx';
import { KeptElsewhere } from './elsewhere.tsx';
import { PumpPage } from './pump-page.tsx';
import { PumpsPage } from './pumps-page.tsx';
import { RefillsPage } from './refills-page.tsx';
import { ReportPage } from './report-page.tsx';

export function RecordsView({ here }: { here: Route }) {
  if (store.readOnly) {
    const { records, alarms } = strings;
    const title =
      here.view === 'alarms' ? alarms.title : here.view.startsWith('pump') ? records.pumps : records.refills;
    return <KeptElsewhere title={title} alarms={here.view === 'alarms'} />;
  }
  switch (here.view) {
    case 'refills':
      return <RefillsPage />;
    case 'refill':
      return <ReportPage key={here.key} id={here.key} />;
    case 'pumps':
      return <PumpsPage />;
    case 'pump':
      return <PumpPage key={here.key} id={here.key} />;
    case 'alarms':
      return <AlarmLogPage />;
    default:
      return null;
  }
}
