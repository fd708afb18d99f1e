/**
 * A refill that is interrupted, as the bedside page shows it: stopped and resumed by its buttons, the page loaded anew, broker
 * and database killed, the daemon killed. All parts are real; the simulated bay runs 20 times as fast (`page-walk.test.ts`).
 */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RefillState } from '../../src/refill/model.ts';
import type { PutPump } from '../../src/web/api-types.ts';
import { launchBrowser, shot } from '../support/browser.ts';
import { eventually, type Running, up } from '../support/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { type Service, startInfluxd, startMosquitto, temporaryFolder } from '../support/services.ts';
import { type WaitingNurse, waitingNurse } from '../support/waiting-nurse.ts';
import { available } from '../support/what-was-not-tested.ts';

const NURSE = 'A. Jansen';
const DAY_MS = 86_400_000;
const parts = ['chromium', 'mosquitto', 'influxd'] as const;

describe.skipIf(!available('an interrupted refill on the bedside page', ...parts))('an interrupted refill', () => {
  const folder = temporaryFolder();
  let broker: Service;
  let database: Service;
  let simulator: Running;
  let nurse: WaitingNurse['nurse'];
  let daemon: Running;
  let browser: Browser;
  let page: Page;
  let url: string;
  let start: () => Promise<void>;
  const pageErrors: string[] = [];

  const api = async <T>(path: string, method = 'GET', body?: object): Promise<T> => {
    const answer = await fetch(`${url}/api/v1/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(200);
    return answer.json() as Promise<T>;
  };
  const state = () => api<RefillState>('stations/SIM-0001/refill');
  const phase = async () => /^[^,]+/.exec((await page.locator('.phases-short').textContent()) ?? '')?.[0];
  const level = () => page.locator('.bedside-level .number[data-level]');
  /** mL on the screen; `null` while it is blank. */
  const shownLevel = async () => {
    const said = await level()
      .getAttribute('data-level', { timeout: 200 })
      .catch(() => null);
    return said === null ? null : Number(said);
  };
  const untilPhase = (wanted: string) => eventually(`the page shows ${wanted}`, async () => (await phase()) === wanted);

  beforeAll(async () => {
    broker = await startMosquitto();
    database = await startInfluxd();
    const waiting = await waitingNurse(20);
    ({ simulator, nurse } = waiting);
    const port = await freePort();
    start = async () => {
      daemon = up(folder.path, {
        site: 'test',
        data: `${folder.path}/data`,
        links: [{ url: waiting.link }],
        mqtt: { url: broker.url },
        store: { kind: 'influx', url: database.url },
        http: { listen: `127.0.0.1:${port}` },
        log: { level: 'warn' },
      });
      url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    };
    await start();
    await eventually('the station is live', async () =>
      (await api<{ state: string }[]>('stations')).some((one) => one.state === 'live'),
    );
    const pump: PutPump = {
      by: NURSE,
      model: 'codman-3000-30',
      serial: 'P0042',
      udi: null,
      labelFlowMlPerDay: 1.3,
      patientRef: 'R-5512',
      fills: [{ atMs: Date.now() - 14 * DAY_MS, filledMl: 30, residualMl: null, actualFlow: null }],
    };
    await api('pumps/P0042', 'PUT', pump);
    const order = {
      fillMl: 30,
      drug: 'FUDR',
      concentrationMgPerMl: null,
      lot: null,
      densityGPerMl: 1.005,
      needleGauge: '22G',
      expectedPumpUdi: null,
      expectedDrugCode: null,
    };
    const context = { feverDays: 0, feverCel: null, homeAltitudeM: 0, flightHours: 0 };
    await api('stations/SIM-0001/refill', 'POST', { by: 'B. Peeters', pump: 'P0042', order, context });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => pageErrors.push(error.message));
    await page.goto(`${url}/#/bedside/SIM-0001`);
    await page.locator('.phases').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await daemon?.end('SIGKILL');
    await simulator?.end();
    await database?.stop();
    await broker?.stop();
    folder.remove();
  });

  it('is stopped and resumed by the buttons of the page, with reason and name, and is the same refill', async () => {
    const { refill } = await state();
    const before = await phase();
    await page.getByRole('button', { name: 'More…' }).click();
    await page.getByRole('button', { name: 'Stop the refill…' }).click();
    const sheet = page.locator('.sheet');
    const stop = sheet.getByRole('button', { name: 'Stop the refill', exact: true });
    await stop.click();
    await sheet.getByText('Give a reason.').waitFor();
    expect((await state()).outcome).toBe('in-progress');
    await sheet.getByLabel('Reason').fill('the patient wants to lie down');
    // As slowly as people type: what is drawn in between must not swallow a space.
    await sheet.getByLabel('Your name').fill('');
    await sheet.getByLabel('Your name').pressSequentially(NURSE, { delay: 120 });
    await stop.click();
    await page.getByRole('heading', { name: 'Refill stopped' }).waitFor();
    expect(await page.locator('.ended').textContent()).toContain('the patient wants to lie down');
    await shot(page, 'interrupted/stopped');
    await page.getByRole('button', { name: 'Resume this refill…' }).click();
    await sheet.getByRole('button', { name: 'Decided by the physician' }).click();
    await sheet.getByRole('button', { name: 'Resume the refill', exact: true }).click();
    await page.locator('.phases').waitFor();
    expect(await state()).toMatchObject({ refill, outcome: 'in-progress', stoppedReason: null });
    expect(await phase()).toBe(before);
  });

  it('is where it was after the page was loaded anew', async () => {
    nurse('continue');
    // She waits there until she is told to go on.
    nurse('hold');
    await untilPhase('Measure');
    const before = await state();
    await page.reload();
    await level().waitFor();
    const after = await state();
    expect(after.refill).toBe(before.refill);
    expect(await phase()).toBe('Measure');
    expect(await page.locator('.phase-done').count()).toBe(5);
    await eventually('the level on the screen is the one of the server', async () => {
      const now = (await state()).level;
      return now !== null && Math.abs(((await shownLevel()) ?? 99) - now.value) < 0.05;
    });
    expect(await page.locator('.bedside-pump').textContent()).toContain('P0042');
    // Whoever acts is still known in this tab.
    expect(await page.locator('.person').textContent()).toContain(NURSE);
  });

  it('goes on without broker and database: values, phases and what is pressed', async () => {
    await broker.kill();
    await database.kill();
    await page.getByText('Message broker').first().waitFor({ timeout: 30_000 });
    nurse('continue');
    await eventually('the level rises on the screen', async () => ((await shownLevel()) ?? 0) > 3);
    nurse('pause');
    expect(await page.locator('.bedside-level .age').textContent()).toMatch(/^[01]\.\d\ss ago$/);
    expect(await phase()).not.toBe('Measure');
    // As a banner until it is an alarm; whichever is most urgent is shown, and how many there are besides.
    const troubles = page.locator('.banner, .alarm').filter({ hasText: /Message broker|Database|not being recorded/ });
    await troubles
      .or(page.getByRole('button', { name: /^\d more$/ }))
      .first()
      .waitFor({ timeout: 30_000 });
    await shot(page, 'interrupted/without-broker-and-database');
    // What is pressed is on the disk before it is answered, and that disk is the bridge's own.
    await page.getByRole('button', { name: 'More…' }).click();
    await page.getByRole('button', { name: 'Enter the residual…' }).click();
    await page.locator('.sheet').getByLabel('Residual, mL').fill('11.8');
    await page.locator('.sheet').getByLabel('Reason').fill('read on the syringe');
    await page.locator('.sheet').getByRole('button', { name: 'Save' }).click();
    await page.locator('.sheet').waitFor({ state: 'detached' });
    expect((await state()).residual?.value).toBeCloseTo(11.8, 5);
  });

  it('is blank while the daemon is dead, and goes on with all of it when it is back: same page, same refill', async () => {
    const before = await state();
    const shownPhase = await phase();
    await page.evaluate(() => Object.assign(window, { marker: 'same page' }));
    await daemon.end('SIGKILL');
    await page.getByText('Connection to hai-bridge lost. Reconnecting…').first().waitFor({ timeout: 5000 });
    await page.locator('.bedside-level .blank').first().waitFor({ timeout: 3000 });
    expect(await shownLevel()).toBeNull();
    await shot(page, 'interrupted/without-daemon');
    await start();
    await eventually('the level is shown again', async () => (await shownLevel()) !== null, 30_000);
    expect(await page.evaluate(() => (window as { marker?: string }).marker)).toBe('same page');
    const after = await state();
    expect(after).toMatchObject({
      refill: before.refill,
      by: 'B. Peeters',
      beganMs: before.beganMs,
      outcome: 'in-progress',
    });
    expect(await phase()).toBe(shownPhase);
    expect(after.phases).toEqual(before.phases);
    expect(after.residual).toEqual(before.residual);
    const shown = (await shownLevel()) ?? 0;
    nurse('continue');
    await eventually('the level rises further', async () => ((await shownLevel()) ?? 0) > shown + 2);
    expect(pageErrors).toEqual([]);
  });
});
