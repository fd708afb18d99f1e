/** The lab as it is built, in a real browser: a scenario is started, broken by hand, and seen to its end. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScenarioResult } from '../../src/hil/run-scenario.ts';
import type { Run } from '../../src/lab/api-types.ts';
import { launchBrowser, resize, SIZES, shot } from '../support/browser.ts';
import { type Running, run } from '../support/daemon.ts';
import { overflow, seriousFindings, tooSmall } from '../support/page-checks.ts';
import { temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const SHORT = `scenario: short
about: A station without a patient, for a short while.
setup: { lasts: 300 s, seed: 5, stations: [{ plays: idle, visits: 0 }] }
expect:
  - { status: { state: live, within: 20 s }, requirement: REQ-LINK-01 }
  - { alarmsOnly: [], requirement: REQ-ALARM-06, hazard: HAZ-02 }
  - { stored: { complete: true }, requirement: REQ-KEEP-04 }
`;
const STEPS = `scenario: steps
about: A station falls silent and speaks again.
setup: { lasts: 60 s, seed: 6, stations: [{ plays: idle, visits: 0 }] }
steps:
  - { id: hush, at: 15 s, station: quiet }
  - { id: speak, at: 40 s, station: resume }
expect:
  - { status: { state: quiet, of: "step:hush", within: 1.5 s }, requirement: REQ-LINK-01 }
  - { alarm: { condition: stationQuiet, of: "step:hush", notBefore: 20 s }, requirement: REQ-ALARM-06 }
  - { stored: { complete: true }, requirement: REQ-KEEP-04 }
`;
const JSON_POST = { method: 'POST', headers: { 'content-type': 'application/json' } };
const RUN_FOLDERS = existsSync('/dev/shm') ? '/dev/shm' : '/tmp';

/** The next run, as it stands when it has ended. */
async function endOf(url: string): Promise<Run> {
  const answer = await fetch(`${url}/api/v1/lab/events`);
  let text = '';
  for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const run = event.startsWith('event: run\n')
        ? (JSON.parse(event.slice('event: run\ndata: '.length)) as Run | null)
        : null;
      if (run?.scenario === 'steps' && run.state === 'ended') return run;
    }
  }
  throw new Error('the lab has ended');
}

