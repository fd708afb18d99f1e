import { describe, expect, it } from 'vitest';
import { encodeFrames, encodeRequest, SMP_COMMANDS } from '../../../protocols/smp/index.ts';
import { type FirmwareFault, parseFirmwareFault } from '../../../simulator/firmware/faults.ts';
import { buildFlawedImage } from '../../../simulator/firmware/image-builder.ts';
import { newSigningKey } from '../../../simulator/firmware/signing.ts';
import { Bench, KEY, smallImage } from './firmware-bench.ts';

const faults = (...texts: string[]): FirmwareFault[] => texts.map(parseFirmwareFault);
const OLD = '0 1.0.0 active confirmed';

/** A bench with the image uploaded and marked to be started once. */
function marked(image: Uint8Array, options = {}): Bench {
  const bench = new Bench(options);
  expect(bench.upload(image)).toBe(true);
  const answer = bench.ask('setImageState', { hash: bench.hashOf(1), confirm: false });
  expect(answer).toHaveProperty('ok');
  return bench;
}

describe('from one image to the next', () => {
  it('test, swap, confirm: the new one stays and the old one is gone', () => {
    const bench = marked(smallImage(1));
    expect(bench.images()).toEqual([OLD, '1 1.1.0 pending']);
    expect(bench.reset().images()).toEqual(['0 1.1.0 active', '1 1.0.0 confirmed']);
    expect(bench.target.version).toBe('1.1.0');
    expect(bench.ask('setImageState', { confirm: true })).toHaveProperty('ok');
    expect(bench.images()).toEqual(['0 1.1.0 active confirmed']);
    expect(bench.reset().images()).toEqual(['0 1.1.0 active confirmed']);
  });

  it('test, swap, reset without a confirmation: back to the old one', () => {
    const bench = marked(smallImage(1)).reset();
    expect(bench.images()).toEqual(['0 1.1.0 active', '1 1.0.0 confirmed']);
    expect(bench.reset().images()).toEqual([OLD, '1 1.1.0']);
    expect(bench.reset().images()).toEqual([OLD, '1 1.1.0']);
  });

  it('permanent from the start: no way back', () => {
    const bench = new Bench();
    bench.upload(smallImage(1));
    bench.ask('setImageState', { hash: bench.hashOf(1), confirm: true });
    expect(bench.images()).toEqual([OLD, '1 1.1.0 pending permanent']);
    expect(bench.reset().images()).toEqual(['0 1.1.0 active confirmed']);
  });

  it('the answer to a reset comes 250 ms before the reset, and until then the old image answers', () => {
    const bench = marked(smallImage(1));
    expect(bench.ask('reset', {})).toEqual({ ok: {} });
    const answeredMs = bench.nowMs;
    expect(bench.ask('echo', { text: 'still' })).toEqual({ ok: { text: 'still' } });
    expect(bench.target.phase).toBe('application');
    bench.pass(answeredMs + 249 - bench.nowMs);
    expect(bench.target.phase).toBe('application');
    bench.pass(1);
    expect(bench.target.phase).toBe('booting');
    expect(bench.host).toEqual([`ended ${answeredMs + 250}`]);
    expect(bench.ask('echo', { text: 'x' }, 500)).toBe('silence');
  });

  it('takes the time of its flash: swap by the sectors, boot behind it', () => {
    const bench = marked(smallImage(1, { bodyBytes: 40_000 }), { timing: { swapMsPerSector: 100, bootMs: 1000 } });
    bench.ask('reset', {});
    const resetMs = bench.nowMs + 250;
    bench.pass(20_000);
    // The larger of the two is the first image, 132 kB: 33 sectors.
    expect(bench.host).toEqual([`ended ${resetMs}`, `started ${resetMs + 3300 + 1000}`]);
  });
});

