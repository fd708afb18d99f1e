/** Firmware over real pseudo terminals at the speed of a serial line: the built daemon, command line and simulator. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildFlawedImage,
  buildImage,
  type ImageFlaw,
  type ImageSpec,
} from '../../simulator/firmware/image-builder.ts';
import { newSigningKey } from '../../simulator/firmware/signing.ts';
import { type AuditEntry, readAudit } from '../../src/firmware/audit.ts';
import type { FirmwareView, ImageView, JobView } from '../../src/firmware/views.ts';
import { launchBrowser } from '../support/browser.ts';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const here = available('firmware of stations on pseudo terminals', 'socat');
const browsed = here && available('the page about firmware beside a refill', 'chromium');
const KEY = newSigningKey('ed25519');
const OTHER = newSigningKey('ecdsa');
const spec = (minor: number, more: Partial<ImageSpec> = {}): ImageSpec => ({
  version: { major: 1, minor, revision: 0, build: 0 },
  hardwareRevisions: ['SIM-A'],
  bodyBytes: 12_000,
  key: KEY,
  ...more,
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

class World {
  readonly folder = temporaryFolder();
  simulator: Running | null = null;
  daemon: Running | null = null;
  url = '';
  broker = '';
  #port = '0';

  constructor() {
    mkdirSync(this.path('fw'));
    writeFileSync(this.path('fw', 'key.pub.pem'), KEY.publicKey.export({ type: 'spki', format: 'pem' }));
  }

  path(...parts: string[]): string {
    return join(this.folder.path, ...parts);
  }

  file(name: string, content: Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  async simulate(...more: string[]): Promise<void> {
    this.simulator = run('simulator/main.js', [
      ...[
        '--stations',
        '3',
        '--pty',
        this.path('ports'),
        '--seed',
        '7',
        '--baud',
        '115200',
        '--console-noise',
        '--control',
      ],
      ...['--firmware-key', this.path('fw', 'key.pub.pem'), ...more],
    ]);
    await this.simulator.line(/stations ready/);
  }

  order(order: object): void {
    this.simulator?.child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  async start(firmware: object = {}): Promise<void> {
    await this.startDaemon(firmware);
    await eventually('three stations that were asked', async () => {
      const { stations } = await this.get<FirmwareView>('firmware');
      return stations.length === 3 && stations.every(({ answers, job }) => answers === 'application' || job !== null);
    });
  }

  async startDaemon(firmware: object = {}): Promise<void> {
    this.daemon = up(this.folder.path, {
      site: 'test',
      data: this.path('data'),
      links: [1, 2, 3].map((n) => ({ url: this.path('ports', `station-0${n}`) })),
      mqtt: { url: 'embedded', embeddedPort: 0 },
      http: { listen: `127.0.0.1:${this.#port}` },
      firmware: { keyFiles: ['fw/key.pub.pem'], proofSeconds: 1, ...firmware },
    });
    this.url = (await this.daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    this.#port = new URL(this.url).port;
    this.broker = (await this.daemon.line(/Broker\s+(mqtt:\/\/\S+)/))[1] ?? '';
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1/${path}`);
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  }

  async post(path: string, body: object | Uint8Array): Promise<{ status: number; body: unknown }> {
    const image = body instanceof Uint8Array;
    const answer = await fetch(`${this.url}/api/v1/firmware/${path}`, {
      method: 'POST',
      headers: { 'content-type': image ? 'application/octet-stream' : 'application/json' },
      body: image ? new Uint8Array(body) : JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  }

  /** `ended` also when nobody awaited it in time. */
  command(...args: string[]): Running & { readonly ended: Promise<Ended> } {
    const running = run('src/cli/main.js', ['firmware', ...args, '--url', this.url], this.folder.path);
    const ended = once(running.child, 'close').then(([code]): Ended => ({ code, output: running.output() }));
    return { ...running, ended };
  }

  cli(...args: string[]): Promise<Ended> {
    return this.command(...args).ended;
  }

  async station(name: string) {
    return (await this.get<FirmwareView>('firmware')).stations.find(({ station }) => station === name);
  }

  audit(): readonly AuditEntry[] {
    const { entries, broken } = readAudit(readFileSync(this.path('data', 'firmware', 'audit.jsonl'), 'utf8'));
    expect(broken).toEqual([]);
    return entries;
  }

  async stop(): Promise<void> {
    await this.daemon?.end();
    await this.simulator?.end();
    this.folder.remove();
  }
}

