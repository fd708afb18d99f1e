/** What proves us to the broker, read from files. Nothing of it is ever logged. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config.ts';

export type MqttConfig = Config['mqtt'];

/** The configuration names a file that cannot be used; the message says which key, which file and what to do. */
export class UnusableMqttConfig extends Error {
  override readonly name = 'UnusableMqttConfig';
}

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Throws `UnusableMqttConfig`. */
export function readCredentials(config: MqttConfig): Credentials {
  const { caFile, certFile, keyFile } = config.tls;
  const secure = /^(mqtts|wss):/.test(config.url);
  if (!secure && (caFile || certFile || keyFile)) {
    throw new UnusableMqttConfig(
      `mqtt.tls names certificate files, but mqtt.url is not encrypted: write ${config.url.startsWith('ws') ? 'wss' : 'mqtts'}://… or remove mqtt.tls`,
    );
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new UnusableMqttConfig('mqtt.tls.certFile and mqtt.tls.keyFile belong together: give both or none');
  }
  if (config.passwordFile !== undefined && config.username === undefined) {
    throw new UnusableMqttConfig('mqtt.passwordFile needs mqtt.username beside it');
  }
  const credentials: Credentials = {
    ...(config.username !== undefined && { username: config.username }),
    ...(config.passwordFile !== undefined && {
      password: read('mqtt.passwordFile', config.passwordFile).toString('utf8').trim(),
    }),
    ...(caFile !== undefined && { ca: read('mqtt.tls.caFile', caFile) }),
    ...(certFile !== undefined && { cert: read('mqtt.tls.certFile', certFile) }),
    ...(keyFile !== undefined && { key: read('mqtt.tls.keyFile', keyFile) }),
  };
  if (secure) checkPem(credentials, config);
  return credentials;
}

function read(key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error);
    const remedy =
      code === 'ENOENT'
        ? 'there is no such file; create it or correct the path'
        : code === 'EACCES'
          ? 'it may not be read; make it readable for the user the bridge runs as'
          : `it cannot be read (${code})`;
    throw new UnusableMqttConfig(`${key}: ${path}: ${remedy}`);
  }
}

function checkPem({ ca, cert, key }: Credentials, config: MqttConfig): void {
  const { caFile, certFile, keyFile } = config.tls;
  const parts = [
    { key: 'mqtt.tls.caFile', path: caFile, options: { ca } },
    { key: 'mqtt.tls.certFile and keyFile', path: certFile && `${certFile}, ${keyFile}`, options: { cert, key } },
  ];
  for (const part of parts) {
    if (part.path === undefined) continue;
    try {
      createSecureContext(part.options);
      if (part.options.ca && !part.options.ca.includes('-----BEGIN CERTIFICATE-----'))
        throw new Error('no certificate');
    } catch {
      throw new UnusableMqttConfig(
        `${part.key}: ${part.path}: not usable; expected PEM text ("-----BEGIN ...") without a passphrase, certificate and key belonging together`,
      );
    }
  }
}