describe('the boot loader', () => {
  it.each(['tampered', 'forged', 'unsigned', 'wrong-key'] as const)(
    'does not start an image that is %s, though the server took it',
    (flaw) => {
      const spec = {
        version: { major: 1, minor: 1, revision: 0, build: 0 },
        bodyBytes: 2500,
        key: KEY,
        hardwareRevisions: ['SIM-A'],
      };
      const bench = marked(buildFlawedImage(spec, flaw, newSigningKey('ed25519')), { console: 'noisy' });
      bench.takeLines();
      bench.ask('reset', {});
      bench.pass(10_000);
      const text = bench.lines.join('');
      expect(text).toContain('\x1b[1;31mE: Image in the secondary slot is not valid!\x1b[0m\r\n');
      expect(bench.images()).toEqual([OLD]);
    },
  );

  it('does not start an image that says a wrong hash of itself, though its signature is right', () => {
    const image = smallImage(1);
    // The hash is the first unprotected entry; the signature is over the bytes before it.
    const hashAt = image.readUInt16LE(8) + image.readUInt32LE(12) + image.readUInt16LE(10) + 8;
    image.writeUInt8(image.readUInt8(hashAt) ^ 1, hashAt);
    expect(marked(image).reset().images()).toEqual([OLD]);
  });

  it('starts an image for other hardware, which hangs until the watchdog resets it, and goes back', () => {
    const bench = marked(smallImage(1, { hardwareRevisions: ['SIM-B'] }));
    bench.ask('reset', {});
    bench.pass(4500);
    expect(bench.target.phase).toBe('stuck');
    expect(bench.ask('echo', { text: 'x' }, 200)).toBe('silence');
    bench.pass(10_000);
    expect(bench.images()).toEqual([OLD, '1 1.1.0']);
  });

  it('starts the same image over and over when it was confirmed before it ran', () => {
    const bench = new Bench();
    bench.upload(smallImage(1, { hardwareRevisions: ['SIM-B'] }));
    bench.ask('setImageState', { hash: bench.hashOf(1), confirm: true });
    bench.reset().pass(60_000);
    expect(bench.target.boots).toBeGreaterThan(5);
    expect(bench.ask('echo', { text: 'x' }, 200)).toBe('silence');
  });

  it('stays in recovery when there is nothing it can start, and takes an image there', () => {
    const bench = new Bench();
    bench.ask('reset', { bootMode: 1 });
    bench.pass(300);
    expect(bench.target.phase).toBe('recovery');
    // A bad image over the one that ran.
    expect(bench.upload(smallImage(3, { key: newSigningKey('ed25519') }), 700)).toBe(true);
    bench.reset();
    expect(bench.target.phase).toBe('recovery');
    expect(bench.upload(smallImage(4), 700)).toBe(true);
    expect(bench.reset().images()).toEqual(['0 1.4.0 active confirmed']);
  });

  it('forgets that recovery was asked for once it was there', () => {
    const bench = new Bench();
    bench.ask('reset', { bootMode: 1 });
    bench.pass(300);
    expect(bench.reset().target.phase).toBe('application');
    expect(bench.images()).toEqual([OLD]);
  });
});

