/** A server of the page over fixtures, and questions to it; what was started ends with the test. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, expect } from 'vitest';
import type { ApiError } from '../../src/web/api-types.ts';
import { temporaryFolder } from './services.ts';
import { startWebFixture, type WebFixture, type WebFixtureOptions } from './web-fixture.ts';

export const folder = temporaryFolder();
afterAll(() => folder.remove());

/** A page as the build makes one, and a file beside it that is nobody's business. */
export const ui = join(folder.path, 'ui');
mkdirSync(join(ui, 'assets'), { recursive: true });
writeFileSync(join(ui, 'index.html'), '<!doctype html><html><head><title>page</title></head></html>');
writeFileSync(join(ui, 'assets', 'index-abc123.js'), 'export {};');
writeFileSync(join(folder.path, 'outside.txt'), 'not for the page');

const open: WebFixture[] = [];
afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture.close();
});
export const start = async (options: WebFixtureOptions = {}): Promise<WebFixture> => {
  const fixture = await startWebFixture({ readings: 'none', uiFolder: ui, ...options });
  open.push(fixture);
  return fixture;
};
export const get = (fixture: WebFixture, path: string, headers: Record<string, string> = {}) =>
  fetch(fixture.web.url + path, { headers });
export const problem = async (response: Response): Promise<ApiError['error']> => {
  expect(response.headers.get('content-type')).toMatch(/application\/json/);
  const { error } = (await response.json()) as ApiError;
  expect(error).toEqual({ code: expect.any(String), message: expect.any(String), remedy: expect.stringMatching(/\w/) });
  return error;
};
/** With a path and headers that `fetch` would mend or forbid. */
export const raw = (fixture: WebFixture, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { port } = fixture.web;
    const asked = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