describe.skipIf(!here)('firmware of stations on serial lines of 115,200 baud', () => {
  const world = new World();
  const good = world.file('good.bin', buildImage(spec(1)));

  beforeAll(async () => {
    await world.simulate('--scenario', 'idle');
    await world.start();
  });
  afterAll(() => world.stop());

  it('lists what the stations run, on the command line and in their birth certificates', async () => {
    const { code, output } = await world.cli('list');
    expect([code, output]).toEqual([0, expect.stringMatching(/SIM-0001 +SIM-A +1\.0\.0 +[0-9a-f]{10}.*MCUboot/)]);
    const client = await mqtt.connectAsync(world.broker);
    try {
      const heard = new Promise<string>((done) => {
        client.once('message', (_topic, payload) => done(payload.toString()));
      });
      await client.subscribeAsync('hai/v1/test/SIM-0002/info');
      expect(JSON.parse(await heard).firmware).toMatchObject({
        answers: 'application',
        bootloader: 'MCUboot',
        running: { version: '1.0.0', kept: true },
        policy: { verdict: 'unknown', code: 'no-policy' },
      });
    } finally {
      await client.endAsync();
    }
  });

  it('refuses what is not in order, before the first byte', async () => {
    const flawed = (flaw: ImageFlaw) => buildFlawedImage(spec(2), flaw, OTHER);
    const cases: [Uint8Array, string, RegExp][] = [
      [flawed('tampered'), 'SIM-0001', /does not match its own hash/],
      [flawed('forged'), 'SIM-0001', /signature does not match/],
      [flawed('unsigned'), 'SIM-0001', /is not signed/],
      [flawed('wrong-key'), 'SIM-0001', /not in firmware\.keyFiles/],
      [flawed('wrong-board'), 'SIM-0001', /other hardware .*OTHER-BOARD.*SIM-A/],
      [buildImage({ ...spec(9), version: { major: 0, minor: 9, revision: 0, build: 0 } }), 'SIM-0001', /is older than/],
      [buildImage(spec(2, { bodyBytes: 300_000 })), 'SIM-0001', /does not fit the slot/],
      [buildImage(spec(1)), 'SIM-9999', /SIM-9999 has not said who it is/],
    ];
    for (const [image, station, message] of cases) {
      const { file } = (await world.post('images', image)).body as ImageView;
      const { status, body } = await world.post('updates', { station, image: file, by: 'Ann Engineer' });
      expect([status, JSON.stringify(body)]).toEqual([409, expect.stringMatching(message)]);
    }
    expect((await world.post('images', Buffer.alloc(9_000_000))).status).toBe(413);
    for (const [path, body, status] of [
      ['updates', { station: 'SIM-0001', image: 'ab', by: 'Ann Engineer' }, 400],
      ['updates', { station: 'SIM-0001', image: 'ab'.repeat(32) }, 400],
      ['updates', { station: 'SIM-0001', image: 'ab'.repeat(32), by: 'Ann Engineer' }, 404],
      ['updates/job-00000000/abort', { by: 'Ann Engineer' }, 404],
      ['rollouts', { image: 'ab'.repeat(32), by: 'Ann Engineer', canaries: 0 }, 400],
      ['rollouts/resume', { by: 'Ann Engineer' }, 404],
    ] as const) {
      expect([path, (await world.post(path, body)).status]).toEqual([path, status]);
    }
    const elsewhere = await fetch(`${world.url}/api/v1/firmware/images`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', origin: 'http://elsewhere.example' },
      body: new Uint8Array(10),
    });
    expect(elsewhere.status).toBe(403);
    const { slots } = (await world.station('SIM-0001')) ?? { slots: [] };
    expect(slots.map(({ slot, version }) => [slot, version])).toEqual([[0, '1.0.0']]);
    expect(world.audit().filter(({ act }) => act === 'update-refused')).toHaveLength(cases.length + 1);
    const told = await world.cli('verify', world.file('no.bin', Buffer.from('this is no image')));
    expect([told.code, told.output]).toEqual([1, expect.stringContaining('bad-magic: the file is no MCUboot image')]);
    expect(told.output).toContain('no station gets it');
    expect(told.output).not.toContain('may get it');
    const missing = await world.cli('update', 'SIM-0001', 'nowhere.bin');
    expect([missing.code, missing.output]).toEqual([2, expect.stringContaining('nowhere.bin: there is no such file')]);
  });

  it('updates a station, and writes down who did it', async () => {
    const { code, output } = await world.cli('update', 'SIM-0001', good, '--by', 'Ann Engineer');
    expect([code, output]).toEqual([0, expect.stringContaining('UPDATED SIM-0001: firmware 1.1.0 runs')]);
    const acts = world.audit().filter(({ station, act }) => station === 'SIM-0001' && act !== 'update-refused');
    const steps = ['update-begun', 'uploaded', 'marked', 'restarted', 'running', 'kept', 'updated'];
    expect(acts.map(({ act }) => act)).toEqual(steps);
    expect(acts.every(({ who, image }) => who === 'Ann Engineer' && image?.version === '1.1.0')).toBe(true);
    await eventually('the inventory of SIM-0001 after its update', async () => {
      const view = await world.station('SIM-0001');
      return view?.running?.version === '1.1.0' && view.running.kept && view.job === null;
    });
  });

  it('goes on after the daemon was killed, the cable pulled and the power cut', async () => {
    const long = world.file('long.bin', buildImage(spec(2, { bodyBytes: 60_000 })));
    const watched = world.command('update', 'SIM-0002', long);
    await watched.line(/[1-3]\d %/);
    await world.daemon?.end('SIGKILL');
    await world.startDaemon();
    await watched.line(/the daemon is back[\s\S]*sending the image/);
    world.order({ do: 'unplug', station: 2 });
    await watched.line(/waits for the link/);
    world.order({ do: 'replug', station: 2 });
    await watched.line(/waits for the link[\s\S]*sending the image/);
    world.order({ do: 'reboot', station: 2 });
    const { code, output } = await watched.ended;
    expect([code, output]).toEqual([0, expect.stringContaining('UPDATED SIM-0002')]);
  });

  it('shows every step in the event stream, and calls an update off', async () => {
    const long = world.file('long.bin', buildImage(spec(2, { bodyBytes: 60_000 })));
    const watched = world.command('update', 'SIM-0003', long);
    const [, job = ''] = await watched.line(/\((job-[0-9a-f]{8})\)/);
    const stream = await fetch(`${world.url}/api/v1/events`, { headers: { accept: 'text/event-stream' } });
    const reader = stream.body?.getReader();
    let text = '';
    while (!/event: firmware\ndata: .*"phase":"uploading"/.test(text)) {
      text += Buffer.from((await reader?.read())?.value ?? []).toString();
    }
    await reader?.cancel();
    expect((await world.station('SIM-0003'))?.job).toBe(job);
    const { code, output } = await world.cli('abort', job, '--by', 'Ann Engineer');
    expect([code, output]).toEqual([0, expect.stringContaining('aborted by Ann Engineer')]);
    expect((await world.get<JobView>(`firmware/updates/${job}`)).outcome).toMatchObject({ kind: 'interrupted' });
    await watched.ended;
    expect((await world.station('SIM-0003'))?.running?.version).toBe('1.0.0');
  });

  it('rolls out to those that need it; a version withdrawn since is out of policy', async () => {
    const done = await world.cli('rollout', good, '--watch', '0.02', '--stations', 'SIM-0003', '--by', 'Ann Engineer');
    expect([done.code, done.output]).toEqual([0, expect.stringMatching(/1\.1\.0: done.*1 of 1 updated/)]);
    const rolled = world.audit().map(({ act }) => act);
    expect(rolled).toEqual(expect.arrayContaining(['rollout-begun', 'rollout-wave', 'rollout-done']));
    writeFileSync(
      world.path('policy.yaml'),
      'hardware: { SIM-A: { withdrawn: [{ version: "1.1.0", reason: leaks }] } }',
    );
    await world.daemon?.end();
    await world.start({ policyFile: 'policy.yaml' });
    const list = await world.cli('list');
    expect([list.code, list.output]).toEqual([1, expect.stringContaining('out: withdrawn: leaks')]);
    const again = await world.cli('rollout', good);
    expect([again.code, again.output]).toEqual([
      1,
      expect.stringContaining('no station is there that needs this image'),
    ]);
  });
});