describe('uploads', () => {
  const image = smallImage(1);
  const first = {
    offset: 0,
    imageBytes: image.length,
    fileSha256: new Uint8Array(32).fill(7),
    data: image.subarray(0, 300),
  };

  it.each<[string, object, object]>([
    ['without a length', { offset: 0, data: image.subarray(0, 300) }, { refused: '1/21' }],
    ['with less than a header', { ...first, data: image.subarray(0, 31) }, { refused: '1/22' }],
    ['of something else', { ...first, data: new Uint8Array(300) }, { refused: '1/23' }],
    ['with a hash that is too long', { ...first, fileSha256: new Uint8Array(33) }, { refused: '1/24' }],
    ['too large for the slot', { ...first, imageBytes: 256 * 1024 + 1 }, { refused: '1/30' }],
    ['exactly as large as the slot', { ...first, imageBytes: 256 * 1024 }, { ok: { offset: 300 } }],
    [
      'of an older image, upgrades only',
      { ...first, data: smallImage(0).subarray(0, 300), upgradeOnly: true },
      { refused: '1/27' },
    ],
    ['of a newer image, upgrades only', { ...first, upgradeOnly: true }, { ok: { offset: 300 } }],
    ['that begins in the middle', { offset: 300, data: image.subarray(300, 600) }, { ok: { offset: 0 } }],
  ])('%s', (_, request, expected) => {
    expect(new Bench().ask('upload', request as typeof first)).toEqual(expected);
  });

  it('go on where they were for the same file, and from the start for another', () => {
    const bench = new Bench();
    bench.ask('upload', first);
    bench.ask('upload', { offset: 300, data: image.subarray(300, 600) });
    expect(bench.ask('upload', first)).toEqual({ ok: { offset: 600 } });
    expect(bench.ask('upload', { ...first, fileSha256: new Uint8Array(32).fill(8) })).toEqual({ ok: { offset: 300 } });
    expect(bench.ask('upload', { ...first, fileSha256: new Uint8Array(0) })).toEqual({ ok: { offset: 300 } });
  });

  it('answer a wrong and a repeated offset with the one that is wanted, and write nothing', () => {
    const bench = new Bench();
    bench.ask('upload', first);
    expect(bench.ask('upload', { offset: 1000, data: new Uint8Array(300) })).toEqual({ ok: { offset: 300 } });
    expect(bench.ask('upload', { offset: 0 + 100, data: new Uint8Array(300) })).toEqual({ ok: { offset: 300 } });
    expect(bench.upload(image)).toBe(true);
    expect(bench.images()).toEqual([OLD, '1 1.1.0']);
    expect(Buffer.from(bench.target.flash.secondary.bytes)).toEqual(image);
  });

  it('of more than was announced end', () => {
    const bench = new Bench();
    bench.ask('upload', { ...first, imageBytes: 400 });
    expect(bench.ask('upload', { offset: 300, data: new Uint8Array(101) })).toEqual({ refused: '1/31' });
    expect(bench.ask('upload', { offset: 300, data: new Uint8Array(100) })).toEqual({ ok: { offset: 0 } });
  });

  it('are forgotten by a reset, and what is half there is not listed', () => {
    const bench = new Bench();
    bench.ask('upload', first);
    bench.reset();
    expect(bench.images()).toEqual([OLD]);
    expect(bench.ask('upload', { offset: 300, data: new Uint8Array(10) })).toEqual({ ok: { offset: 0 } });
  });

  it('find no free slot while the old image is the way back, and the way back cannot be erased', () => {
    const bench = marked(smallImage(1)).reset();
    expect(bench.ask('upload', first)).toEqual({ refused: '1/9' });
    expect(bench.ask('erase', {})).toEqual({ refused: '1/9' });
    expect(bench.ask('setImageState', { hash: bench.hashOf(1), confirm: false })).toEqual({ refused: '1/28' });
  });

  it('are served from four buffers; what comes beyond is lost', () => {
    const bench = new Bench();
    const piece = (offset: number, sequence: number) =>
      encodeFrames(
        encodeRequest(SMP_COMMANDS.upload, { offset, data: image.subarray(offset, offset + 300) }, { sequence }),
      );
    bench.ask('upload', first);
    bench.takeLines();
    for (let i = 0; i < 6; i++) bench.hear(piece(300 + i * 300, 100 + i));
    expect(bench.takeLines()).toEqual([]);
    bench.pass(1000);
    expect(bench.takePackets().map((p) => p.sequence)).toEqual([100, 101, 102, 103]);
    expect(bench.ask('upload', { offset: 5, data: new Uint8Array(1) })).toEqual({ ok: { offset: 1500 } });
  });

  it('stop telemetry from the first piece to the last, or until they have rested for 10 s', () => {
    const bench = new Bench();
    expect(bench.target.isUpdating(bench.nowMs)).toBe(false);
    bench.ask('upload', first);
    expect(bench.target.isUpdating(bench.nowMs)).toBe(true);
    bench.pass(9_900);
    expect(bench.target.isUpdating(bench.nowMs)).toBe(true);
    bench.pass(200);
    expect(bench.target.isUpdating(bench.nowMs)).toBe(false);
    bench.upload(image);
    expect(bench.target.isUpdating(bench.nowMs)).toBe(false);
    const goesOn = new Bench({ telemetry: 'continues' });
    goesOn.ask('upload', first);
    expect(goesOn.target.isUpdating(goesOn.nowMs)).toBe(false);
  });
});

