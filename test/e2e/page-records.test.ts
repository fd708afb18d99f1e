/** What looks back: past refills, a report, the pump register, one pump's years, the alarm log. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BeginRefill, RefillAction } from '../../src/web/api-types.ts';
import { type BedsideFixture, startBedside } from '../support/bedside-fixture.ts';
import { launchBrowser, resize, SIZES, shot, THEMES } from '../support/browser.ts';
import { type BuiltPage, buildPage } from '../support/built-page.ts';
import { expectLayout, seriousFindings } from '../support/page-checks.ts';
import { refillIn } from '../support/refill-states.ts';
import { REFILLING } from '../support/web-fixture.ts';
import { available } from '../support/what-was-not-tested.ts';

const BY = 'A. Jansen';

describe.skipIf(!available('the pages that look back', 'chromium'))('records', () => {
  let built: BuiltPage;
  let browser: Browser;
  let page: Page;
  let fixture: BedsideFixture;
  let refill: string;

  const post = async <T>(path: string, body: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${fixture.web.url}/api/v1/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return answer.json() as Promise<T>;
  };
  const act = (action: RefillAction['action']) => post(`stations/${REFILLING}/refill/actions`, { by: BY, action });

  /** One refill that somebody stopped, after having gone on against a hold point. */
  async function refillOnRecord(): Promise<string> {
    const { order, context } = refillIn('identify', 0);
    const begun: BeginRefill = { by: BY, pump: 'P-0007', order: { ...order, fillMl: 55 }, context };
    const state = await post<{ refill: string }>(`stations/${REFILLING}/refill`, begun);
    await act({ do: 'phase', phase: 'zero' });
    await act({ do: 'override', hold: 'capacity', reason: 'checked by a second person' });
    await act({ do: 'phase', phase: 'prep' });
    await act({ do: 'abort', reason: 'patient not well' });
    return state.refill;
  }

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
    refill = await refillOnRecord();
    fixture.raise('reservoirEmpty');
    fixture.end('reservoirEmpty');
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    await fixture.close();
  });
  const open = (hash: string) => page.goto(`${fixture.web.url}/#/${hash}`);

  it('has no serious finding on any screen, in both themes and three sizes', async () => {
    const views = [
      { hash: 'refills', ready: '.records-table td' },
      { hash: `refill/${encodeURIComponent(refill)}`, ready: '.recorded canvas' },
      { hash: 'pumps', ready: '.records-table td' },
      { hash: 'pump/P-0007', ready: '.flow-history canvas' },
      { hash: 'alarms', ready: '.records-table td' },
    ];
    for (const { hash, ready } of views) {
      const name = hash.split('/')[0];
      await open(hash);
      await page.locator(ready).first().waitFor();
      for (const size of SIZES) {
        await resize(page, size);
        await expectLayout(page, `${name} ${size.width}`);
        await shot(page, `records/${name}-${size.width}`, { fullPage: true });
      }
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        expect(await seriousFindings(page), `${name} ${theme}`).toEqual([]);
      }
    }
  });

  it('finds a past refill, and its report says what was overridden by whom and why', async () => {
    await open('refills');
    await page.getByRole('searchbox').fill('20175 jansen');
    await page.getByRole('cell', { name: 'Stopped' }).waitFor();
    await page.getByRole('searchbox').fill('somebody else');
    await page.getByText('Nothing found.').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.locator('.row-link').first().click();
    await page.getByRole('heading', { name: 'Refill report' }).waitFor();
    await page.locator('.report-hash').waitFor();
    await page.locator('.simulated-band').first().waitFor();
    const report = (await page.locator('.records').textContent()) ?? '';
    for (const text of ['Stopped: patient not well', 'checked by a second person', 'overridden', 'CF30-20175', BY]) {
      expect(report).toContain(text);
    }
    expect(report).toMatch(/[0-9a-f]{64}/);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.header').isVisible()).toBe(false);
    expect(await page.locator('.records-actions').first().isVisible()).toBe(false);
    expect(await page.locator('.simulated-band').first().isVisible()).toBe(true);
  });

  it('enters a pump and corrects it, and says what is missing', async () => {
    await open('pump/P-0007');
    await page.getByRole('heading', { name: 'Pump CF30-20175' }).waitFor();
    expect(await page.locator('.records-table tbody tr').count()).toBe(40);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Label flow, mL/day').fill('x');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Give a number, such as 11.8.').waitFor();
    await page.getByLabel('Label flow, mL/day').fill('1,25');
    await page.getByLabel('Your name').fill(BY);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.facts').getByText('1.25 mL/day').waitFor();
  });

  it('lists what alarms did, and says of which station each one is', async () => {
    await open('alarms');
    expect(await page.locator('.alarm-name strong').first().textContent()).toMatch(/^[\w-]+: \S/);
    const rows = page.locator('.records-table tbody tr');
    await rows.filter({ hasText: 'Reservoir empty' }).first().waitFor();
    expect(await rows.filter({ hasText: 'began' }).count()).toBeGreaterThan(0);
    await page.getByText('Kept for').waitFor();
  });
});
