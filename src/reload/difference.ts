/** What differs between two configurations, and what of it can be applied while the daemon runs. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Config, LinkConfig } from '../config.ts';
import { shown, valueAt } from '../config-problems.ts';

export interface ConfigChange {
  /** `freshness.expiryMs`; of a link `link tcp://10.0.0.7:4001`, or one of its settings behind that. */
  readonly key: string;
  /** Ready to print, never a secret. */
  readonly was: string;
  readonly is: string;
  readonly effect: 'applied' | 'kept';
  /** Why the old value stays, and what to do; `null` when it does not. */
  readonly why: string | null;
}

/** Parts of the daemon that something changes for. */
export type Touched = 'links' | 'limits' | 'freshness' | 'log' | 'live' | 'broker';

export interface Difference {
  readonly changes: readonly ConfigChange[];
  /** What holds from now on: the new values where they can be applied, the old ones elsewhere. */
  readonly config: Config;
  readonly touched: ReadonlySet<Touched>;
}

const RESTART = 'it takes effect at the next start of the daemon';
const UPDATING = 'its firmware is being updated: reload again when that is done';
const ABSENT = '(not set)';

/** Keys that change while running, by the beginning of their path; everything else keeps its value until a restart. */
const LIVE: readonly (readonly [prefix: string, touched: Touched])[] = [
  ['limits', 'limits'],
  ['freshness', 'freshness'],
  ['log', 'log'],
  ['mqtt.liveHz', 'live'],
  ['mqtt.url', 'broker'],
  ['mqtt.protocol', 'broker'],
  ['mqtt.username', 'broker'],
  ['mqtt.passwordFile', 'broker'],
  ['mqtt.tls', 'broker'],
  ['mqtt.keepaliveS', 'broker'],
];

/** `leased`: URLs of links that must not be touched now. */
export function differenceOf(before: Config, after: Config, leased: ReadonlySet<string> = new Set()): Difference {
  const changes: ConfigChange[] = [];
  const touched = new Set<Touched>();
  const { links: linksBefore, ...restBefore } = before;
  const { links: linksAfter, ...restAfter } = after;

  const links = differentLinks(linksBefore, linksAfter, leased, changes);
  if (!isDeepStrictEqual(links, linksBefore)) touched.add('links');

  // A broker in this process is started and stopped with it; user and password belong to the broker they are for.
  const moves = (before.mqtt.url === 'embedded') !== (after.mqtt.url === 'embedded');
  for (const { path, was, is } of leaves(restBefore, restAfter, [])) {
    const key = path.join('.');
    const part = LIVE.find(([prefix]) => key === prefix || key.startsWith(`${prefix}.`))?.[1];
    const applies = part !== undefined && !(moves && part === 'broker');
    changes.push({ key, was: shown1(was), is: shown1(is), ...(applies ? APPLIED : kept(RESTART)) });
    if (applies) touched.add(part);
  }
  let config: unknown = { ...before, links };
  for (const [prefix, part] of LIVE) {
    if (touched.has(part)) config = withValue(config, prefix.split('.'), valueAt(prefix.split('.'), after));
  }
  return { changes, config: config as Config, touched };
}

const APPLIED = { effect: 'applied', why: null } as const;
const kept = (why: string) => ({ effect: 'kept', why }) as const;
const shown1 = (value: unknown) => (value === undefined ? ABSENT : shown(value));

function differentLinks(
  before: readonly LinkConfig[],
  after: readonly LinkConfig[],
  leased: ReadonlySet<string>,
  changes: ConfigChange[],
): LinkConfig[] {
  const was = new Map(before.map((link) => [link.url, link]));
  const is = new Map(after.map((link) => [link.url, link]));
  const effect = (url: string) => (leased.has(url) ? kept(UPDATING) : APPLIED);
  for (const { url } of before) {
    if (!is.has(url)) changes.push({ key: `link ${url}`, was: 'configured', is: 'removed', ...effect(url) });
  }
  for (const link of after) {
    const { url } = link;
    const old = was.get(url);
    if (old === undefined) {
      changes.push({ key: `link ${url}`, was: ABSENT, is: 'added', ...APPLIED });
      continue;
    }
    for (const leaf of leaves(old, link, [])) {
      const key = `link ${url} ${leaf.path.join('.')}`;
      changes.push({ key, was: shown1(leaf.was), is: shown1(leaf.is), ...effect(url) });
    }
  }
  const staying = before.filter(({ url }) => leased.has(url) && !is.has(url));
  return [...after.map((link) => (leased.has(link.url) ? (was.get(link.url) ?? link) : link)), ...staying];
}

interface Leaf {
  readonly path: readonly string[];
  readonly was: unknown;
  readonly is: unknown;
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function leaves(before: unknown, after: unknown, path: readonly string[]): Leaf[] {
  if (isDeepStrictEqual(before, after)) return [];
  // A section that comes or goes is its keys, one by one; one without keys is itself.
  const sections = [before, after].filter(isSection);
  const whole = sections.length === 0 || ![before, after].every((v) => v === undefined || isSection(v));
  const keys = [...new Set(sections.flatMap(Object.keys))];
  if (whole || keys.length === 0) return [{ path, was: before, is: after }];
  const of = (value: unknown, key: string) => (isSection(value) ? value[key] : undefined);
  return keys.flatMap((key) => leaves(of(before, key), of(after, key), [...path, key]));
}

/** A copy with one value changed; `undefined` takes the key out. */
function withValue(from: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy: Record<string, unknown> = isSection(from) ? { ...from } : {};
  const next = withValue(copy[key], rest, value);
  if (next === undefined) delete copy[key];
  else copy[key] = next;
  return copy;
}