describe('what else a client may meet', () => {
  it('erases on request, in its time', () => {
    const bench = marked(smallImage(1));
    const beganMs = bench.nowMs;
    expect(bench.ask('erase', {})).toEqual({ ok: {} });
    expect(bench.nowMs - beganMs).toBeGreaterThan(1500);
    expect(bench.images()).toEqual([OLD]);
    expect(bench.ask('erase', { slot: 0 })).toEqual({ refused: '1/9' });
    expect(bench.ask('erase', { slot: 2 })).toEqual({ refused: '1/14' });
    expect(bench.reset().images()).toEqual([OLD]);
  });

  it('tells of itself', () => {
    const bench = new Bench();
    expect(bench.ask('params', {})).toEqual({ ok: { bufferBytes: 384, bufferCount: 4 } });
    expect(bench.ask('osInfo', { format: 'a' })).toEqual({ ok: { output: 'Simulated refill-station 1.0.0' } });
    expect(bench.ask('bootloaderInfo', {})).toEqual({ ok: { bootloader: 'MCUboot' } });
    expect(bench.ask('bootloaderInfo', { query: 'mode' })).toEqual({ ok: { mode: 9 } });
    expect(bench.ask('bootloaderInfo', { query: 'age' })).toEqual({ refused: '0/3' });
    expect(bench.ask('setImageState', {})).toEqual({ refused: '1/24' });
    expect(bench.ask('echo', { text: 'x'.repeat(340) })).toEqual({ ok: { text: 'x'.repeat(340) } });
  });

  it('says nothing to what it cannot read, and to packets larger than its buffer', () => {
    const bench = new Bench();
    expect(bench.exchange([Buffer.from('\x06\x09AAAA\n')], 100)).toBeNull();
    expect(
      bench.exchange(encodeFrames(encodeRequest(SMP_COMMANDS.echo, { text: 'x'.repeat(380) }, { sequence: 1 })), 100),
    ).toBeNull();
    expect(bench.ask('echo', { text: 'a' })).toEqual({ ok: { text: 'a' } });
  });

  it('prints between the frames of an answer, when it is noisy, and can still be read', () => {
    const bench = new Bench({ console: 'noisy' });
    bench.upload(smallImage(1));
    bench.takeLines();
    let between = 0;
    for (let i = 0; i < 40; i++) {
      bench.hear(encodeFrames(encodeRequest(SMP_COMMANDS.imageState, {}, { sequence: i })));
      bench.pass(10);
      const kinds = bench.lines.map((line) => (line[0] === 6 ? 'start' : line[0] === 4 ? 'more' : 'text'));
      if (/start,(more,)?text/.test(kinds.join())) between++;
      expect(bench.takePackets().length).toBe(1);
    }
    expect(between).toBeGreaterThan(5);
  });
});