describe.skipIf(!available('the lab in a browser', 'chromium'))('lab', () => {
  const folder = temporaryFolder();
  const errors: string[] = [];
  let lab: Running;
  let browser: Browser;
  let page: Page;
  let url: string;

  const runFolders = () => readdirSync(RUN_FOLDERS).filter((name) => name.startsWith(`hai-lab-${lab.child.pid}-`));
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const expectation = (number: number) => page.locator('.expectation').nth(number - 1);
  const stands = (number: number, words: string) => expectation(number).locator('.stands').filter({ hasText: words });

  beforeAll(async () => {
    writeFileSync(join(folder.path, 'short.yaml'), SHORT);
    writeFileSync(join(folder.path, 'steps.yaml'), STEPS);
    writeFileSync(join(folder.path, 'wrong.yaml'), 'scenario: wrong\nexpekt: []\n');
    lab = run('src/cli/main.js', ['lab', folder.path, '--http', '127.0.0.1:0']);
    url = (await lab.line(/Page +(?:\S*)(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    browser = await launchBrowser();
    page = await (await browser.newContext({ viewport: SIZES[0] })).newPage();
    page.setDefaultTimeout(90_000);
    page.on('pageerror', (error) => errors.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    await lab?.end();
    folder.remove();
  });

  it('plays a scenario, lets a fault turn an expectation red, and says that its end is no verdict', async () => {
    await page.goto(url);
    expect(await page.title()).toContain('SIMULATED');
    await page.getByRole('searchbox').fill('wrong');
    await page.getByText('unknown key "expekt"').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('combobox', { name: 'Speed at the start' }).selectOption('3×');
    await button('Play short').press('Enter');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent), { timeout: 90_000 })
      .toBe('short');

    await stands(1, 'met').waitFor();
    await stands(2, 'holds so far').waitFor();
    await stands(3, 'not yet').waitFor();
    await button('Pause').click();
    await page.getByRole('status').filter({ hasText: 'Paused' }).waitFor();

    const link = await page.getByRole('link', { name: 'Open its bedside page' }).getAttribute('href');
    expect((await fetch(link ?? '')).headers.get('content-type')).toContain('text/html');
    expect(new URL(link ?? '').origin).not.toBe(url);

    await page
      .locator('summary')
      .filter({ hasText: /^Station$/ })
      .click();
    await button('Quiet').click();
    await page.locator('button[aria-pressed=true]').filter({ hasText: 'Quiet' }).waitFor();
    for (const size of SIZES) {
      await resize(page, size);
      await page.evaluate(() => scrollTo(0, 0));
      await shot(page, `lab-paused-${size.width}`, { fullPage: true });
      expect(await overflow(page), `${size.width} scrolls sideways`).toBeLessThanOrEqual(0);
      expect(await tooSmall(page), `${size.width}: targets under 48 px`).toEqual([]);
    }
    await resize(page, SIZES[0]);
    expect(await seriousFindings(page)).toEqual([]);

    await button('100×').click();
    await button('Go on').click();
    await stands(2, 'BROKEN').waitFor();
    await page.locator('.end').filter({ hasText: 'ENDED, switched by hand: no verdict about the scenario' }).waitFor();
    expect(await page.locator('.log').textContent()).toContain('station 1: station quiet');
    expect(await page.getByText(/PASSED|FAILED/).count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    for (const size of SIZES) {
      await resize(page, size);
      await page.evaluate(() => scrollTo(0, 0));
      await shot(page, `lab-ended-${size.width}`, { fullPage: true });
    }
    expect(errors).toEqual([]);
  });

  it('ends with the verdicts of hil run when nobody meddles', async () => {
    const json = join(folder.path, 'verdicts.json');
    const hil = run('src/cli/main.js', ['hil', 'run', join(folder.path, 'steps.yaml'), '--json', json]);
    await new Promise((done) => hil.child.once('close', done));
    const [alone] = JSON.parse(readFileSync(json, 'utf8')) as ScenarioResult[];
    const ended = endOf(url);
    const body = JSON.stringify({ scenario: 'steps', speed: 50 });
    const begun = await fetch(`${url}/api/v1/lab/run`, { ...JSON_POST, body });
    expect(begun.status).toBe(200);
    const { result, expectations } = await ended;
    const told = (all: readonly { number: number; wanted: string; seen: string }[] = []) =>
      all.map(({ number, wanted, seen }) => `${number} ${wanted}: ${seen}`);
    expect(told(expectations)).toEqual(told(alone?.verdicts));
    expect(expectations.map(({ stands }) => stands === 'met')).toEqual(alone?.verdicts.map(({ passed }) => passed));
    // One of them is meant to fail, so that a lab that calls everything met is found out.
    expect(result).toEqual({ outcome: 'failed', met: 2, troubles: [] });
  });

  it('refuses what makes no sense, and a page of another site', async () => {
    const post = (path: string, body: object, headers = {}) =>
      fetch(`${url}/api/v1/lab/${path}`, {
        ...JSON_POST,
        headers: { ...JSON_POST.headers, ...headers },
        body: JSON.stringify(body),
      });
    expect((await post('act', { station: 'quiet' })).status).toBe(409);
    expect((await post('run', { scenario: 'wrong' })).status).toBe(404);
    expect((await post('run', { scenario: 'short' }, { origin: 'http://elsewhere.example' })).status).toBe(403);
    expect((await fetch(`${url}/api/v1/lab/scenarios`)).headers.get('content-security-policy')).toContain("'self'");
  });

  it('leaves nothing behind when it is stopped in the middle of a run', async () => {
    await page.reload();
    await page.locator('summary').filter({ hasText: 'Scenarios' }).click();
    await button('Play short').click();
    await page.getByRole('status').filter({ hasText: 'Running' }).waitFor();
    expect(runFolders()).toHaveLength(1);
    expect(await lab.end('SIGINT')).toBe(0);
    expect(runFolders()).toEqual([]);
  });
});
