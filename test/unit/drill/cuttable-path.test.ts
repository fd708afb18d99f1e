import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CuttablePath, openPath } from '../../../src/drill/cuttable-path.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A server that says everything back, behind a path. */
async function echo(): Promise<{ path: CuttablePath; atServer: Set<Socket>; client: () => Promise<Socket> }> {
  const atServer = new Set<Socket>();
  const server = createServer((socket) => {
    atServer.add(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  undo.push(() => {
    for (const socket of atServer) socket.destroy();
    return new Promise<void>((done) => server.close(() => done()));
  });
  const path = await openPath(() => connect((server.address() as AddressInfo).port, '127.0.0.1'));
  undo.push(() => path.close());
  const client = async () => {
    const socket = connect(path.port, '127.0.0.1');
    socket.on('error', () => {});
    undo.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { path, atServer, client };
}
const said = async (socket: Socket, text: string) => {
  socket.write(text);
  return String((await once(socket, 'data'))[0]);
};

describe('a path with a knife in it', () => {
  it('lets everything pass while it is open', async () => {
    const { client } = await echo();
    expect(await said(await client(), 'hello')).toBe('hello');
  });

  it('in silence takes connections and bytes, and nothing comes back, not even the end of the server', async () => {
    const { path, atServer, client } = await echo();
    const before = await client();
    await said(before, 'one');
    await path.set('silent');
    let heard = '';
    before.on('data', (bytes) => {
      heard += bytes;
    });
    before.write('two');
    const during = await client();
    during.write('three');
    await vi.waitFor(() => expect(atServer.size).toBe(2));
    for (const socket of atServer) socket.destroy();
    await new Promise((done) => setTimeout(done, 50));
    expect([heard, before.closed, during.closed]).toEqual(['', false, false]);
    await path.set('open');
    await vi.waitFor(() => expect([before.closed, during.closed]).toEqual([true, true]));
    expect(await said(await client(), 'four')).toBe('four');
  });

  it('says after a silence what was said in it, but not for a client that has given up', async () => {
    const { path, atServer, client } = await echo();
    const [patient, hasty] = [await client(), await client()];
    await said(patient, 'one');
    await said(hasty, 'two');
    let heard = '';
    for (const socket of atServer) {
      socket.on('data', (bytes) => {
        heard += bytes;
      });
    }
    await path.set('silent');
    patient.write('three');
    hasty.end('four');
    // What has come before a new client is noticed before it.
    for (let clients = 0; clients < 3; clients++) await client();
    await path.set('open');
    expect(String((await once(patient, 'data'))[0])).toBe('three');
    expect(await said(await client(), 'five')).toBe('five');
    expect(heard).toBe('three');
  });

  it('cut resets what is there and refuses what comes; mended it is on the same port', async () => {
    const { path, client } = await echo();
    const { port } = path;
    const before = await client();
    await said(before, 'one');
    await path.set('cut');
    await vi.waitFor(() => expect(before.closed).toBe(true));
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await path.set('open');
    expect(path.port).toBe(port);
    expect(await said(await client(), 'two')).toBe('two');
  });

  it('closes whatever it was doing', async () => {
    const { path, atServer, client } = await echo();
    await client();
    await path.set('silent');
    await client();
    for (const socket of atServer) socket.destroy();
    await path.close();
    await expect(once(connect(path.port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