describe.skipIf(!here)('firmware that is not good', () => {
  const world = new World();
  const bad = world.file('bad.bin', buildImage(spec(3)));
  afterAll(() => world.stop());

  it('does not stay, and halts a rollout at its canary', async () => {
    await world.simulate('--scenario', 'idle', '--firmware-fault', 'self-test');
    await world.start();
    const halted = await world.cli('rollout', bad);
    expect([halted.code, halted.output]).toEqual([
      1,
      expect.stringMatching(/1\.3\.0: halted.*SIM-0001.*reports a fault/s),
    ]);
    expect(halted.output).toMatch(/SIM-0002 +wave 2 +waiting/);
    await eventually('SIM-0001 on its old firmware', async () => {
      const view = await world.station('SIM-0001');
      return view?.running?.version === '1.0.0' && view.running.kept;
    });
    const aborted = await world.cli('rollout', '--abort', '--by', 'Ann Engineer');
    expect(aborted.output).toContain('aborted by Ann Engineer');
  });

  it('is not put on a station that is in a refill', async () => {
    await world.simulator?.end();
    await world.simulate('--scenario', 'nominal-refill', '--speed', '20');
    const busy = await eventually('a station in use', async () => {
      const { stations } = await world.get<FirmwareView>('firmware');
      return stations.find((view) => view.busy !== null)?.station;
    });
    const { code, output } = await world.cli('update', busy, bad);
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(
        /is in use: (the needle is in a pump|the station is measuring)|is needed soon: a refill seems to begin/,
      ),
    ]);
    const listed = await world.cli('list');
    expect(listed.output).toMatch(new RegExp(`${busy} may not be updated now: (the|a) `));
  });

  it.skipIf(!browsed)('and the page says beside it why', async () => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${world.url}/#/firmware`);
      const row = page.locator('tr', { hasText: /the needle is in a pump|the station is measuring|a refill seems to/ });
      await row.first().waitFor();
      expect(await row.first().textContent()).toMatch(/^SIM-000\d/);
    } finally {
      await browser.close();
    }
  });
});
