/** What the bedside page lets be heard, as a real browser renders it. Limits: IEC 60601-1-8 tables 3 and 4. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BedsideFixture, startBedside } from '../support/bedside-fixture.ts';
import { launchBrowser } from '../support/browser.ts';
import { type BuiltPage, buildPage } from '../support/built-page.ts';
import { heardBy, listenTo } from '../support/heard-sound.ts';
import { refillIn } from '../support/refill-states.ts';
import { REFILLING } from '../support/web-fixture.ts';
import { available } from '../support/what-was-not-tested.ts';

describe.skipIf(!available('the alarm sounds of the page', 'chromium'))('alarm sounds', () => {
  let built: BuiltPage;
  let browser: Browser;
  let page: Page;
  let fixture: BedsideFixture;

  beforeAll(async () => {
    built = await buildPage();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    built?.remove();
  });
  beforeEach(async () => {
    fixture = await startBedside({ uiFolder: built.folder });
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    await fixture.close();
  });
  const openRefill = async () => {
    fixture.show((nowMs) => refillIn('fill', nowMs));
    await page.goto(`${fixture.web.url}/#/bedside/${REFILLING}`);
    await page.locator('.phases').waitFor();
  };

  it('sounds a high-priority alarm as ten pulses in two fives, once the browser lets it out', async () => {
    await listenTo(page);
    fixture.raise('needleDislodged');
    await openRefill();
    await page.locator('[data-sounding=high]').waitFor();
    await page.getByRole('button', { name: /SOUND OFF/ }).click();
    const heard = await heardBy(page);
    expect(heard.pulses).toHaveLength(10);
    const gaps = heard.pulses.slice(1).map(({ atS }, i) => {
      const before = heard.pulses[i];
      return before ? atS - before.atS - before.durationS : Number.NaN;
    });
    const [x = 0, , third = 0, , middle = 0] = gaps;
    expect(x).toBeGreaterThan(0.05);
    expect(x).toBeLessThan(0.14);
    expect(third).toBeGreaterThan(2.5 * x);
    expect(middle).toBeGreaterThan(0.35);
    for (const { durationS } of heard.pulses) {
      expect(durationS).toBeGreaterThan(0.075);
      expect(durationS).toBeLessThan(0.2);
    }
    const [fundamental = 0, ...above] = heard.levels(660, 6);
    expect(fundamental).toBeGreaterThan(0.05);
    expect(above.filter((level) => 20 * Math.log10(level / fundamental) > -15).length).toBeGreaterThanOrEqual(3);
    // Between two harmonics there is nothing.
    expect(heard.levels(990, 1)[0]).toBeLessThan(fundamental / 10);
  });

  it('sounds a medium one as three', async () => {
    await listenTo(page);
    fixture.raise('reservoirEmpty');
    await openRefill();
    await page.keyboard.press('Shift');
    expect((await heardBy(page)).pulses).toHaveLength(3);
  });

  it('says that sound is off until a press, then that nobody has heard it, then neither', async () => {
    await openRefill();
    await page.getByRole('button', { name: 'SOUND OFF: turn on' }).click();
    await page.getByText('Sound not tested').waitFor();
    await page.getByRole('button', { name: 'Test sound' }).click();
    await page.getByRole('button', { name: 'Yes, I heard it' }).click();
    await page.locator('.sound-warning').waitFor({ state: 'detached' });
  });

  it('sounds by itself when the connection is lost in a refill, and can be hushed on this screen', async () => {
    await openRefill();
    expect(await page.locator('[data-sounding=nothing]').count()).toBe(1);
    await fixture.web.close();
    await page.locator('[data-sounding=medium]').waitFor();
    await page.getByRole('button', { name: 'Pause sound 2 min' }).click();
    await page.locator('[data-sounding=nothing]').waitFor();
  });
});
