/** `hai-bridge decode`: a capture as annotated lines. */
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import type { CaptureRecord } from '../tape/format.ts';
import type { Capture } from '../tape/read.ts';
import type { Happening } from '../tape/walk.ts';
import { CommandFailure, EXIT, messageOf } from './exit.ts';
import { examples } from './options.ts';
import { complain, dim, plain, red, say, yellow } from './terminal.ts';

interface DecodeOptions {
  readonly link?: string;
  readonly only?: string;
  readonly faults?: true;
  readonly raw?: true;
  readonly json?: true;
}

const LARGEST_RAW = 200_000_000;
const RAW_CHUNK = 4096;
const LONGEST_TEXT = 2000;

export function addDecode(program: Command): void {
  program
    .command('decode')
    .summary('print a capture of raw bytes as annotated lines')
    .description(
      'Prints what is in a capture or an incident capsule, one line each: time, direction, decoded fields with their ' +
        'units; faults with their reason and their bytes; firmware frames by name. Ends with a summary.',
    )
    .argument('<file>', 'capture or capsule')
    .option('--link <name>', 'only this link: its name or its number in the capture')
    .option('--only <types>', 'only these, comma-separated: TEL,EVT,SMP,bad-checksum ...')
    .option('--faults', 'only what is wrong')
    .option('--raw', 'the file holds bare bytes of a station (cat /dev/ttyUSB0 > FILE), without times')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge decode incident.capsule.gz', 'everything, in the order in which it came'],
        ['hai-bridge decode incident.capsule.gz --faults', 'only what is wrong'],
        ['hai-bridge decode day.capture.jsonl --only EVT,STA', 'only events and states'],
        ['hai-bridge decode --raw minicom.log', 'what another program has recorded'],
      ),
    )
    .action(decode);
}

async function decode(file: string, options: DecodeOptions): Promise<void> {
  const { readCapture, linkNames } = await import('../tape/read.ts');
  const { walk } = await import('../tape/walk.ts');
  const { annotate } = await import('../tape/annotate.ts');
  const capture = options.raw ? bare(file) : guarded(() => readCapture(file));
  const names = linkNames(capture);
  const wanted = linkOf(options.link, names);
  const only = options.only?.split(',').map((type) => type.trim());
  const counts = new Map<string, number>();
  let first: number | null = null;
  let lostLines = 0;
  if (!options.json) heading(capture, names);
  walk(inTime(capture.records), (happening) => {
    if (wanted !== null && happening.l !== wanted) return;
    const annotated = annotate(happening);
    if (annotated === null) return;
    if (happening.kind !== 'link' || happening.record.k !== 'identified') first ??= happening.m;
    const way = 'direction' in happening ? happening.direction : '';
    const key = `${way} ${annotated.what}`.trim();
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (happening.kind === 'line' && way === 'in') lostLines += happening.lostBefore;
    if (options.faults && !annotated.bad) return;
    if (only !== undefined && !only.some((type) => annotated.what === type || annotated.what.startsWith(`${type} `)))
      return;
    say(
      options.json
        ? asJson(happening, annotated, names)
        : asText(happening, annotated, first ?? happening.m, names.size > 1),
    );
  });
  if (!options.json) {
    const all = only === undefined && !options.faults;
    for (const record of capture.records) if (all && record.k === 'capsule') say(JSON.stringify(record.facts, null, 2));
    say(dim(`${[...counts].map(([what, count]) => `${what} ${count}`).join(', ')}; lines lost: ${lostLines}`));
  }
  for (const problem of capture.problems) complain(yellow(`${file}: ${problem}`));
}

/** Of several links in one order of time. */
function inTime(records: readonly CaptureRecord[]): CaptureRecord[] {
  return records.filter((record) => 'm' in record).sort((a, b) => a.m - b.m);
}

function heading({ header }: Capture, names: ReadonlyMap<number, string>): void {
  const { program, site, bridge, made, about } = header;
  const where = site === undefined ? '' : `, site ${site}, bridge ${bridge}`;
  say(dim(`# ${about ?? 'capture'}, by ${program}${where}, made ${made}`));
  for (const [l, name] of names) say(dim(`# link ${l}: ${name}`));
}

function asText(
  happening: Happening,
  { what, text, bad }: { what: string; text: string; bad: boolean },
  firstMs: number,
  several: boolean,
): string {
  const utc = happening.u > 0 ? `${new Date(happening.u).toISOString().slice(11, 23)}  ` : '';
  const since = `+${((happening.m - firstMs) / 1000).toFixed(3)}`.padStart(10);
  const way = 'direction' in happening ? (happening.direction === 'in' ? '<' : '>') : '-';
  const line = `${utc}${since}  ${several ? `${happening.l} ` : ''}${way} ${what.padEnd(4)} ${plain(text, LONGEST_TEXT)}`;
  return bad ? red(line) : line;
}

function asJson(
  happening: Happening,
  annotated: { what: string; text: string; bad: boolean },
  names: ReadonlyMap<number, string>,
): string {
  const { l, m, u } = happening;
  const direction = 'direction' in happening ? happening.direction : null;
  const message = happening.kind === 'line' && happening.line.kind === 'message' ? happening.line : undefined;
  const raw = 'raw' in happening ? Buffer.from(happening.raw).toString('latin1') : undefined;
  const decoded = message && { header: message.header, message: message.message };
  return JSON.stringify({
    link: names.get(l) ?? String(l),
    monotonicMs: m,
    utcMs: u,
    direction,
    ...annotated,
    ...decoded,
    raw,
  });
}

function linkOf(wanted: string | undefined, names: ReadonlyMap<number, string>): number | null {
  if (wanted === undefined) return null;
  for (const [l, name] of names) if (name === wanted || String(l) === wanted) return l;
  const known = [...names].map(([l, name]) => `${l} ${name}`).join(', ');
  throw new CommandFailure(
    EXIT.usage,
    `hai-bridge decode: no link '${wanted}' in this capture — it has ${known || 'none'}`,
  );
}

/** What any other program has recorded: bytes from the station, all at once. */
function bare(file: string): Capture {
  return guarded(() => {
    if (statSync(file).size > LARGEST_RAW) throw new Error(`${file} is too large to be read at once`);
    const content = readFileSync(file);
    const at = { l: 0, m: 0, u: 0 };
    const chunks = Array.from({ length: Math.ceil(content.length / RAW_CHUNK) }, (_, i) => ({
      ...{ k: 'in' as const, ...at },
      b: content.subarray(i * RAW_CHUNK, (i + 1) * RAW_CHUNK).toString('latin1'),
    }));
    const header = { k: 'capture' as const, version: 1, program: 'another program', made: '?', about: 'bare bytes' };
    return { header, records: [{ k: 'link', l: 0, name: file }, ...chunks], ending: 'whole', problems: [] };
  });
}

export function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `hai-bridge: ${messageOf(error)}`);
  }
}
