/** `/api/v1/refills/:id/report`, `.pdf`, `/fhir`: one refill, as data, on paper, and for other systems. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Certificate } from '../certificate/certificate.ts';
import type { CertificateMaker } from '../certificate/certificates.ts';
import type { Clock } from '../clock.ts';
import type { Desks } from '../desk/desks.ts';
import type { RefillRecord } from '../records/model.ts';
import { type ReportForm, type ReportMaker, ReportsBusy } from '../report/reports.ts';
import { ApiProblem } from './problems.ts';
import { refillName, reportSchema } from './refill-schemas.ts';
import { parsed } from './requests.ts';
import { described } from './routes.ts';

export interface ReportRoutesParts {
  readonly refills: Pick<Desks['refills'], 'record' | 'inputs'>;
  /** `null` where there is no store to read back. */
  readonly certify: CertificateMaker | null;
  readonly make: ReportMaker;
  readonly clock: Clock;
}

interface ById {
  Params: { id: string };
}

const FORMS: Record<ReportForm, { readonly path: string; readonly type: string; readonly summary: string }> = {
  json: { path: 'report', type: 'application/json; charset=utf-8', summary: 'Report of a refill, with a seal' },
  pdf: { path: 'report.pdf', type: 'application/pdf', summary: 'The report on paper' },
  curves: {
    path: 'curves',
    type: 'application/json; charset=utf-8',
    summary: 'Level, flow and pressure of a refill on one grid of time, as in its report',
  },
  fhir: { path: 'fhir', type: 'application/fhir+json; charset=utf-8', summary: 'The report as a FHIR R4 Bundle' },
};
/** A report does not wait for a store that is away. */
const CERTIFIED_WITHIN_MS = 10_000;
/** The record has what was said shortly before and after, too. */
const AROUND_MS = 1000;

export function reportRoutes(app: FastifyInstance, parts: ReportRoutesParts): void {
  for (const [form, { path, type, summary }] of Object.entries(FORMS) as [ReportForm, (typeof FORMS)[ReportForm]][]) {
    app.get<ById>(
      `/api/v1/refills/:id/${path}`,
      {
        // HEAD would do all the work for nothing.
        exposeHeadRoute: false,
        schema: described({ summary, answer: reportSchema, id: refillName, problems: [400, 404, 503] }),
      },
      async (request, reply) => {
        const id = parsed(refillName, request.params.id, 'refill');
        const bytes = await reportOf(id, form, parts);
        return send(
          reply,
          bytes,
          type,
          form === 'json' || form === 'curves' ? null : `refill-${id}.${form === 'pdf' ? 'pdf' : 'fhir.json'}`,
        );
      },
    );
  }
}

function send(reply: FastifyReply, bytes: Uint8Array, type: string, name: string | null): FastifyReply {
  reply.header('cache-control', 'no-store').type(type);
  if (name !== null) reply.header('content-disposition', `inline; filename="${name}"`);
  // As it is: the JSON of a report must not be written anew, or its seal would not hold.
  return reply.serializer((payload) => payload as string).send(Buffer.from(bytes));
}

async function reportOf(id: string, form: ReportForm, { refills, certify, make, clock }: ReportRoutesParts) {
  const record = await refills.record(id);
  if (record === null) {
    throw new ApiProblem(404, 'unknown-refill', `no refill ${id} is on record`, 'see /api/v1/refills');
  }
  const inputs = await refills.inputs(id);
  // To read the store back takes seconds, and curves say nothing of it.
  const { certificate, certificateNote } = await certified(record, form === 'curves' ? null : certify, clock);
  try {
    return await make({ record, inputs, certificate, certificateNote }, form);
  } catch (error) {
    if (!(error instanceof ReportsBusy)) throw error;
    throw new ApiProblem(503, 'reports-busy', error.message, 'ask again when one of them is done');
  }
}

async function certified(
  { summary, state }: RefillRecord,
  certify: CertificateMaker | null,
  clock: Clock,
): Promise<{ certificate: Certificate | null; certificateNote: string | null }> {
  if (certify === null) return { certificate: null, certificateNote: 'this process has no store to read back' };
  const stop = new AbortController();
  const cancel = clock.after(CERTIFIED_WITHIN_MS, () => stop.abort(new Error('the store was not read back in time')));
  try {
    const range = { fromMs: summary.beganMs - AROUND_MS, toMs: (summary.endedMs ?? state.atMs) + AROUND_MS };
    const certificate = await certify({ station: summary.station, ...range }, stop.signal);
    return { certificate, certificateNote: null };
  } catch (error) {
    return { certificate: null, certificateNote: error instanceof Error ? error.message.slice(0, 300) : String(error) };
  } finally {
    cancel();
  }
}
