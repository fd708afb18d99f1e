import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { judge } from '../../../src/firmware/policy/policy.ts';
import { PolicyFile, parsePolicy } from '../../../src/firmware/policy-file.ts';
import { temporaryFolder } from '../../support/services.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const A = 'aa'.repeat(32);
const B = 'bb'.repeat(32);
const POLICY = parsePolicy(
  `
hardware:
  C:
    minimum: 2.3.0
    approved:
      - { version: 2.4.1, hash: ${A.toUpperCase()} }
      - { version: 2.4.2 }
    withdrawn:
      - { version: 2.4.2, hash: ${B}, reason: misreads the flow sensor }
      - { version: 2.4.0, reason: forgets its calibration }
  D: { minimum: "1.0" }
`,
  'policy.yaml',
);

describe('the verdict on what a station runs', () => {
  it.each([
    ['C', '2.4.1', A, 'in', 'approved'],
    ['C', '2.4.1', B, 'out', 'other-build'],
    ['C', '2.4.1', null, 'unknown', 'hash-not-known'],
    ['C', 'v2.4.2-rc', A, 'in', 'approved'],
    ['C', '2.4.2', B, 'out', 'withdrawn'],
    ['C', '2.4.2', null, 'unknown', 'hash-not-known'],
    ['C', '2.4.0', A, 'out', 'withdrawn'],
    ['C', '2.2.9', A, 'out', 'below-minimum'],
    ['C', '2.5.0', A, 'out', 'not-approved'],
    ['C', 'nightly', A, 'unknown', 'version-unreadable'],
    ['D', '1.0.0', null, 'in', 'acceptable'],
    ['D', '0.9.0', null, 'out', 'below-minimum'],
    ['E', '1.0.0', A, 'unknown', 'hardware-not-listed'],
    ['toString', '1.0.0', A, 'unknown', 'hardware-not-listed'],
  ] as const)('%s %s %s: %s, %s', (hardware, version, hash, verdict, code) => {
    expect(judge(POLICY, hardware, { version, hash })).toMatchObject({ verdict, code });
  });

  it('gives the reason of a withdrawal in the policy’s own words', () => {
    expect(judge(POLICY, 'C', { version: '2.4.2', hash: B }).reason).toBe('withdrawn: misreads the flow sensor');
    expect(judge(null, 'C', { version: '2.4.2', hash: B })).toMatchObject({ verdict: 'unknown', code: 'no-policy' });
  });
});

describe('the policy file', () => {
  it.each([
    ['hardware: [', /^p\.yaml:1:\d+: not valid YAML/],
    ['hardware: { C: { minimum: soon } }', /^p\.yaml: hardware\.C\.minimum: is no version/],
    ['hardware: { C: { aproved: [] } }', /^p\.yaml: hardware\.C: Unrecognized key: "aproved"/],
    [
      'hardware: { C: { approved: [{ version: "1.0.0", hash: ab }] } }',
      /hash: is no hash of an image: 64 hexadecimal digits/,
    ],
    ['hardware: { C: { withdrawn: [{ version: "1.0.0" }] } }', /withdrawn\.0\.reason/],
    ['', /^p\.yaml: the file: Invalid input/],
  ])('%j is refused with its place', (text, message) => {
    expect(() => parsePolicy(text, 'p.yaml')).toThrow(message);
  });

  it('is read again when it changes, and forbids everything while it cannot be used', async () => {
    const path = join(folder.path, 'policy.yaml');
    writeFileSync(path, 'hardware: { C: { minimum: "1.0.0" } }');
    const file = new PolicyFile(path);
    expect(await file.refresh()).toBe(true);
    expect(await file.refresh()).toBe(false);
    expect(file.policy?.hardware.C?.minimum).toBe('1.0.0');
    writeFileSync(path, 'hardware: { C: { minimum: "1.1.0", withdrawn: [] } }');
    expect(await file.refresh()).toBe(true);
    expect(file.policy?.hardware.C?.minimum).toBe('1.1.0');
    writeFileSync(path, 'hardware: 7');
    expect(await file.refresh()).toBe(true);
    expect(file).toMatchObject({ policy: null, problem: expect.stringContaining('policy.yaml: hardware:') });
    rmSync(path);
    await file.refresh();
    expect(file.problem).toContain('cannot be read');
    expect(file.policy).toBeNull();
    expect(new PolicyFile(undefined)).toMatchObject({ configured: false, policy: null, problem: null });
  });
});
