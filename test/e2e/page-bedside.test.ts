/** The bedside page in a real browser: in every phase, size and theme, under alarms, at hold points, in silence. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PHASES } from '../../src/refill/model.ts';
import { type BedsideFixture, startBedside } from '../support/bedside-fixture.ts';
import { launchBrowser, resize, SIZES, shot } from '../support/browser.ts';
import { type BuiltPage, buildPage } from '../support/built-page.ts';
import { expectLayout, seriousFindings } from '../support/page-checks.ts';
import { heldAt, reconciliationOf, refillIn } from '../support/refill-states.ts';
import { REFILLING } from '../support/web-fixture.ts';
import { available } from '../support/what-was-not-tested.ts';

const EXPIRY_MS = 2000;
const LAYOUTS = ['start', 'phase-measure', 'hold-and-alarms', 'change-order'];
const BEDSIDE = `#/bedside/${REFILLING}`;

describe.skipIf(!available('the bedside page', 'chromium'))('bedside page', () => {
  let built: BuiltPage;
  let browser: Browser;
  let fixture: BedsideFixture;
  let page: Page;
  const pageErrors: string[] = [];

  beforeAll(async () => {
    built = await buildPage();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    built?.remove();
  });
  afterEach(async () => {
    await page.context().close();
    await fixture.close();
    expect(pageErrors.splice(0)).toEqual([]);
  });

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    fixture = await startBedside({ uiFolder: built.folder, freshness: { expiryMs: EXPIRY_MS } });
    const context = await browser.newContext({ viewport: SIZES[0], ...options });
    page = await context.newPage();
    page.on('pageerror', (error) => pageErrors.push(error.message));
  }
  const level = () => page.locator('.bedside-level .huge');
  const alarm = (condition: string) => page.locator(`.alarm[data-condition=${condition}]`);

  it('has no serious finding in any phase, theme and size', async () => {
    await open({ reducedMotion: 'reduce' });
    const check = async (what: string) => {
      for (const size of SIZES) {
        await resize(page, size);
        await expectLayout(page, `${what} at ${size.width}`);
        // Names and roles do not depend on the width: phases are examined at one, every layout at all.
        if (size === SIZES[0] || LAYOUTS.includes(what)) {
          expect(await seriousFindings(page), `${what} at ${size.width}`).toEqual([]);
        }
        await shot(page, `bedside/${what}-${size.width}-light`);
      }
      await resize(page, SIZES[0]);
      // Dark differs in its colours only, and those are the same at every width.
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await seriousFindings(page), `${what}, dark`).toEqual([]);
      await shot(page, `bedside/${what}-${SIZES[0].width}-dark`);
      await page.emulateMedia({ colorScheme: 'light' });
    };
    await page.goto(`${fixture.web.url}/${BEDSIDE}`);
    await page.getByRole('heading', { name: 'Which pump?' }).waitFor();
    await check('start');
    for (const phase of PHASES) {
      fixture.show((nowMs) => refillIn(phase, nowMs));
      await page
        .locator('.phases-short', { hasText: `phase ${PHASES.indexOf(phase) + 1} of` })
        .waitFor({ state: 'attached' });
      await check(`phase-${phase}`);
    }
    fixture.show((nowMs) =>
      heldAt(refillIn('measure', nowMs, { reconciliation: reconciliationOf(7.4) }), 'residualVerdict'),
    );
    fixture.raise('residualOutsideBand', 'needleNotInReservoir', 'coldFill');
    await page.locator('.hold-card').waitFor();
    await alarm('needleNotInReservoir').waitFor();
    await check('hold-and-alarms');
    await page.getByRole('button', { name: 'More…' }).click();
    await page.getByRole('button', { name: 'Change the order…' }).click();
    await check('change-order');
  });

  it('shows level, uncertainty and age big, and the reservoir with what is expected of it', async () => {
    await open();
    fixture.show((nowMs) => refillIn('empty', nowMs));
    await page.goto(`${fixture.web.url}/${BEDSIDE}`);
    await level().filter({ hasText: '6.2' }).waitFor();
    expect(await level().textContent()).toMatch(/6\.2\s*± 0\.6 mL/);
    expect(await page.locator('.bedside-level .age').textContent()).toMatch(/^0\.\d\ss ago$/);
    expect(await page.locator('.mark-expected').textContent()).toBe('Expected');
    expect(await page.locator('.instruction').textContent()).toContain('Do not aspirate hard');
    const digits = await level().locator('.digits').boundingBox();
    expect(digits?.height).toBeGreaterThan(90);
    expect(await page.locator('.bedside .simulated-band').count()).toBeGreaterThan(1);
  });

  it('calls no phase done that the refill was never in', async () => {
    await open();
    fixture.show((nowMs) => {
      const state = refillIn('deaccess', nowMs);
      return { ...state, phases: state.phases.filter(({ phase }) => phase !== 'flush') };
    });
    await page.goto(`${fixture.web.url}/${BEDSIDE}`);
    await page.locator('.phase-now', { hasText: 'De-access' }).waitFor();
    expect(await page.locator('.phase-skipped .phase-name').allTextContents()).toEqual(['Flush']);
    expect(await page.locator('.phase-skipped').textContent()).toContain('passed over');
    expect(await page.locator('.phase-done').count()).toBe(8);
  });

  it('blanks every number within 2 s of silence, and says so', async () => {
    await open();
    fixture.show((nowMs) => refillIn('fill', nowMs));
    await page.goto(`${fixture.web.url}/${BEDSIDE}`);
    await level().filter({ hasText: '18.4' }).waitFor();
    const silentSinceMs = Date.now();
    fixture.silence();
    await page.locator('.bedside-level .blank').first().waitFor();
    const blankAfterMs = Date.now() - silentSinceMs;
    expect(blankAfterMs).toBeGreaterThan(EXPIRY_MS - 400);
    expect(blankAfterMs).toBeLessThan(EXPIRY_MS + 700);
    expect(await page.locator('.bedside-level').textContent()).toMatch(/no fresh value/);
    expect(await page.locator('.bedside-level .fluid').count()).toBe(0);
    expect(await page.locator('.bedside-level').textContent()).not.toContain('18.4');
  });

  it('does not go on at a hold point, and takes the keyboard there', async () => {
    await open();
    fixture.show((nowMs) => heldAt(refillIn('fill', nowMs), 'linePressure'));
    await page.goto(`${fixture.web.url}/${BEDSIDE}`);
    const card = page.locator('.hold-card');
    await card.waitFor();
    expect(await card.textContent()).toContain('Line pressure too high');
    expect(await page.getByRole('button', { name: /^Go on: / }).count()).toBe(0);
    expect(await card.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: 'Go on anyway…' }).click();
    await page.getByRole('button', { name: 'Go on anyway', exact: true }).click();
    await card.getByText('Give a reason.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Checked and put right' }).waitFor();
  });

  it('flashes high and medium at the rates of IEC 60601-1-8, and low not at all', async () => {
    await open();
    fixture.show((nowMs) => refillIn('fill', nowMs));
    fixture.raise('needleNotInReservoir', 'reservoirEmpty', 'coldFill');
    await page.goto(`${fixture.web.url}/${BEDSIDE}`);
    await page.getByRole('button', { name: '1 more' }).click();
    await alarm('coldFill').waitFor();
    const hz = (condition: string) =>
      alarm(condition).evaluate((element) => {
        const [animation] = element.getAnimations();
        return animation ? 1000 / Number(animation.effect?.getComputedTiming().duration) : 0;
      });
    const colour = (condition: string) => alarm(condition).evaluate((element) => element.className);
    expect(await hz('needleNotInReservoir')).toBeGreaterThanOrEqual(1.4);
    expect(await hz('needleNotInReservoir')).toBeLessThanOrEqual(2.8);
    expect(await hz('reservoirEmpty')).toBeGreaterThanOrEqual(0.4);
    expect(await hz('reservoirEmpty')).toBeLessThanOrEqual(0.8);
    expect(await hz('coldFill')).toBe(0);
    expect(await colour('needleNotInReservoir')).toContain('alarm-high');
    const words = await page.locator('.alarm-priority').allTextContents();
    expect(words.map((text) => /HIGH|MEDIUM|LOW/.exec(text)?.[0])).toEqual(['HIGH', 'MEDIUM', 'LOW']);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await hz('needleNotInReservoir')).toBe(0);
    expect(
      await alarm('needleNotInReservoir').evaluate((element) =>
        Number.parseFloat(getComputedStyle(element).borderTopWidth),
      ),
    ).toBeGreaterThanOrEqual(6);
  });

  it('acknowledges and pauses for all screens, and a new alarm breaks the pause', async () => {
    await open();
    fixture.show((nowMs) => refillIn('fill', nowMs));
    fixture.raise('reservoirEmpty');
    await page.goto(`${fixture.web.url}/${BEDSIDE}`);
    await alarm('reservoirEmpty').waitFor();
    const other = await browser.newPage();
    await other.goto(`${fixture.web.url}/${BEDSIDE}`);
    const elsewhere = (condition: string) => other.locator(`.alarm[data-condition=${condition}]`);
    await page.getByRole('button', { name: 'Pause sound 2 min' }).click();
    await other.getByRole('button', { name: /Sound paused [12]:\d\d/ }).waitFor();
    fixture.raise('needleDislodged');
    await elsewhere('needleDislodged').waitFor();
    await other.getByRole('button', { name: 'Pause sound 2 min' }).waitFor();
    await alarm('needleDislodged').getByRole('button', { name: 'Acknowledge' }).click();
    await elsewhere('needleDislodged').getByText('acknowledged by A. Jansen').waitFor();
    expect(await elsewhere('needleDislodged').evaluate((element) => element.getAnimations().length)).toBe(0);
    await other.close();
  });
});
