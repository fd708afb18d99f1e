/** A real browser for the page's tests: Debian's chromium, driven over its debugging protocol. */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { find } from './services.ts';

/** No sandbox: tests also run as root in containers. The rest keeps the browser from calling home. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Throws when chromium is not installed: guard with `available(..., 'chromium')`. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = find('chromium');
  if (executablePath === null) throw new Error('chromium is not installed');
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

export const SIZES = [
  { width: 1280, height: 800 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;
export const THEMES = ['light', 'dark'] as const;

const SHOTS = resolve(import.meta.dirname, '../../test-results');

/** For eyes, not for the verdict: `test-results/<name>.png`, when `HAI_TEST_SHOTS` asks for it. */
export async function shot(page: Page, name: string, options: { readonly fullPage?: true } = {}): Promise<void> {
  if (!process.env.HAI_TEST_SHOTS) return;
  const path = `${SHOTS}/${name}.png`;
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, ...options });
}

/** Gives a window another size, and the page the two frames in which it lays itself out anew. */
export async function resize(page: Page, size: { readonly width: number; readonly height: number }): Promise<void> {
  await page.setViewportSize(size);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
