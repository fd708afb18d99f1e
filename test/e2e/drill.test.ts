/** `hai-bridge drill`, the short form, as a person runs it on an installation without a broker or database of its own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { certificateSchema } from '../../src/certificate/certificate.ts';
import type { DrillResult } from '../../src/drill/drill.ts';
import { run } from '../support/daemon.ts';
import { temporaryFolder } from '../support/services.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function site(): string {
  const folder = temporaryFolder();
  undo.push(() => folder.remove());
  mkdirSync(join(folder.path, 'hai-data'));
  writeFileSync(join(folder.path, 'hai-bridge.yaml'), 'site: ward-9\nlinks: [{url: /dev/never-opened}]\n');
  return folder.path;
}
/** Processes and folders that carry the name of a drill. */
function leftOf(name: string, folder: string): string[] {
  const id = name.slice('drill-'.length);
  const processes = execFileSync('sh', ['-c', `pgrep -fa '[D]RILL-${id}|[h]ai-drill-${id}' || true`], {
    encoding: 'utf8',
  });
  const folders = [...readdirSync(tmpdir()), ...readdirSync(join(folder, 'hai-data'))];
  return [...processes.split('\n').filter(Boolean), ...folders.filter((entry) => entry.includes(id))];
}

describe('hai-bridge drill', () => {
  it('does what happens in the field, finds nothing lost, says so in a table and as JSON, and leaves nothing', async () => {
    const folder = site();
    // The window is what the machine of the test needs, not what is promised: it may be busy with other tests.
    const drill = run('src/cli/main.js', ['drill', '--quick', '--window', '2000', '--json', 'drill.json'], folder);
    undo.push(() => drill.end('SIGKILL'));
    const code = await new Promise((done) => drill.child.once('exit', done));
    const said = drill.output();
    expect(code, said).toBe(0);
    const result = JSON.parse(readFileSync(join(folder, 'drill.json'), 'utf8')) as DrillResult;
    expect(result).toMatchObject({ passed: true, broker: 'embedded', notDrilled: [], notes: [], details: [] });
    const rows = result.rows.map((row) => row.fault);
    expect(rows).toEqual(
      expect.arrayContaining([
        'broker cut',
        'store cut',
        'link cut',
        'link babbling',
        'clock stepped',
        'daemon killed',
      ]),
    );
    expect(result.rows.at(-1)).toMatchObject({ fault: 'journal full', inWindow: 0 });
    expect(result.rows.at(-1)?.givenUp).toBeGreaterThan(100);
    for (const row of result.rows) {
      expect(row).toMatchObject({ lost: 0, duplicates: 0, falseValues: 0, verdict: 'ok' });
      expect(row.sent).toBeGreaterThan(30);
      if (row.givenUp === 0) expect(row.stored + row.inWindow).toBe(row.sent);
      expect(said).toMatch(new RegExp(`^${row.fault} .* ok`, 'm'));
    }
    expect(result.certificates.map((c) => certificateSchema.parse(c).verdict)).toEqual(Array(3).fill('complete'));
    expect(said).toMatch(/\nCOMPLETE {2}All \d+ messages/);
    expect(said).toMatch(/\nPassed: nothing lost outside the window, nothing twice, nothing false\.\n$/);
    expect(leftOf(result.name, folder)).toEqual([]);
    // Eight faults, each with its recovery and three starts of a daemon: on a busy machine that takes minutes.
  }, 300_000);

  it('stopped half-way, leaves nothing either', async () => {
    const folder = site();
    const drill = run('src/cli/main.js', ['drill', '--quick'], folder);
    undo.push(() => drill.end('SIGKILL'));
    const name = (await drill.line(/as site (drill-[0-9a-f]{8})/))[1] ?? '';
    await drill.line(/2\/\d+ {2}broker cut/);
    expect(leftOf(name, folder).length).toBeGreaterThan(1);
    expect(await drill.end('SIGINT')).toBe(1);
    expect(drill.output()).toContain('hai-bridge drill: stopped; what it had made is removed');
    expect(leftOf(name, folder)).toEqual([]);
  }, 180_000);
});
