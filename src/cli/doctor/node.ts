import { type Finding, fail, ok } from './finding.ts';

const LOWEST = [20, 19] as const;

export function checkNode(version = process.versions.node): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major > LOWEST[0] || (major === LOWEST[0] && minor >= LOWEST[1]);
  return good
    ? [ok('Node.js', version)]
    : [fail('Node.js', `${version} is too old`, `install Node.js ${LOWEST.join('.')} or newer`)];
}
