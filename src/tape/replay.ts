/** A capture as links: what a link `replay:FILE`, `hai-bridge replay` and a scenario's `--target replay:FILE` use. */
import type { RecordOf } from './format.ts';
import { type Capture, linkNames, NoCapture, readCapture } from './read.ts';
import { ReplayLink, type ReplayOptions } from './replay-link.ts';
import { NoScript, type Script, scriptOf } from './script.ts';

const SCHEME = 'replay:';

export function isReplayUrl(url: string): boolean {
  return url.startsWith(SCHEME);
}

/** `replay:FILE` or `replay:FILE#LINK`, LINK being the name of a link in the capture or its number. */
export function parseReplayUrl(url: string): { readonly file: string; readonly link: string | null } {
  const rest = url.slice(SCHEME.length);
  const at = rest.indexOf('#');
  return at < 0 ? { file: rest, link: null } : { file: rest.slice(0, at), link: rest.slice(at + 1) };
}

/** Every link of the capture on which a station spoke, in the order of their numbers. Throws `NoCapture`. */
export function scriptsOf(capture: Capture, name = 'the capture'): readonly Script[] {
  const scripts: Script[] = [];
  const why: string[] = [];
  for (const [l, link] of linkNames(capture)) {
    try {
      scripts.push(scriptOf(capture.records, l, link));
    } catch (error) {
      if (!(error instanceof NoScript)) throw error;
      why.push(error.message);
    }
  }
  if (scripts.length === 0) throw new NoCapture(`${name}: cannot be replayed: ${why.join('; ') || 'it has no link'}`);
  return scripts;
}

/** The links of a capture, to be opened by a bridge. Throws `NoCapture`. */
export function replayLinks(file: string, options: ReplayOptions): readonly ReplayLink[] {
  return scriptsOf(readCapture(file), file).map((script) => new ReplayLink(script, options));
}

/** One link by its URL; of a capture with several, `#LINK` says which. Throws `NoCapture`. */
export function replayLink(url: string, options: ReplayOptions): ReplayLink {
  const { file, link } = parseReplayUrl(url);
  const capture = readCapture(file);
  const scripts = scriptsOf(capture, file);
  const names = linkNames(capture);
  const chosen = scripts.filter(
    (script) => link === null || script.link === link || names.get(Number(link)) === script.link,
  );
  const [only] = chosen;
  if (only === undefined || (chosen.length > 1 && link === null)) {
    const known = scripts.map((script) => script.link).join(', ');
    throw new NoCapture(`${file}: which of its links? write replay:${file}#LINK with one of: ${known}`);
  }
  return new ReplayLink(only, options);
}

/** When the first byte from a station was recorded, UTC ms. */
export function recordedFromUtcMs({ records }: Capture): number | null {
  return (records.find((record) => record.k === 'in') as RecordOf<'in'> | undefined)?.u ?? null;
}
