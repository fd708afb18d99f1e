import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCase, EXPECT_FILE, makeCase } from '../../../src/tape/case.ts';
import { sealRecord } from '../../../src/tape/format.ts';
import { parseCapture } from '../../../src/tape/read.ts';
import { record } from './record-and-replay.ts';

describe('a test case made of an incident', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'case-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A recording with one damaged line and one needle event. */
  async function incident(damaged: boolean) {
    const recording = await record({ serial: 'HRS-0042' });
    await recording.run(2000);
    recording.station.station.say({ type: 'EVT', source: 'needle', state: 'in', data: '' });
    const line = recording.station.station.telemetry(7);
    recording.station.deliver(damaged ? line.replace('7.000', '8.000') : line);
    await recording.run(2000);
    const text = recording.capture().map(sealRecord).join('');
    return parseCapture(Buffer.from(text), 'x');
  }
  const expectation = () => readFileSync(join(folder, EXPECT_FILE), 'utf8');
  const change = (from: string | RegExp, to: string) =>
    writeFileSync(join(folder, EXPECT_FILE), expectation().replace(from, to));

  it('fails as it is made, naming what was wrong, and holds once somebody has said what ought to be', async () => {
    await makeCase(await incident(true), 'x', folder);
    expect(readdirSync(folder).sort()).toEqual(['capture.jsonl', EXPECT_FILE, 'lines.txt']);
    expect(await checkCase(folder)).toEqual([
      expect.stringMatching(/^described: nobody has said yet/),
      '/dev/port: linesLost: expected 0, were 1',
      '/dev/port: bad-checksum: expected 0, were 1',
    ]);
    change('described: false', 'described: true');
    change('linesLost: 0', 'linesLost: 1');
    change('bad-checksum: 0', 'bad-checksum: { least: 1, most: 1 }');
    change('counters:', 'events: [needle in]\n    counters:');
    expect(await checkCase(folder)).toEqual([]);
  });

  it('of a recording in which nothing was wrong fails too, until somebody has said what it is about', async () => {
    await makeCase(await incident(false), 'x', folder);
    expect(await checkCase(folder)).toEqual([expect.stringMatching(/^described/)]);
  });

  it.each([
    ['who is there', 'station: HRS-0042', 'station: HRS-0043', /station: expected HRS-0043, was HRS-0042/],
    ['too few readings', /least: \d+/, 'least: 1000', /readings: expected 1000 or more, were 41/],
    [
      'an event that did not come',
      'counters:',
      'events: [needle in, needle out]\n    counters:',
      /'needle out' did not come behind/,
    ],
    ['a state', '- quiet', '- live', /state live at 0\.\d s/],
  ])('sees %s', async (_, from, to, expected) => {
    await makeCase(await incident(false), 'x', folder);
    change(from, to);
    expect((await checkCase(folder)).slice(1)).toEqual([expect.stringMatching(expected)]);
  });

  it('never writes over what somebody has written', async () => {
    const capture = await incident(false);
    await makeCase(capture, 'x', folder);
    change('described: false', 'described: true');
    await expect(makeCase(capture, 'x', folder)).rejects.toThrow(/EEXIST/);
    expect(expectation()).toContain('described: true');
  });

  it.each([
    ['no folder of ours', () => rmSync(join(folder, EXPECT_FILE)), /expect.yaml is not there/],
    ['broken YAML', () => writeFileSync(join(folder, EXPECT_FILE), 'a: ['), /expect.yaml: /],
    ['an unknown key', () => change('described: false', 'descirbed: false'), /expect.yaml: (described|file)/],
    ['another link', () => change('link: /dev/port', 'link: /dev/other'), /link \/dev\/other is not in the capture/],
  ])('says what is wrong with %s', async (_, spoil, expected) => {
    await makeCase(await incident(false), 'x', folder);
    spoil();
    await expect(checkCase(folder)).rejects.toThrow(expected);
  });
});
