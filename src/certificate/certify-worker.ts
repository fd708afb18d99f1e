/** A certificate's thread: reading a day back and hashing it is seconds of work, and none of it holds up a reading. */
import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../config.ts';
import { serve } from '../worker/serve.ts';
import type { Certificate } from './certificate.ts';
import type { CertificateRequest } from './certify.ts';
import { certifyFromFiles } from './certify-files.ts';
import type { WaitingRange } from './waiting.ts';

export interface CertifyCalls {
  /** `port`: every message asks what waits in the journal now; the answer comes back on it. */
  certify(
    config: Config,
    request: CertificateRequest,
    about: { readonly version: string; readonly nowMs: number; readonly notes: readonly string[] },
    port: MessagePort | null,
  ): Promise<Certificate>;
}

const PATIENCE = 8;

serve<CertifyCalls>({
  certify: async (config, request, about, port) => {
    const waiting = async (): Promise<readonly WaitingRange[]> => {
      port?.postMessage(null);
      const [answer] = port ? await once(port, 'message') : [[]];
      return answer as WaitingRange[];
    };
    try {
      const options = { ...about, patience: PATIENCE, signal: new AbortController().signal };
      return await certifyFromFiles(config, request, port === null ? options : { ...options, waiting });
    } finally {
      port?.close();
    }
  },
});
