/** A real browser for the page's tests: Debian's chromium, driven over its debugging protocol. */
import { type Browser, chromium } from 'playwright-core';
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
