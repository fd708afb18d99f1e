/** TLS with a site's own authority: trusted when its PEM is given, refused with the remedy when not. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/logger.ts';
import { createInfluxStore } from '../../../src/store/influx.ts';
import { temporaryFolder } from '../../support/services.ts';
import { notTested } from '../../support/what-was-not-tested.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** A certificate for 127.0.0.1 that signs itself; `null` without openssl. */
function certificate(): { key: string; cert: string } | null {
  const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
  const what = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const whom = ['-subj', '/CN=hai-test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    execFileSync('openssl', ['req', ...what, ...whom, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    notTested('InfluxDB over TLS', 'openssl cannot make a certificate');
    return null;
  }
}
const made = certificate();

describe.skipIf(made === null)('InfluxDB over TLS', () => {
  const server = createServer(made ?? {}, (request, response) => {
    if (request.url?.startsWith('/write')) response.writeHead(204).end();
    else response.end('{"results":[{"series":[{"name":"x","columns":["name"],"values":[["hai"]]}]}]}');
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is trusted by its authority', async () => {
    const store = createInfluxStore({ url, database: 'hai', ca: made?.cert, logger: silentLogger });
    await store.open();
    await store.ping();
    await store.close();
  });

  it('is refused without it, naming the key that would help', async () => {
    const store = createInfluxStore({ url, database: 'hai', logger: silentLogger });
    await expect(store.open()).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringMatching(/certificate is not trusted.*store.caFile/),
    });
    await store.close();
  });
});
