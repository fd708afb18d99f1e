/** Options that several commands share, checked as they are typed. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Override } from '../config-file.ts';
import type { Role } from '../main.ts';
import { nearest } from '../nearest.ts';

const ROLES: readonly Role[] = ['bridge', 'recorder', 'dashboard'];

export function parseRoles(text: string): Role[] {
  const roles = text.split(',').map((part) => {
    const name = part.trim();
    const role = ROLES.find((r) => r === name);
    const meant = nearest(name, ROLES);
    if (!role) {
      throw new InvalidArgumentError(
        `there is no role '${name}'${meant ? `, did you mean ${meant}?` : ''} (roles: ${ROLES.join(', ')})`,
      );
    }
    return role;
  });
  return ROLES.filter((role) => roles.includes(role));
}

export const ALL_ROLES = ROLES;

/** What `--http` and `--data` put in place of the file's values. */
export function overrides(options: { http?: string; data?: string }): Override[] {
  const list: Override[] = [];
  if (options.http !== undefined) list.push({ option: '--http', path: ['http', 'listen'], value: options.http });
  if (options.data !== undefined) {
    // Typed paths are meant from where they are typed, unlike those in the file.
    list.push({ option: '--data', path: ['data'], value: options.data === '' ? '' : resolve(options.data) });
  }
  return list;
}

export function examples(...rows: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...rows.map(([command]) => command.length));
  return `\nExamples:\n${rows.map(([command, what]) => `  ${command.padEnd(width)}   ${what}`).join('\n')}`;
}
