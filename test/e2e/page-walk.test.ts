/**
 * A whole refill through the page, from the first question to the report: simulator, daemon, broker, store and browser are
 * real. The simulated bay runs 20 times as fast while its sensors keep real time, so that flow and scale cannot agree: what
 * the engine makes of that is not judged here, only that nothing of it can be passed by unseen.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RefillState } from '../../src/refill/model.ts';
import type { PutPump, RefillRecord } from '../../src/web/api-types.ts';
import { launchBrowser, shot } from '../support/browser.ts';
import { eventually, type Running, up } from '../support/daemon.ts';
import { temporaryFolder } from '../support/services.ts';
import { type WaitingNurse, waitingNurse } from '../support/waiting-nurse.ts';
import { available } from '../support/what-was-not-tested.ts';

const SPEED = 20;
const DAY_MS = 86_400_000;
const NURSE = 'A. Jansen';

describe.skipIf(!available('a refill from needle to report in a browser', 'chromium'))(
  'a walk through a refill',
  () => {
    const folder = temporaryFolder();
    let simulator: Running;
    let nurse: WaitingNurse['nurse'];
    let daemon: Running;
    let browser: Browser;
    let page: Page;
    let url: string;
    let station: string;

    const api = async <T>(path: string, body?: object): Promise<T> => {
      const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(`${url}/api/v1/${path}`, body ? put : {});
      expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(200);
      return answer.json() as Promise<T>;
    };

    beforeAll(async () => {
      const waiting = await waitingNurse(SPEED);
      ({ simulator, nurse } = waiting);
      daemon = up(folder.path, {
        site: 'walk',
        data: `${folder.path}/data`,
        links: [{ url: waiting.link }],
        http: { listen: '127.0.0.1:0' },
        log: { level: 'warn' },
      });
      url = (await daemon.line(/(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
      station = await eventually('the station to be live', async () => {
        const all = await api<{ station: string; state: string }[]>('stations');
        return all.find(({ state }) => state === 'live')?.station;
      });
      const pump: PutPump = {
        by: NURSE,
        model: 'codman-3000-30',
        serial: 'CF30-20175',
        udi: null,
        labelFlowMlPerDay: 1.3,
        patientRef: 'R-5512',
        fills: [2, 1].map((n) => ({
          atMs: Date.now() - n * 14 * DAY_MS,
          filledMl: 30,
          residualMl: n === 2 ? null : 11.8,
          actualFlow: n === 2 ? null : { value: 1.3, u95: 0.02 },
        })),
      };
      await api('pumps/P-0001', pump);
      browser = await launchBrowser();
      page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    });
    afterAll(async () => {
      await browser?.close();
      await daemon?.end();
      await simulator?.end();
      folder.remove();
    });

    /** Needs the keyboard only. */
    async function start(): Promise<void> {
      await page.goto(`${url}/#/bedside/${station}`);
      await page.getByLabel('Scan the pump card').waitFor();
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.type(NURSE);
      await page.keyboard.press('Tab');
      await page.keyboard.type('CF30-20175');
      await page.getByText('Found by scan').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'The order' }).waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.type('FUDR with heparin');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Since the last fill' }).waitFor();
      await page.getByRole('button', { name: 'No', exact: true }).press('Space');
      await page.getByLabel('Home').press('2');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Play the alarm sound' }).press('Enter');
      await page.getByRole('button', { name: 'Yes, I heard it' }).press('Enter');
      await page.getByRole('button', { name: 'Begin the refill' }).press('Enter');
      await page.locator('.phases').waitFor();
    }

    /** What stops the refill is overridden, with a reason; returns what it was. */
    async function goOnAnyway(): Promise<string | null> {
      const card = page.locator('.hold-card').first();
      const hold = await card.getAttribute('data-hold', { timeout: 1000 }).catch(() => null);
      if (hold === null) return null;
      await shot(page, `walk/hold-${hold}`);
      await card.getByRole('button', { name: 'Go on anyway…' }).click();
      await card.getByRole('button', { name: 'Checked by a second person' }).click();
      await card.getByRole('button', { name: 'Go on anyway', exact: true }).click();
      await page.locator(`.hold-card[data-hold=${hold}]`).waitFor({ state: 'detached' });
      return hold;
    }

    it('goes from the first question to the report, which leaves nothing out and says whether the record is complete', async () => {
      await start();
      expect((await page.locator('.sound-warning').count()) === 0).toBe(true);
      nurse('continue');
      const overridden = new Set<string>();
      const seen = new Set<string>();
      await eventually(
        'the record',
        async () => {
          const { phase, needle, holds } = await api<RefillState>(`stations/${station}/refill`);
          if (!seen.has(phase)) await shot(page, `walk/phase-${phase}`);
          seen.add(phase);
          if (holds.some(({ state }) => state === 'held')) {
            const hold = await goOnAnyway();
            if (hold !== null) overridden.add(hold);
          }
          // The needle is out and the site is dressed: the page cannot see that, the person says it.
          const dressed = phase === 'deaccess' && needle === 'out';
          if (dressed) await page.getByRole('button', { name: 'Go on: Record' }).click({ timeout: 1000 });
          return phase === 'record';
        },
        75_000,
      );
      await goOnAnyway();
      await page.getByRole('button', { name: 'Finish the refill' }).click();
      await page.getByRole('heading', { name: 'Refill completed' }).waitFor();
      await shot(page, 'walk/completed');
      await page.getByRole('link', { name: 'Report' }).click();
      await page.getByRole('heading', { name: 'Refill report' }).waitFor();
      await page.locator('.recorded canvas').first().waitFor();
      await shot(page, 'walk/report', { fullPage: true });
      const id = decodeURIComponent(page.url().split('/').at(-1) ?? '');
      const record = await api<RefillRecord>(`refills/${encodeURIComponent(id)}`);
      expect(record.summary).toMatchObject({ outcome: 'completed', pump: 'P-0001', by: NURSE, simulated: true });
      const phases = record.state.phases.map(({ phase }) => phase);
      expect(phases).toEqual(expect.arrayContaining(['identify', 'access', 'empty', 'fill', 'deaccess', 'record']));
      const held = record.state.holds.filter(({ state }) => state === 'overridden').map(({ hold }) => hold);
      expect([...overridden].sort()).toEqual(held.sort());
      const shown = (await page.locator('.records').textContent()) ?? '';
      expect(shown).toContain(record.inputsSha256);
      expect(shown).toContain('SIMULATED');
      expect(shown.split('Checked by a second person').length - 1).toBe(held.length);
      await page.getByRole('button', { name: 'Check the record' }).click();
      await page.locator('.certificate-verdict').waitFor();
      expect(await page.locator('.certificate').textContent()).toMatch(/\d+ of \d+ records are in the store/);
    });
  },
);
