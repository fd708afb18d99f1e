import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CertificateMaker } from '../../../src/certificate/certificates.ts';
import { systemClock } from '../../../src/clock.ts';
import { silentLogger } from '../../../src/logger.ts';
import { type RefillReport, reportSealHolds } from '../../../src/report/report.ts';
import { reports } from '../../../src/report/reports.ts';
import { problemHandler } from '../../../src/web/problems.ts';
import { reportRoutes } from '../../../src/web/report-routes.ts';
import { type Recorded, recorded } from '../report/support.ts';

const asked: Parameters<CertificateMaker>[0][] = [];
const app = Fastify();
let good: Recorded;

beforeAll(async () => {
  good = recorded('good', 2, { refill: 'R-0001' });
  app.setErrorHandler(problemHandler(silentLogger));
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  reportRoutes(app, {
    refills: {
      record: async (refill) => (refill === good.record.summary.refill ? good.record : null),
      inputs: async () => [...good.inputs],
    },
    certify: (request) => {
      asked.push(request);
      return Promise.reject(new Error('the store is away'));
    },
    make: reports(systemClock),
    clock: systemClock,
  });
  await app.ready();
});
afterAll(() => app.close());

const get = (path: string) => app.inject({ url: `/api/v1/refills/${good.record.summary.refill}/${path}` });

describe('reports over HTTP', () => {
  it('are the sealed JSON as it was made, also when the store is away', async () => {
    const answer = await get('report');
    expect(answer.statusCode).toBe(200);
    const report = answer.json() as RefillReport;
    expect(reportSealHolds(report)).toBe(true);
    expect(report).toMatchObject({ certificate: null, certificateNote: 'the store is away', inputsMatch: true });
    const { beganMs, endedMs, station } = good.record.summary;
    expect(asked.at(-1)).toEqual({ station, fromMs: beganMs - 1000, toMs: (endedMs ?? 0) + 1000 });
  });

  it('are a PDF and a FHIR Bundle with their media types', async () => {
    const paper = await get('report.pdf');
    expect(paper.headers['content-type']).toBe('application/pdf');
    expect(paper.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
    const fhir = await get('fhir');
    expect(fhir.headers['content-type']).toMatch(/^application\/fhir\+json/);
    expect(fhir.json()).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
    expect(fhir.headers['cache-control']).toBe('no-store');
  });

  it('have curves that wait for no store, and are those of the report', async () => {
    const before = asked.length;
    const answer = await get('curves');
    expect(answer.statusCode).toBe(200);
    expect(asked.length).toBe(before);
    expect(answer.json()).toEqual({ curves: ((await get('report')).json() as RefillReport).curves });
  });

  it('say what they do not know, and that too many are being made', async () => {
    const unknown = await app.inject({ url: '/api/v1/refills/R-nobody/report.pdf' });
    expect(unknown.statusCode).toBe(404);
    expect(unknown.json()).toMatchObject({ error: { code: 'unknown-refill' } });
    const answers = await Promise.all([get('report'), get('report.pdf'), get('fhir'), get('report')]);
    expect(answers.map((a) => a.statusCode).sort()).toEqual([200, 200, 503, 503]);
    expect(answers.find((a) => a.statusCode === 503)?.json()).toMatchObject({ error: { code: 'reports-busy' } });
  });
});
