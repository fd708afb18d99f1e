/** Who gets in, by which port, and what a browser is given. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { folder, get, problem, raw, start } from '../../support/web-server.ts';
import { notTested } from '../../support/what-was-not-tested.ts';

describe('a password', () => {
  const passwordFile = join(folder.path, 'password');
  writeFileSync(passwordFile, 'correct horse\n');
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it('is asked for everywhere but at /healthz', async () => {
    const fixture = await start({ http: { username: 'ward', passwordFile } });
    const paths = [
      '/',
      '/api/v1/hello',
      '/api/v1/capsule',
      '/api/v1/events',
      '/metrics',
      '/readyz',
      '/api/docs',
      '/nope',
      '/healthz/',
      '/assets/index-abc123.js',
    ];
    for (const path of paths) {
      const response = await get(fixture, path);
      expect(response.status, path).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect((await problem(response)).code).toBe('not-authenticated');
    }
    expect((await get(fixture, '/healthz')).status).toBe(200);
    expect((await get(fixture, '/api/v1/hello', basic('ward:wrong'))).status).toBe(401);
    expect((await get(fixture, '/api/v1/hello', basic('ward:correct horse'))).status).toBe(200);
    const metrics = await (await get(fixture, '/metrics', basic('ward:correct horse'))).text();
    expect(metrics).toContain(`hai_http_refused_logins_total ${paths.length + 1}`);
  });

  it('is needed to listen anywhere but on loopback', async () => {
    await expect(start({ http: { listen: '0.0.0.0:0' } })).rejects.toThrow(/http\.listen: 0\.0\.0\.0:0 can be reached/);
    const warn = vi.fn();
    const logger = { debug() {}, info() {}, warn, error() {}, child: () => logger };
    const fixture = await start({ http: { listen: '0.0.0.0:0', username: 'ward', passwordFile }, logger });
    expect(fixture.web.url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining('unencrypted'));
    expect((await raw(fixture, '/api/v1/hello')).status).toBe(401);
  });
});

describe('browsers', () => {
  it('are kept strict on every answer, the event stream and errors too', async () => {
    const fixture = await start();
    for (const path of ['/', '/api/v1/hello', '/nope', '/api/v1/events', '/assets/index-abc123.js']) {
      const aborter = new AbortController();
      const response = await fetch(fixture.web.url + path, { signal: aborter.signal });
      const { headers } = response;
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).toMatch(/script-src 'self';/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('access-control-allow-origin')).toBeNull();
      aborter.abort();
    }
  });

  it('sent here under a foreign name are turned away', async () => {
    const fixture = await start();
    const { status, body } = await raw(fixture, '/api/v1/stations', { host: `evil.example:${fixture.web.port}` });
    expect(status).toBe(421);
    expect(JSON.parse(body)).toMatchObject({ error: { message: expect.stringContaining('evil.example') } });
    expect((await raw(fixture, '/api/v1/stations', { host: 'localhost' })).status).toBe(200);
  });
});

describe('the port', () => {
  let taken: Server;
  let port: number;
  beforeEach(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as { port: number }).port;
  });
  afterEach(() => new Promise((resolve) => taken.close(resolve)));

  it('that is taken gives way to a free one above, and that is said', async () => {
    const warn = vi.fn();
    const logger = { debug() {}, info() {}, warn, error() {}, child: () => logger };
    const fixture = await start({ http: { listen: `127.0.0.1:${port}` }, logger });
    expect(fixture.web.port).toBeGreaterThan(port);
    expect(fixture.web.port).toBeLessThanOrEqual(port + 20);
    expect(fixture.web.url).toBe(`http://127.0.0.1:${fixture.web.port}`);
    expect(warn).toHaveBeenCalledWith(expect.anything(), `port ${port} is taken; using ${fixture.web.port}`);
    expect((await get(fixture, '/healthz')).status).toBe(200);
  });

  it('on an address of another machine is refused with the remedy', async () => {
    const passwordFile = join(folder.path, 'password');
    const http = { listen: `192.0.2.1:${port}`, username: 'ward', passwordFile };
    await expect(start({ http })).rejects.toThrow(/http\.listen: 192\.0\.2\.1:\d+ cannot be opened.*of its own/);
  });
});

describe('TLS', () => {
  const certFile = join(folder.path, 'cert.pem');
  const keyFile = join(folder.path, 'key.pem');
  let made = true;
  try {
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...args, '-subj', '/CN=localhost', '-keyout', keyFile, '-out', certFile], {
      stdio: 'ignore',
    });
  } catch {
    made = false;
    notTested('HTTPS', 'not installed: openssl');
  }

  it.skipIf(!made)('is spoken with the certificate from the files', async () => {
    const fixture = await start({ http: { tls: { certFile, keyFile } } });
    expect(fixture.web.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      const asked = httpsRequest(`${fixture.web.url}/healthz`, { rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(200);
  });

  it('names the file that is missing', async () => {
    await expect(start({ http: { tls: { certFile: '/nowhere/c.pem', keyFile } } })).rejects.toThrow(
      /http\.tls\.certFile: \/nowhere\/c\.pem cannot be read/,
    );
  });
});

describe('the page', () => {
  it('is index.html at every address it makes up', async () => {
    const fixture = await start();
    const html = { accept: 'text/html,*/*' };
    for (const path of ['/', '/station/HRS-1001', '/index.html', '/anything']) {
      const response = await get(fixture, path, html);
      expect(response.status, path).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await response.text()).toContain('<title>page</title>');
    }
    expect(await (await get(fixture, '/station/x', html)).text()).toContain('<base href="/">');
    expect(await (await get(fixture, '/', html)).text()).not.toContain('<base');
  });

  it('has files that may be kept for ever, because their name is their content', async () => {
    const fixture = await start();
    const response = await get(fixture, '/assets/index-abc123.js');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toMatch(/javascript/);
  });

  it('is not found where an answer for programs was asked for', async () => {
    const fixture = await start();
    const asked: [string, string, string][] = [
      ['GET', '/nope', '*/*'],
      ['GET', '/api/nope', 'text/html'],
      ['GET', '/api', 'text/html'],
      ['POST', '/', 'text/html'],
      ['DELETE', '/api/v1/stations/HRS-1001', '*/*'],
      ['GET', '/assets/gone.js', '*/*'],
    ];
    for (const [method, path, accept] of asked) {
      const { status, body } = await raw(fixture, path, { accept }, method);
      expect(status, `${method} ${path}`).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ error: { code: 'not-found', remedy: expect.any(String) } });
    }
  });

  it('never lets anything outside its folder out', async () => {
    const fixture = await start();
    for (const path of [
      '/../outside.txt',
      '/assets/../../outside.txt',
      '/%2e%2e/outside.txt',
      '/..%2foutside.txt',
      '//etc/passwd',
    ]) {
      const { body } = await raw(fixture, path);
      expect(body, path).not.toMatch(/not for the page|root:/);
    }
  });

  it('that was not built says how to build it', async () => {
    const fixture = await start({ uiFolder: join(folder.path, 'absent') });
    const response = await get(fixture, '/', { accept: 'text/html' });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
    expect((await get(fixture, '/api/v1/stations')).status).toBe(200);
  });
});
