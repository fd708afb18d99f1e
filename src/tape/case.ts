/**
 * A test case made of a capture: a folder with the capture and what is expected of it. It is made to fail: everything that was not
 * in order counts as wrong until somebody has said what ought to have happened.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { FAULT_KINDS } from '../../protocols/framing.ts';
import { annotate } from './annotate.ts';
import { sealRecord } from './format.ts';
import { type Observation, observe } from './observe.ts';
import { type Capture, linkNames, readCapture } from './read.ts';
import { scriptsOf } from './replay.ts';
import { walk } from './walk.ts';

export const CAPTURE_FILE = 'capture.jsonl';
export const EXPECT_FILE = 'expect.yaml';
const LARGEST_EXPECT = 1_000_000;

const count = z.int().min(0).max(1e9);
/** `3`, or `{ least: 1, most: 5 }`. */
const range = z.union([count, z.strictObject({ least: count.optional(), most: count.optional() })]);
const states = z.enum(['connecting', 'identifying', 'live', 'quiet', 'offline', 'refused']);

const linkSchema = z.strictObject({
  link: z.string().max(4096).describe('name of the link in the capture'),
  station: z.string().max(64).nullable().optional().describe('who must have been identified; null: nobody'),
  counters: z.record(z.string().max(64), range).default({}).describe('counters of the station, faults by their kind'),
  events: z.array(z.string().max(1000)).max(1000).optional().describe('these, in this order, others in between'),
  neverStates: z.array(states).max(6).default([]).describe('states that must not be reached'),
});

export const expectSchema = z.strictObject({
  about: z.string().max(4096).describe('what happened, and what ought to have happened'),
  described: z.boolean().describe('false: nobody has said yet what ought to have happened, so the case fails'),
  links: z.array(linkSchema).min(1).max(1000),
});

export type Expectation = z.infer<typeof expectSchema>;

/** A folder that is no test case; the message says what is wrong and where. */
export class NoCase extends Error {
  override readonly name = 'NoCase';
}

/** Writes the folder. Throws when it cannot be written or the capture cannot be replayed (`NoCapture`). */
export async function makeCase(capture: Capture, name: string, folder: string): Promise<void> {
  const names = linkNames(capture);
  const links: Expectation['links'] = [];
  for (const { link } of scriptsOf(capture, name)) {
    const l = [...names].find(([, known]) => known === link)?.[0] ?? 0;
    const { counters, station } = await observe(capture.records, l, link);
    links.push({
      ...{ link, station, neverStates: ['quiet', 'refused'] },
      counters: {
        readings: { least: counters?.readings ?? 0 },
        ...{ linesLost: 0, duplicates: 0, outOfOrder: 0, reboots: 0, tickJumps: 0 },
        ...Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])),
      },
    });
  }
  const about = `${capture.header.about ?? 'capture'}, made ${capture.header.made} by ${capture.header.program}`;
  mkdirSync(folder, { recursive: true });
  // Never over what somebody has written.
  writeFileSync(join(folder, EXPECT_FILE), `${HEAD}${stringify({ about, described: false, links })}`, { flag: 'wx' });
  const records = capture.records.filter(({ k }) => k !== 'end' && k !== 'log' && k !== 'capsule');
  const text = [capture.header, ...records, { k: 'end' as const, records: records.length }].map(sealRecord).join('');
  writeFileSync(join(folder, CAPTURE_FILE), text);
  writeFileSync(join(folder, 'lines.txt'), linesOf(capture));
  const rest = capture.records.flatMap((r) =>
    r.k === 'capsule' ? [JSON.stringify(r.facts, null, 2)] : r.k === 'log' ? [r.line] : [],
  );
  if (rest.length > 0) writeFileSync(join(folder, 'bridge.txt'), `${rest.join('\n')}\n`);
}

const HEAD = `# A test case made of a recording. What is expected below is a recording in which nothing is wrong: what was wrong fails.
# Say in 'about' what happened and what the bridge ought to have made of it, put the right numbers below, and set
# 'described' to true. Run it with: hai-bridge capsule check FOLDER
# In the project, put the folder into test/golden/incidents/: it is a test from then on.
`;

/** One line for everything that is not as expected; none: it holds. Throws `NoCase`, `NoCapture`. */
export async function checkCase(folder: string): Promise<string[]> {
  const expectation = readExpectation(join(folder, EXPECT_FILE));
  const capture = readCapture(join(folder, CAPTURE_FILE));
  const names = linkNames(capture);
  const wrong = expectation.described
    ? []
    : ["described: nobody has said yet what ought to have happened: see 'about'"];
  for (const expected of expectation.links) {
    const l = [...names].find(([, name]) => name === expected.link)?.[0];
    if (l === undefined) throw new NoCase(`${EXPECT_FILE}: link ${expected.link} is not in the capture`);
    const observed = await observe(capture.records, l, expected.link);
    wrong.push(...differences(expected, observed).map((line) => `${expected.link}: ${line}`));
  }
  return wrong;
}

function differences(expected: Expectation['links'][number], observed: Observation): string[] {
  const wrong: string[] = [];
  if (expected.station !== undefined && expected.station !== observed.station) {
    wrong.push(`station: expected ${expected.station ?? 'nobody'}, was ${observed.station ?? 'nobody'}`);
  }
  const { faults, ...plain } = observed.counters ?? { faults: {} };
  const counted: Readonly<Record<string, number>> = { ...plain, ...faults };
  for (const [name, range] of Object.entries(expected.counters)) {
    const got = counted[name] ?? 0;
    const [least, most] =
      typeof range === 'number' ? [range, range] : [range.least ?? 0, range.most ?? Number.POSITIVE_INFINITY];
    if (got < least || got > most) wrong.push(`${name}: expected ${rangeText(least, most)}, were ${got}`);
  }
  for (const { state, atS, reason } of observed.states) {
    if (expected.neverStates.includes(state)) wrong.push(`state ${state} at ${atS.toFixed(1)} s: ${reason ?? ''}`);
  }
  let at = 0;
  for (const event of expected.events ?? []) {
    const found = observed.events.indexOf(event, at);
    if (found < 0) wrong.push(`event '${event}' did not come${at > 0 ? ' behind the one before' : ''}`);
    else at = found + 1;
  }
  return wrong;
}

function rangeText(least: number, most: number): string {
  if (least === most) return String(least);
  return Number.isFinite(most) ? `${least} to ${most}` : `${least} or more`;
}

function readExpectation(file: string): Expectation {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new NoCase(`${file} is not there: name a folder that 'hai-bridge capsule open' has made`);
  }
  if (text.length > LARGEST_EXPECT) throw new NoCase(`${file} is longer than ${LARGEST_EXPECT} characters`);
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined) throw new NoCase(`${file}: ${broken.message.split('\n')[0]}`);
  const parsed = expectSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new NoCase(`${file}: ${issue?.path.join('.') || 'file'}: ${issue?.message}`);
}

function linesOf(capture: Capture): string {
  const lines: string[] = [];
  let first: number | null = null;
  walk(capture.records, (happening) => {
    const annotated = annotate(happening);
    if (annotated === null) return;
    first ??= happening.m;
    const way = 'direction' in happening ? (happening.direction === 'in' ? '<' : '>') : '-';
    const since = ((happening.m - first) / 1000).toFixed(3).padStart(10);
    lines.push(
      `${since}  ${happening.l} ${way} ${annotated.bad ? '!!' : '  '} ${annotated.what.padEnd(4)} ${annotated.text}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
