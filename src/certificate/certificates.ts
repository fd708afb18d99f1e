/** Certificates of a running daemon, a few at a time, each in a thread of its own. */
import { MessageChannel } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { startWorker } from '../worker/calls.ts';
import type { Certificate } from './certificate.ts';
import type { CertificateRequest } from './certify.ts';
import type { CertifyCalls } from './certify-worker.ts';
import type { Manifest } from './manifest.ts';

export class CertificatesBusy extends Error {
  override readonly name = 'CertificatesBusy';
}

export interface CertificatesOptions {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  /** `null` where no bridge runs in this process. */
  readonly manifest: Manifest | null;
}

export type CertificateMaker = (request: CertificateRequest, signal: AbortSignal) => Promise<Certificate>;

const MOST_AT_ONCE = 2;
const FLUSH_WITHIN_MS = 3000;

/** The maker throws `CertificatesBusy`, the signal's reason, or what made a certificate impossible. */
export function certificates({ config, version, clock, manifest }: CertificatesOptions): CertificateMaker {
  let making = 0;
  return async (request, signal) => {
    if (making >= MOST_AT_ONCE) throw new CertificatesBusy(`${MOST_AT_ONCE} certificates are being made already`);
    making++;
    const nowMs = clock.utcMs();
    const thread = startWorker<CertifyCalls>(import.meta.url, 'certify-worker', null);
    const { port1, port2 } = new MessageChannel();
    port1.on('message', () => port1.postMessage(manifest?.waiting.of(request.station) ?? []));
    const stop = () => void thread.end();
    signal.addEventListener('abort', stop);
    try {
      const whole = await manifest?.flush(FLUSH_WITHIN_MS);
      signal.throwIfAborted();
      const notes =
        whole === false ? ['The manifest is still taking in what waits in the journal: ask again later.'] : [];
      const about = { version, nowMs, notes };
      // Without a manifest here the journal may be another process's: its file is asked.
      return manifest === null
        ? await thread.call('certify', [config, request, about, null])
        : await thread.call('certify', [config, request, about, port2], [port2]);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      making--;
      signal.removeEventListener('abort', stop);
      port1.close();
      await thread.end();
    }
  };
}
