import type { RequestFailed } from './api.ts';

/** What to show for a failed request: the server's words, or those for no answer at all. */
export function saidBy(
  { said }: RequestFailed,
  words: { readonly unreachable: string; readonly unreachableRemedy: string },
): [message: string, remedy: string] {
  return said === null ? [words.unreachable, words.unreachableRemedy] : [said.message, said.remedy];
}
