/** What the page looks like to eyes, fingers and assistive technology, in every theme and size. Writes screenshots. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS, FLAG } from '../../protocols/reading.ts';
import { launchBrowser, SIZES, THEMES } from '../support/browser.ts';
import { type BuiltPage, buildPage } from '../support/built-page.ts';
import { cutOff, overflow, seriousFindings, tooSmall } from '../support/page-checks.ts';
import { IDLE, QUIET, REFILLING, readingOf, startWebFixture, type WebFixture } from '../support/web-fixture.ts';
import { available } from '../support/what-was-not-tested.ts';

const SHOTS = resolve(import.meta.dirname, '../../test-results/page');

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
    mkdirSync(SHOTS, { recursive: true });
    built = await buildPage();
    browser = await launchBrowser();
    fixture = await startWebFixture({ uiFolder: built.folder });
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
    built?.remove();
  });

  for (const theme of THEMES) {
    for (const size of SIZES) {
      it(`has no serious finding in ${theme} at ${size.width}x${size.height}`, async () => {
        const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' });
        const page = await context.newPage();
        const check = async (what: string) => {
          await page.screenshot({ path: `${SHOTS}/${what}-${size.width}-${theme}.png` });
          expect(await seriousFindings(page), what).toEqual([]);
          expect(await overflow(page), `${what} scrolls sideways`).toBeLessThanOrEqual(0);
          expect(await tooSmall(page), `${what}: targets under 48 px`).toEqual([]);
          expect(await cutOff(page), `${what}: cut off`).toEqual([]);
        };
        for (const view of VIEWS) {
          await page.goto(`${fixture.web.url}/${view.hash}`);
          await page.locator(view.ready).first().waitFor();
          await check(view.name);
        }
        if (size.width >= 720) {
          await page.goto(`${fixture.web.url}/#/`);
          await page.getByRole('button', { name: 'Table' }).click();
          await page.locator('tbody tr').first().waitFor();
          await check('fleet-table');
        }
        await context.close();
      });
    }
  }

  it('has room for the widest values', async () => {
    const own = await startWebFixture({ uiFolder: built.folder, readings: 'none' });
    const values = CHANNELS.map(({ min, max }) => (min < 0 ? -1 : 1) * (max - 0.1));
    const flags = FLAG.airInLine | FLAG.highFlow | FLAG.simulated | FLAG.beyondLimit;
    let lineSeq = 0;
    const saying = setInterval(() => own.bus.emit('reading', readingOf(IDLE, ++lineSeq, { values, flags })), 200);
    try {
      for (const viewport of SIZES) {
        const page = await browser.newPage({ viewport });
        for (const hash of ['#/', `#/station/${IDLE}`]) {
          await page.goto(`${own.web.url}/${hash}`);
          await page.locator('[data-channel=lineFlow] .digits', { hasText: '59.9' }).first().waitFor();
          expect(await cutOff(page), `${viewport.width} ${hash}`).toEqual([]);
          expect(await overflow(page), `${viewport.width} ${hash}`).toBeLessThanOrEqual(0);
        }
        await page.screenshot({ path: `${SHOTS}/station-widest-${viewport.width}-light.png` });
        await page.close();
      }
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
    await page.screenshot({ path: `${SHOTS}/station-lost-1280-light.png` });
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
