/** What every page has to hold, whatever it shows: for assistive technology, gloved fingers and small screens. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of axe-core that are serious or critical, each with its element. */
export async function seriousFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE);
  const results: AxeResults = await page.evaluate("axe.run({ resultTypes: ['violations'] })");
  return results.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.html.slice(0, 120)} ${node.failureSummary ?? ''}`));
}

/** By how much the page is wider than the window, px. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** What a gloved finger must hit and is under 48 px. A station's name is the handle of its whole card or row. */
export function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('a:not(.skip-link), button, input, select')]
      .map((element) => {
        const handle = element.matches('.station-link')
          ? '.card, tbody tr'
          : element.matches('.visually-hidden') && 'label';
        return (handle && element.closest(handle)) || element;
      })
      .filter((element) => {
        const { width, height } = element.getBoundingClientRect();
        return width > 0 && (width < 48 || height < 48);
      })
      .map((element) => element.outerHTML.slice(0, 100)),
  );
}

/** Text that its box cuts off. */
export function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.number, .age, .badge, h1, .label, dt, dd, button, .residual-row p')]
      .filter((element) => {
        const box = element.closest('.panel, .card') ?? document.body;
        const inner = element.getBoundingClientRect();
        const outer = box.getBoundingClientRect();
        return inner.width > 0 && (inner.right > outer.right + 1 || inner.left < outer.left - 1);
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}

/** Everything that depends on the size of the window. */
export async function expectLayout(page: Page, what: string): Promise<void> {
  expect(await overflow(page), `${what} scrolls sideways`).toBeLessThanOrEqual(0);
  expect(await tooSmall(page), `${what}: targets under 48 px`).toEqual([]);
  expect(await cutOff(page), `${what}: cut off`).toEqual([]);
}
