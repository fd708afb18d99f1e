/** The report's thread: playing a refill again and drawing pages take longer than the event loop may stand still. */
import type { RefillInput } from '../refill/model.ts';
import { serve } from '../worker/serve.ts';
import { curvesOf } from './curves.ts';
import { bundleOf } from './fhir/bundle.ts';
import { pdfOf } from './pdf/document.ts';
import { composeReport, type ReportParts } from './report.ts';

/** `curves`: of the report only what is drawn, and that without what takes long. */
export type ReportForm = 'json' | 'pdf' | 'fhir' | 'curves';

class ReportThread {
  /** UTF-8 text of the JSON forms, or the file. */
  make = async (parts: ReportParts, form: ReportForm): Promise<Uint8Array> => {
    const text = (value: object) => new TextEncoder().encode(JSON.stringify(value));
    if (form === 'curves') {
      return text({ curves: curvesOf(parts.inputs.map((input) => JSON.parse(input) as RefillInput)) });
    }
    const report = composeReport(parts);
    if (form === 'pdf') return pdfOf(report);
    return text(form === 'fhir' ? bundleOf(report) : report);
  };
}

export type ReportCalls = Pick<ReportThread, 'make'>;

serve<ReportCalls>(new ReportThread());
