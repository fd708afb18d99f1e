/** What the page looks like to eyes, fingers and assistive technology, in every theme and size. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS, FLAG } from '../../protocols/reading.ts';
import { launchBrowser, resize, SIZES, shot } from '../support/browser.ts';
import { type BuiltPage, buildPage } from '../support/built-page.ts';
import { cutOff, expectLayout, overflow, seriousFindings } from '../support/page-checks.ts';
import { IDLE, QUIET, REFILLING, readingOf, startWebFixture, type WebFixture } from '../support/web-fixture.ts';
import { available } from '../support/what-was-not-tested.ts';

const VIEWS = [
  { name: 'fleet', hash: '#/', ready: '.card' },
  { name: 'station', hash: `#/station/${REFILLING}`, ready: '.chart-range:text-matches("mL")' },
  { name: 'station-quiet', hash: `#/station/${QUIET}`, ready: '.chart-range:text-matches("mL")' },
] as const;

describe.skipIf(!available('looks and accessibility of the page', 'chromium'))('page looks', () => {
  let built: BuiltPage;
  let browser: Browser;
  let fixture: WebFixture;

  beforeAll(async () => {
    built = await buildPage();
    browser = await launchBrowser();
    fixture = await startWebFixture({ uiFolder: built.folder });
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
    built?.remove();
  });

  it('has no serious finding in any theme and size', async () => {
    const page = await browser.newPage({ viewport: SIZES[0], reducedMotion: 'reduce' });
    const check = async (what: string, sizes: readonly (typeof SIZES)[number][]) => {
      for (const size of sizes) {
        await resize(page, size);
        await expectLayout(page, `${what} at ${size.width}`);
        // Names and roles may differ with the layout, colours only with the theme.
        expect(await seriousFindings(page), `${what} at ${size.width}`).toEqual([]);
        await shot(page, `page/${what}-${size.width}-light`);
      }
      await resize(page, SIZES[0]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await seriousFindings(page), `${what}, dark`).toEqual([]);
      await shot(page, `page/${what}-${SIZES[0].width}-dark`);
      await page.emulateMedia({ colorScheme: 'light' });
    };
    for (const view of VIEWS) {
      await page.goto(`${fixture.web.url}/${view.hash}`);
      await page.locator(view.ready).first().waitFor();
      await check(view.name, SIZES);
    }
    await page.goto(`${fixture.web.url}/#/`);
    await page.getByRole('button', { name: 'Table' }).click();
    await page.locator('tbody tr').first().waitFor();
    await check(
      'fleet-table',
      SIZES.filter(({ width }) => width >= 720),
    );
    await page.close();
  });

  it('has room for the widest values', async () => {
    const own = await startWebFixture({ uiFolder: built.folder, readings: 'none' });
    const values = CHANNELS.map(({ min, max }) => (min < 0 ? -1 : 1) * (max - 0.1));
    const flags = FLAG.airInLine | FLAG.highFlow | FLAG.simulated | FLAG.beyondLimit;
    let lineSeq = 0;
    const saying = setInterval(() => own.bus.emit('reading', readingOf(IDLE, ++lineSeq, { values, flags })), 200);
    try {
      const page = await browser.newPage({ viewport: SIZES[0] });
      for (const hash of ['#/', `#/station/${IDLE}`]) {
        await page.goto(`${own.web.url}/${hash}`);
        await page.locator('[data-channel=lineFlow] .digits', { hasText: '59.9' }).first().waitFor();
        for (const size of SIZES) {
          await resize(page, size);
          expect(await cutOff(page), `${size.width} ${hash}`).toEqual([]);
          expect(await overflow(page), `${size.width} ${hash}`).toBeLessThanOrEqual(0);
          await shot(page, `page/widest-${hash.length > 3 ? 'station' : 'fleet'}-${size.width}-light`);
        }
      }
      await page.close();
    } finally {
      clearInterval(saying);
      await own.close();
    }
  });

  it('tells of a lost connection as accessibly as of everything else', async () => {
    const own = await startWebFixture({ uiFolder: built.folder });
    const page = await browser.newPage({ viewport: SIZES[0] });
    await page.goto(`${own.web.url}/#/station/${IDLE}`);
    await page.locator('.huge .number:not(.blank)').waitFor();
    await own.close();
    await page.locator('.banner-lost').waitFor();
    await shot(page, 'page/station-lost-1280-light');
    expect(await seriousFindings(page)).toEqual([]);
    await page.close();
  });

  it('does not tell states apart by colour alone', async () => {
    const page = await browser.newPage({ viewport: SIZES[0] });
    await page.goto(`${fixture.web.url}/#/`);
    await page.locator('.card').first().waitFor();
    const shapes = await page
      .locator('.card .badge')
      .evaluateAll((badges) => badges.map((badge) => `${badge.querySelector('svg')?.innerHTML} ${badge.textContent}`));
    expect(new Set(shapes).size).toBe(4);
    await page.close();
  });
});
