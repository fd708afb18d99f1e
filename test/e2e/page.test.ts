/** The page in a real browser, against the real server. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHANNEL_INDEX } from '../../protocols/reading.ts';
import type { Hello, StationView } from '../../src/web/api-types.ts';
import { launchBrowser } from '../support/browser.ts';
import { type BuiltPage, buildPage } from '../support/built-page.ts';
import {
  CONNECTING_LINK,
  fleetStatuses,
  IDLE,
  infoOf,
  QUIET,
  REFILLING,
  REFUSED,
  readingOf,
  startWebFixture,
  type WebFixture,
  type WebFixtureOptions,
} from '../support/web-fixture.ts';
import { available } from '../support/what-was-not-tested.ts';

const EXPIRY_MS = 2000;

describe.skipIf(!available('the page in a browser', 'chromium'))('page', () => {
  let built: BuiltPage;
  let browser: Browser;
  let page: Page;
  let fixture: WebFixture;
  const pageErrors: string[] = [];

  const start = (options: WebFixtureOptions = {}) =>
    startWebFixture({ uiFolder: built.folder, freshness: { expiryMs: EXPIRY_MS }, ...options });
  const open = (hash: string) => page.goto(`${fixture.web.url}/${hash}`);
  const station = (name: string) => page.locator('li.card, tbody tr').filter({ hasText: name });
  const level = () => page.locator('.huge .number');
  const api = async <T>(path: string): Promise<T> => (await fetch(`${fixture.web.url}${path}`)).json();

  beforeAll(async () => {
    built = await buildPage();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    built?.remove();
  });
  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    pageErrors.length = 0;
    page.on('pageerror', (error) => pageErrors.push(error.message));
  });
  afterEach(async () => {
    await page.context().close();
    await fixture.close();
    expect(pageErrors).toEqual([]);
  });

  it('weighs at most 100 kB gzipped', async () => {
    fixture = await start();
    expect(built.gzippedBytes).toBeLessThan(100_000);
  });

  it('shows all stations with their states, the ones that need attention first', async () => {
    fixture = await start();
    await open('#/');
    await station(IDLE).waitFor();
    const names = await page.locator('.station-link').allTextContents();
    expect(names).toEqual([REFUSED, QUIET, CONNECTING_LINK, REFILLING, IDLE]);
    const states = await page.locator('.card .badge').allTextContents();
    expect(states).toEqual(['Refused', 'Quiet', 'Connecting', 'Live', 'Live']);
    expect(await station(QUIET).textContent()).toContain('check that the station is switched on');
    expect(await station(QUIET).textContent()).toMatch(/no fresh value \(last \d+\.\d\ss ago\)/);
    expect(await station(IDLE).locator('[data-channel=reservoirVolume]').textContent()).toBe('18.4 mL');
    expect(await page.locator('footer').textContent()).toBe(
      'Information only. Not a medical device. Do not use for clinical decisions.',
    );
  });

  it('finds, filters and lays out as a table', async () => {
    fixture = await start();
    await open('#/');
    await page.getByRole('button', { name: '1 Quiet' }).click();
    expect(await page.locator('.station-link').allTextContents()).toEqual([QUIET]);
    await page.getByRole('button', { name: '1 Quiet' }).click();
    await page.getByRole('searchbox').fill('ttyUSB1');
    expect(await page.locator('.station-link').allTextContents()).toEqual([IDLE]);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByRole('button', { name: 'Show all stations' }).click();
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await page.locator('tbody tr').count()).toBe(5);
  });

  it('shows the number the server has, with its unit and decimals, and the direction of the flow', async () => {
    fixture = await start({ readings: 'none' });
    const values = [12.3456, -4.5, 3.21, 36.6, -0.0001, null];
    let lineSeq = 0;
    const say = () => fixture.bus.emit('reading', readingOf(IDLE, ++lineSeq, { values }));
    const link = fleetStatuses().find((s) => s.station === IDLE)?.link ?? '';
    fixture.bus.emit('identified', infoOf(IDLE, link));
    const saying = setInterval(say, 200);
    try {
      await open(`#/station/${IDLE}`);
      await level().filter({ hasText: 'mL' }).waitFor();
      const { channels } = await api<Hello>('/api/v1/hello');
      const served = (await api<StationView>(`/api/v1/stations/${IDLE}`)).latest?.values[CHANNEL_INDEX.reservoirVolume];
      const decimals = channels[CHANNEL_INDEX.reservoirVolume]?.decimals;
      expect(await level().textContent()).toBe(`${served?.toFixed(decimals)} mL`);
      expect(await page.locator('.flow-panel .number').textContent()).toBe('\u22124.5 mL/min');
      expect(await page.locator('.flow-panel .direction').textContent()).toBe('out of pump');
      expect(await page.locator('.tiles [data-channel=fluidTemperature]').textContent()).toBe('36.6 °C');
      expect(await page.locator('.tiles [data-channel=collectorMass]').textContent()).toBe('0.00 g');
      expect(await page.locator('.tiles [data-channel=ambientPressure]').textContent()).toContain('—');
      expect(await page.locator('.level-panel .age').textContent()).toMatch(/^[01]\.\d\ss ago$/);
    } finally {
      clearInterval(saying);
    }
  });

  it('blanks every number as soon as it is older than the expiry, with no event to tell it', async () => {
    fixture = await start();
    await open(`#/station/${IDLE}`);
    await level().filter({ hasText: '18.4' }).waitFor();
    const silentSinceMs = Date.now();
    fixture.silence();
    await page.getByText(/no fresh value \(last/).waitFor();
    const blankAfterMs = Date.now() - silentSinceMs;
    expect(blankAfterMs).toBeGreaterThan(EXPIRY_MS - 300);
    expect(blankAfterMs).toBeLessThan(EXPIRY_MS + 700);
    expect(await page.locator('.readings .number:not(.blank)').count()).toBe(0);
    expect(await page.locator('.banner').count()).toBe(0);
    expect(await page.locator('.reservoir .fluid').count()).toBe(0);
  });

  it('blanks at once when the station is said to be refused', async () => {
    fixture = await start();
    await open(`#/station/${IDLE}`);
    await level().filter({ hasText: '18.4' }).waitFor();
    const [status] = fleetStatuses().filter((s) => s.station === IDLE);
    if (!status) throw new Error('the fixture has no idle station');
    fixture.bus.emit('status', { ...status, state: 'refused', reason: 'two stations answer; unplug one' });
    await page.locator('.level-panel .blank').waitFor({ timeout: 1000 });
    expect(await page.locator('.state-notice').textContent()).toContain('two stations answer; unplug one');
    const said = await page.locator('[role=status]').textContent();
    expect(said).toContain(`Station ${IDLE}: Refused.`);
    expect(said).not.toMatch(/18\.4/);
  });

  it('survives a restart of the daemon without a reload, and loads the history again', async () => {
    fixture = await start();
    await open(`#/station/${IDLE}`);
    await level().filter({ hasText: '18.4' }).waitFor();
    await page.evaluate(() => Object.assign(window, { marker: 'same page' }));
    const { port } = new URL(fixture.web.url);
    await fixture.close();
    await page.getByText('Connection to hai-bridge lost. Reconnecting…').first().waitFor({ timeout: 5000 });
    expect(await page.locator('.readings .number:not(.blank)').count()).toBe(0);
    expect(await page.locator('.station-head .badge').textContent()).toBe('Not known');
    fixture = await start({ http: { listen: `127.0.0.1:${port}` } });
    await level().filter({ hasText: '18.4' }).waitFor({ timeout: 15_000 });
    expect(await page.locator('.banner').count()).toBe(0);
    expect(await page.evaluate(() => (window as { marker?: string }).marker)).toBe('same page');
    await expect.poll(() => fixture.store.asked.map((range) => range.station)).toContain(IDLE);
  });

  it('goes from fleet to station and back by keyboard alone', async () => {
    fixture = await start();
    await open('#/');
    await station(REFILLING).waitFor();
    const focusedStation = () =>
      page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.station ?? null);

    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    // The page puts its own address back when the browser tells it of the change: after the focus, not with it.
    await expect.poll(() => new URL(page.url()).hash).toBe('#/');

    for (let i = 0; i < 30 && (await focusedStation()) !== REFILLING; i++) await page.keyboard.press('Tab');
    expect(await focusedStation()).toBe(REFILLING);
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: REFILLING }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');

    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await station(REFILLING).waitFor();
    expect(await focusedStation()).toBe(REFILLING);
  });

  it('reads single points of the chart by arrow keys, over each window and any channel', async () => {
    fixture = await start();
    await open(`#/station/${REFILLING}`);
    const chart = page.getByRole('slider', { name: /^Reservoir level/ });
    await expect.poll(() => chart.getAttribute('aria-valuetext')).toMatch(/^\d+\.\d to 24\.\d mL$/);
    await chart.focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => chart.getAttribute('aria-valuetext')).toMatch(/: \d+\.\d mL \(/);
    await page.getByRole('button', { name: 'Line pressure' }).click();
    await page.getByRole('slider', { name: /^Line pressure/ }).waitFor();
    for (const [name, ms] of [
      ['1 min', 60_000],
      ['1 h', 3_600_000],
      ['24 h', 86_400_000],
    ] as const) {
      await page.getByRole('button', { name, exact: true }).click();
      await expect.poll(() => fixture.store.asked.some((r) => r.toMs - r.fromMs === ms)).toBe(true);
    }
  });

  it('says why the history is missing and what to do, while live values go on', async () => {
    fixture = await start();
    fixture.store.failure = new Error('disk full');
    await open(`#/station/${IDLE}`);
    await page.getByText('History could not be loaded').waitFor();
    expect(await level().textContent()).toBe('18.4 mL');
    fixture.store.failure = null;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('History could not be loaded').waitFor({ state: 'detached' });
  });

  it('marks simulated values with a band wherever they show, and only those', async () => {
    fixture = await start();
    await open('#/');
    await station(REFILLING).waitFor();
    expect(await station(REFILLING).locator('.simulated-band').textContent()).toBe('SIMULATED');
    expect(await station(IDLE).locator('.simulated-band').count()).toBe(0);
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await station(REFILLING).textContent()).toContain('SIMULATED');
    expect(await station(IDLE).textContent()).not.toContain('SIMULATED');
    await open(`#/station/${REFILLING}`);
    for (const panel of ['.level-panel', '.flow-panel', '.tiles-panel', '.chart']) {
      await page.locator(`${panel} .simulated-band`).waitFor();
    }
    await open(`#/station/${IDLE}`);
    await level().filter({ hasText: '18.4' }).waitFor();
    expect(await page.locator('.simulated-band').count()).toBe(0);
  });

  it('speaks the language of the browser, and the chosen one after a reload, numbers too', async () => {
    fixture = await start();
    await page.context().close();
    const dutch = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'nl-BE' });
    page = await dutch.newPage();
    await open(`#/station/${IDLE}`);
    await level().filter({ hasText: '18,4 mL' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('nl');
    expect(await page.locator('footer').textContent()).toContain('Geen medisch hulpmiddel');
    await page.getByRole('combobox', { name: 'Taal' }).selectOption('de');
    await page.getByText('Kein Medizinprodukt').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Füllstand Reservoir', exact: true }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('de');
    await page.getByRole('combobox', { name: 'Sprache' }).selectOption('en');
    await level().filter({ hasText: '18.4 mL' }).waitFor();
  });

  it('says plainly when an address names no station', async () => {
    fixture = await start();
    await open('#/station/HRS-9999');
    await page.getByText('There is no station “HRS-9999” on this bridge.').waitFor();
    await page.getByRole('link', { name: 'All stations' }).click();
    await station(IDLE).waitFor();
  });
});
