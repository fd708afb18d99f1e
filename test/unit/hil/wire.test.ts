/** The cable of a simulated station, against a real socket. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Wire } from '../../../src/hil/stand/wire.ts';

let server: Server;
let wire: Wire;
/** What the station's side saw, in order. */
let seen: string[];
let waiting: (() => void)[];

beforeEach(async () => {
  [seen, waiting] = [[], []];
  const [here, those] = [seen, waiting];
  const see = (what: string) => {
    here.push(what);
    for (const done of those.splice(0)) done();
  };
  server = createServer((socket: Socket) => {
    see('opened');
    socket.on('data', (chunk) => see(chunk.toString()));
    socket.on('close', () => see('closed'));
    socket.on('error', () => {});
    socket.write('$HB');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  wire = new Wire(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, () => 0);
});
afterEach(async () => {
  await wire.close();
  await new Promise((done) => server.close(done));
});

const until = async (...wanted: string[]) => {
  while (seen.length < wanted.length) await new Promise<void>((done) => waiting.push(done));
  expect(seen).toEqual(wanted);
};
const handlers = () => {
  const got: string[] = [];
  return { got, bytes: (chunk: Uint8Array) => got.push(Buffer.from(chunk).toString()), closed: () => got.push('lost') };
};

describe('what the daemon says while a station is ahead of it', () => {
  it('reaches the station when that is at rest, and counts as given only then', async () => {
    await wire.open(handlers());
    wire.hold();
    await wire.write(Buffer.from('CMD'));
    expect(wire.given).toBe(0);
    wire.release();
    expect(wire.given).toBe(3);
    await until('opened', 'CMD');
  });

  it('keeps its order with closing and opening: the station sees the old connection end and a new one', async () => {
    await wire.open(handlers());
    await until('opened');
    wire.hold();
    await wire.close();
    const again = wire.open(handlers());
    expect(wire.opening).toBeNull();
    wire.release();
    await again;
    await wire.write(Buffer.from('CMD'));
    while (seen.length < 4) await new Promise<void>((done) => waiting.push(done));
    expect([...seen].sort()).toEqual(['CMD', 'closed', 'opened', 'opened']);
    expect(seen.indexOf('CMD')).toBeGreaterThan(seen.lastIndexOf('opened'));
  });

  it('is nothing when the port was opened and closed again meanwhile', async () => {
    wire.hold();
    const never = expect(wire.open(handlers())).rejects.toMatchObject({ code: 'refused' });
    await wire.close();
    wire.release();
    await never;
    expect([wire.given, wire.came, seen]).toEqual([null, null, []]);
  });
});

describe('what the station says', () => {
  it('waits in the wire until it is passed on', async () => {
    const side = handlers();
    await wire.open(side);
    await wire.cameTo(3, 5000);
    expect([wire.waiting, side.got]).toEqual([3, []]);
    wire.pass(2);
    wire.pass(1);
    expect(side.got).toEqual(['$H', 'B']);
  });
});
