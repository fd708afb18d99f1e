/** What a refusal of the station means for an update; the sentences are those of `protocols/smp/errors.ts`. */
import { IMG, MGMT, SMP_GROUP, type SmpError } from '../../../protocols/smp/index.ts';

export type Meaning =
  | 'busy'
  | 'too-large'
  | 'older'
  | 'bad-image'
  | 'unsupported'
  | 'no-such-hash'
  | 'runs-already'
  | 'other';

const IMAGE: Readonly<Record<number, Meaning>> = {
  [IMG.tooLarge]: 'too-large',
  [IMG.currentIsNewer]: 'older',
  [IMG.invalidHeader]: 'bad-image',
  [IMG.badMagic]: 'bad-image',
  [IMG.hashNotFound]: 'no-such-hash',
  [IMG.testOfActive]: 'runs-already',
};

const GENERIC: Readonly<Record<number, Meaning>> = {
  [MGMT.noMemory]: 'busy',
  [MGMT.busy]: 'busy',
  [MGMT.notSupported]: 'unsupported',
};

export function meaningOf({ group, code }: SmpError): Meaning {
  const table = group === null ? GENERIC : group === SMP_GROUP.image ? IMAGE : {};
  return table[code] ?? 'other';
}

/** `its meaning (group/code)`. */
export function stationSays({ group, code, meaning, reason }: SmpError): string {
  const said = reason === null ? '' : ` ("${reason}")`;
  return `${meaning}${said} (code ${group === null ? code : `${group}/${code}`})`;
}
