/** How a command ends: 0 done, 1 the thing checked failed, 2 usage or configuration. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Ends the command with `code`, after one clear line per problem on stderr. No lines: all has been said already. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly code: number;
  readonly lines: readonly string[];
  constructor(code: number, ...lines: string[]) {
    super(lines.join('\n'));
    this.code = code;
    this.lines = lines;
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}

export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
