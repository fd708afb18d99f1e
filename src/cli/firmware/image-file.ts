import { readFile, stat } from 'node:fs/promises';
import { CommandFailure, codeOf, EXIT } from '../exit.ts';

const LARGEST = 8 * 1024 * 1024;

/** The image as it is on this machine. Throws `CommandFailure`. */
export async function imageFile(command: string, path: string): Promise<Buffer> {
  const fail = (why: string) => new CommandFailure(EXIT.usage, `${command}: ${path}: ${why}`);
  try {
    const found = await stat(path);
    if (!found.isFile()) throw fail('is not a file — give the signed .bin file');
    if (found.size > LARGEST) throw fail('is over 8 MB, which no station takes — give the signed .bin file');
    return await readFile(path);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const why =
      codeOf(error) === 'ENOENT' ? 'there is no such file — correct the path' : 'cannot be read — check its rights';
    throw fail(why);
  }
}
