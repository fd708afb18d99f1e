/** Prints, after every run, what the run did not test and why. Tests add lines; missing programs add their own. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { find, type Program } from './services.ts';

const LIST = 'HAI_NOT_TESTED_LIST';

/** What no run can test here; `docs/testing.md` says more. */
const STANDING_GAPS = [
  'real refill-station hardware: no station is attached; the simulator and real PTYs stand in for it',
  'docker compose: no Docker engine is assumed; the same configuration files run under the installed mosquitto and influxd',
];

/** Says that something was skipped; shown once at the end of the run. */
export function notTested(what: string, why: string): void {
  const list = process.env[LIST];
  if (list) appendFileSync(list, `${what}: ${why}\n`);
}

/** `true` when all programs are installed; otherwise records the gap, so that the skip is printed. */
export function available(what: string, ...programs: Program[]): boolean {
  const missing = programs.filter((p) => find(p) === null);
  if (missing.length > 0) notTested(what, `not installed: ${missing.join(', ')}`);
  return missing.length === 0;
}

/**
 * Vitest reporter; its constructor runs before the workers start, so they inherit the path of the list. The
 * configuration is read once per project: all readings of it share one list.
 */
export class WhatWasNotTested implements Reporter {
  readonly #list: string;

  constructor() {
    this.#list = process.env[LIST] ?? join(mkdtempSync(join(tmpdir(), 'hai-not-tested-')), 'list');
    process.env[LIST] = this.#list;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that could not be loaded or set up has failed without a failed test.
    const broken = modules.filter(
      (module) => !module.ok() && ![...module.children.allTests()].some((test) => test.result().state === 'failed'),
    ).length;
    const skipped = existsSync(this.#list) ? readFileSync(this.#list, 'utf8').split('\n').filter(Boolean) : [];
    const gaps = [...STANDING_GAPS, ...new Set(skipped)].map((line) => `  - ${line}`);
    console.log(['\nNot tested in this run:', ...gaps].join('\n'));
    console.log(`\n${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped`);
    rmSync(dirname(this.#list), { recursive: true, force: true });
  }
}
