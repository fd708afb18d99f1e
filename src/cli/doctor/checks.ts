/** Everything the doctor looks at. */
import type { Config } from '../../config.ts';
import { checkBroker } from './broker.ts';
import { checkClock } from './clock.ts';
import { checkDaemon } from './daemon.ts';
import { checkDisk } from './disk.ts';
import type { Check } from './finding.ts';
import { checkJournal } from './journal.ts';
import { checkLink } from './link.ts';
import { checkListen } from './listen.ts';
import { checkNode } from './node.ts';
import { checkQuarantine } from './quarantine.ts';
import { checkStore } from './store.ts';

/** `null`: the configuration is no good, so only the machine can be looked at. */
export function checksOf(config: Config | null): Check[] {
  const machine: Check[] = [
    { what: 'Node.js', timeoutMs: 1000, run: async () => checkNode() },
    { what: 'clock', timeoutMs: 5000, run: checkClock },
  ];
  if (config === null) return machine;
  const { http } = config;
  return [
    ...machine,
    { what: `disk ${config.data}`, timeoutMs: 10_000, run: () => checkDisk(config.data) },
    { what: `journal ${config.data}`, timeoutMs: 15_000, run: () => checkJournal(config) },
    { what: `store ${config.store.kind}`, timeoutMs: 15_000, run: () => checkStore(config) },
    { what: `quarantine ${config.data}`, timeoutMs: 5000, run: () => checkQuarantine(config.data) },
    { what: `broker ${config.mqtt.url}`, timeoutMs: 15_000, run: () => checkBroker(config) },
    { what: 'daemon', timeoutMs: 5000, run: () => checkDaemon(config) },
    { what: `page ${http.listen}`, timeoutMs: 5000, run: () => checkListen(http.listen, http.tls !== undefined) },
    ...config.links.map((link) => ({ what: `link ${link.url}`, timeoutMs: 8000, run: () => checkLink(link) })),
  ];
}
