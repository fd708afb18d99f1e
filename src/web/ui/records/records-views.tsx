/** Everything that looks back: past refills and their reports, the pumps, the alarm log. */
import type { Route } from '../model/route.ts';
import { AlarmLogPage } from './alarm-log-page.tsx';
import { PumpPage } from './pump-page.tsx';
import { PumpsPage } from './pumps-page.tsx';
import { RefillsPage } from './refills-page.tsx';
import { ReportPage } from './report-page.tsx';

export function RecordsView({ here }: { here: Route }) {
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
