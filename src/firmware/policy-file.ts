/** Reads the firmware policy. It is read again whenever the file has changed: a version may be withdrawn at any moment. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { type Policy, policySchema } from './policy/policy.ts';

const LARGEST_FILE = 1024 * 1024;

/** The message has a line per problem, each with file, place and remedy. */
export class PolicyProblem extends Error {
  override readonly name = 'PolicyProblem';
}

/** Throws `PolicyProblem`. */
export function parsePolicy(text: string, name: string): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const broken = [...document.errors, ...document.warnings][0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new PolicyProblem(
      `${name}:${line}:${col}: not valid YAML: ${broken.message.split('\n')[0]} — correct the line`,
    );
  }
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new PolicyProblem(`${name}: cannot be read as YAML: ${String(error).slice(0, 200)} — correct the file`);
  }
  const parsed = policySchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 10).map((issue) => {
    const place = issue.path.map(String).join('.') || 'the file';
    return `${name}: ${place}: ${issue.message} — docs/firmware.md shows the form`;
  });
  throw new PolicyProblem(problems.join('\n'));
}

export class PolicyFile {
  readonly #path: string | undefined;
  #stamp = '';
  #policy: Policy | null = null;
  #problem: string | null = null;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  get configured(): boolean {
    return this.#path !== undefined;
  }

  /** What is wrong with the file; nothing is installed until it is mended. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The policy as the file has it now; `null` when none is configured or it cannot be used (`problem` says why). */
  get policy(): Policy | null {
    return this.#policy;
  }

  /** `true` when something has changed. */
  async refresh(): Promise<boolean> {
    if (this.#path === undefined) return false;
    const before = `${this.#stamp}|${this.#problem}`;
    try {
      const found = await stat(this.#path, { bigint: true });
      if (found.size > LARGEST_FILE)
        throw new PolicyProblem(`${basename(this.#path)}: over 1 MB — give the right file`);
      const stamp = `${found.mtimeNs} ${found.size} ${found.ino}`;
      if (stamp === this.#stamp) return false;
      this.#policy = parsePolicy(await readFile(this.#path, 'utf8'), basename(this.#path));
      this.#problem = null;
      this.#stamp = stamp;
    } catch (error) {
      this.#policy = null;
      this.#stamp = '';
      const readable = error instanceof PolicyProblem;
      this.#problem = readable
        ? error.message
        : `${basename(this.#path)} cannot be read — let the daemon's user read firmware.policyFile`;
    }
    return before !== `${this.#stamp}|${this.#problem}`;
  }
}
