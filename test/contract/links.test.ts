import { describe } from 'vitest';
import { available, notTested } from '../support/what-was-not-tested.ts';
import { linkContract } from './link.ts';
import { echoEnd, ptyEnd, tcpEnd } from './link-ends.ts';

describe('TCP link to a device server', () => linkContract({ start: tcpEnd, wiring: 'peer' }));

describe.skipIf(!available('serial link over a PTY', 'socat'))('serial link over a PTY', () =>
  linkContract({ start: ptyEnd, wiring: 'peer' }),
);

const hardware = process.env.HAI_TEST_SERIAL ?? '';
if (hardware === '') notTested('serial link over real hardware', 'HAI_TEST_SERIAL names no port');
describe.skipIf(hardware === '')(`serial link over ${hardware}`, () =>
  linkContract({ start: () => echoEnd(hardware), wiring: 'echo' }),
);
