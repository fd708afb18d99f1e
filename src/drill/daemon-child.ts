/**
 * The daemon as a process of its own under the drill's hand: the same composition as `hai-bridge up`, with a clock that
 * can be stepped as NTP or a hand would step the machine's. Ends with the process that started it.
 */

import { createLogger } from '../cli/log.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Daemon, ROLES, startDaemon } from '../main.ts';

/** What the drill says. */
export type Order =
  | { readonly do: 'start'; readonly config: Config; readonly version: string }
  | { readonly do: 'reload'; readonly config: Config }
  /** From now on the host's clock is off by so much. */
  | { readonly do: 'step'; readonly offsetMs: number };

/** What the child answers, once for each order. */
export type Answer =
  | { readonly done: 'start'; readonly url: string }
  | { readonly done: 'reload' | 'step' }
  | { readonly failed: string };

let offsetMs = 0;
const clock: Clock = {
  utcMs: () => systemClock.utcMs() + offsetMs,
  monotonicMs: () => systemClock.monotonicMs(),
  after: (ms, run) => systemClock.after(ms, run),
};
let daemon: Daemon | null = null;

async function obey(order: Order): Promise<Answer> {
  switch (order.do) {
    case 'start': {
      const { logger } = await createLogger(order.config.log.level);
      daemon = await startDaemon(order.config, { roles: ROLES, version: order.version, logger, clock });
      return { done: 'start', url: daemon.url ?? '' };
    }
    case 'reload':
      await daemon?.reload(order.config);
      return { done: 'reload' };
    case 'step':
      offsetMs = order.offsetMs;
      return { done: 'step' };
  }
}

async function end(): Promise<void> {
  await daemon?.stop();
  process.exit(0);
}

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('SIGTERM', () => void end());
// Whoever started us is gone: nobody will clean up after us but ourselves.
process.on('disconnect', () => void end());
