/** docs/certificate.md says how to recompute a hash; its own script, run as it stands there, must come to the same. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { find, temporaryFolder } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';
import { event, messages, reading, STATION, site } from './support.ts';

const DOC = readFileSync(resolve(import.meta.dirname, '../../../docs/certificate.md'), 'utf8');

describe.skipIf(!available('a certificate recomputed by a stranger', 'python3'))('a stranger', () => {
  const python = find('python3') ?? '';

  it('recomputes the hash of a block from the database file', async () => {
    const script = /```python\n([\s\S]*?)```/.exec(DOC)?.[1] ?? '';
    const folder = temporaryFolder();
    const under = await site();
    try {
      const list = messages(4200).map((m) => {
        if (m.seq === 5) return reading(5, { values: [0, null, -3.25, null, null, null], flags: 0xffff });
        return m.seq === 10 ? event(10, { data: 'ü∞ "quoted" \\ \u001d', state: '' }) : m;
      });
      under.journal(list.slice(0, 1500), [333]);
      under.restartManifest();
      under.journal(list.slice(1500), [333]);
      await under.record(list);
      writeFileSync(join(folder.path, 'recompute.py'), script);
      for (const block of [0, 1]) {
        const [kept] = under.manifest.blocks(STATION, 0n, 9n * 10n ** 18n, 1, { epoch: 7, number: block - 1 });
        const cuts = kept?.cuts.map(String) ?? [];
        expect(cuts).toHaveLength(block === 0 ? 1 : 0);
        const args = [join(folder.path, 'recompute.py'), under.storePath, STATION, '7', String(block), ...cuts];
        const found = execFileSync(python, args, { encoding: 'utf8' }).trim();
        expect(found).toBe(kept?.hash.toString('hex'));
      }
    } finally {
      await under.close();
      folder.remove();
    }
  });

  it('checks the seal of a certificate', async () => {
    const command = /python3 -c '(import hashlib,json[^']*)'/.exec(DOC)?.[1] ?? '';
    const under = await site();
    under.journal(messages(50));
    const certificate = await under.certificate();
    await under.close();
    const check = (input: object) =>
      execFileSync(python, ['-c', command], { input: JSON.stringify(input, null, 2), encoding: 'utf8' }).trim();
    expect(check(certificate)).toBe('True');
    expect(check({ ...certificate, missing: 0 })).toBe('False');
  });
});
