import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { strings } from '../strings.ts';

/** Engineers' screens are fetched when they are opened: what a bedside loads stays small. */
export function FirmwareLater() {
  const page = useSignal<{ readonly show: ComponentType } | 'failed' | null>(null);
  useEffect(() => {
    import('./firmware-page.tsx').then(
      ({ FirmwarePage }) => {
        page.value = { show: FirmwarePage };
      },
      () => {
        page.value = 'failed';
      },
    );
  }, []);
  const now = page.value;
  if (now === null) return <p class="records">{strings.records.loading}</p>;
  if (now === 'failed') return <p class="records problem">{strings.chart.unreachable}</p>;
  const { show: Page } = now;
  return <Page />;
}