describe('faults', () => {
  it('of the flash are told, and another try works', () => {
    const bench = new Bench({ faults: faults('flash-write') });
    expect(bench.upload(smallImage(1))).toBe(false);
    bench.target.faults.set(faults('flash-erase'));
    expect(bench.ask('upload', { offset: 0, imageBytes: 400, data: smallImage(1).subarray(0, 300) })).toEqual({
      refused: '1/13',
    });
    bench.target.faults.set([]);
    expect(bench.upload(smallImage(1))).toBe(true);
  });

  it('lose answers, but not what was done', () => {
    const bench = new Bench({ faults: faults('lost-reply:1') });
    const image = smallImage(1);
    expect(bench.ask('upload', { offset: 0, imageBytes: image.length, data: image.subarray(0, 300) }, 100)).toBe(
      'silence',
    );
    bench.target.faults.set([]);
    expect(bench.ask('upload', { offset: 300, data: image.subarray(300, 600) })).toEqual({ ok: { offset: 600 } });
  });

  it('erase slowly', () => {
    const bench = new Bench({ faults: faults('slow-erase:3') });
    const image = smallImage(1);
    expect(bench.ask('upload', { offset: 0, imageBytes: image.length, data: image.subarray(0, 300) }, 2900)).toBe(
      'silence',
    );
    bench.pass(200);
    expect(bench.takePackets().length).toBe(1);
  });

  it('are busy for a while', () => {
    const bench = new Bench({ faults: faults('busy:2') });
    expect([1, 2, 3].map(() => JSON.stringify(bench.ask('echo', { text: '' })))).toEqual([
      '{"refused":"rc 10"}',
      '{"refused":"rc 10"}',
      '{"ok":{"text":""}}',
    ]);
  });

  it('speak like old servers', () => {
    const zero = new Bench({ faults: faults('rc-zero') });
    const packet = zero.exchange(encodeFrames(encodeRequest(SMP_COMMANDS.echo, { text: 'a' }, { sequence: 1 })));
    // BF 62 "rc" 00 61 "r" 61 "a" FF
    expect(Buffer.from(packet?.body ?? []).toString('hex')).toBe('bf6272630061726161ff');
    const old = new Bench({ faults: faults('smp-version-0') });
    expect(old.ask('setImageState', { hash: new Uint8Array(32), confirm: false })).toEqual({ refused: 'rc 1' });
    expect(old.ask('upload', { offset: 0, data: smallImage(1).subarray(0, 100) })).toEqual({ refused: 'rc 3' });
  });

  it('leave commands out, or all of them', () => {
    expect(new Bench({ faults: faults('without:setImageState') }).ask('setImageState', { confirm: true })).toEqual({
      refused: 'rc 8',
    });
    const mute = new Bench({ faults: faults('no-smp') });
    expect(mute.ask('echo', { text: '' }, 200)).toBe('silence');
  });

  it('let a new image loop, hang, fail its self-test or refuse its confirmation, and never an old one', () => {
    for (const fault of ['boot-loop', 'hang']) {
      const bench = marked(smallImage(1), { faults: faults(fault) });
      bench.reset().pass(20_000);
      expect(bench.images()).toEqual([OLD, '1 1.1.0']);
    }
    const sick = marked(smallImage(1), { faults: faults('self-test') });
    expect(sick.target.hasFailedSelfTest).toBe(false);
    expect(sick.reset().target.hasFailedSelfTest).toBe(true);
    const denied = marked(smallImage(1), { faults: faults('confirm-denied') }).reset();
    expect(denied.ask('setImageState', { confirm: true })).toEqual({ refused: '1/32' });
  });

  it.each([
    ['power-loss', 'power-loss:STEP'],
    ['power-loss:frame=0', 'power-loss:frame=N'],
    ['power-loss:2', 'power-loss:CHANCE'],
    ['lost-reply:x', 'must be a number 0..1'],
    ['busy:-1', 'must be a number 0..1000000'],
    ['hang:3', 'hang takes no value'],
    ['without:sing', 'without:COMMAND, one of echo'],
    ['toString', 'there is power-loss'],
    ['', 'there is power-loss'],
  ])('%j is none', (text, why) => {
    expect(() => parseFirmwareFault(text)).toThrow(why);
  });
});
