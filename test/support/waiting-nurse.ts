/** A simulated refill whose nurse waits for an order before anything happens, so that a page can be there first. */
import { eventually, type Running, run } from './daemon.ts';

export interface WaitingNurse {
  readonly simulator: Running;
  /** `tcp://host:port` of her station. */
  readonly link: string;
  readonly nurse: (order: 'pause' | 'continue' | 'hold') => void;
}

export async function waitingNurse(speed: number): Promise<WaitingNurse> {
  const flags = ['--tcp', '0', '--json', '--control', '--speed', String(speed), '--seed', '3'];
  const simulator = run('simulator/main.js', [...flags, '--scenario', 'nominal-refill']);
  const link = (await simulator.line(/"url":"(tcp:[^"]+)"/))[1] ?? '';
  await simulator.line(/"ready":true/);
  const nurse = (order: 'pause' | 'continue' | 'hold') =>
    void simulator.child.stdin?.write(`${JSON.stringify({ do: 'nurse', station: 1, order })}\n`);
  // Nobody hears it before the patient is there.
  await eventually('the nurse waits', () => {
    nurse('pause');
    return simulator.output().includes('"order":"pause"');
  });
  return { simulator, link, nurse };
}
