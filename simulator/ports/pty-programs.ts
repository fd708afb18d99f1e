import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PortError } from './port.ts';
import type { PtyPrograms } from './pty-port.ts';

function find(program: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    try {
      const file = join(folder, program);
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** Finds socat (and setpriv of util-linux) in the folders of `path`. Throws PortError with the remedy. */
export function findPtyPrograms(path: string): PtyPrograms {
  const socat = find('socat', path);
  if (socat === null) {
    throw new PortError(
      'socat is not installed, and --pty needs it: install it (Debian: apt install socat) or use --tcp 127.0.0.1:4001',
    );
  }
  return { socat, setpriv: find('setpriv', path) };
}
