/** The report's thread: playing a refill again and drawing pages take longer than the event loop may stand still. */
import { serve } from '../worker/serve.ts';
import { bundleOf } from './fhir/bundle.ts';
import { pdfOf } from './pdf/document.ts';
import { composeReport, type ReportParts } from './report.ts';

export type ReportForm = 'json' | 'pdf' | 'fhir';

class ReportThread {
  /** UTF-8 text of the JSON forms, or the file. */
  make = async (parts: ReportParts, form: ReportForm): Promise<Uint8Array> => {
    const report = composeReport(parts);
    if (form === 'pdf') return pdfOf(report);
    return new TextEncoder().encode(JSON.stringify(form === 'fhir' ? bundleOf(report) : report));
  };
}

export type ReportCalls = Pick<ReportThread, 'make'>;

serve<ReportCalls>(new ReportThread());
