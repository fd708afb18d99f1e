/** What is done at the page, as requests of the API. */
import type { HttpAnswer } from '../recording.ts';
import type { Step } from '../scenario/steps.ts';
import { BY, type Papers } from './papers.ts';
import { ActFailed } from './stand.ts';

export type Send = (method: 'POST' | 'PUT', path: string, body: unknown) => Promise<HttpAnswer>;
type ScreenAct = NonNullable<Step['screen']>;

/** Throws `ActFailed` with the answer of the API. */
export async function atScreen(send: Send, act: ScreenAct, station: string, papers: () => Papers): Promise<void> {
  const here = `/api/v1/stations/${encodeURIComponent(station)}`;
  const asked = async (method: 'POST' | 'PUT', path: string, body: object) => {
    const answer = await send(method, path, { by: BY, ...body });
    if (answer.status >= 200 && answer.status < 300) return;
    const { error } = (answer.body ?? {}) as { error?: { message?: string } };
    throw new ActFailed(`${method} ${path}: ${answer.status} ${error?.message ?? JSON.stringify(answer.body)}`);
  };
  switch (act.do) {
    case 'begin': {
      const { pump, order, context } = papers();
      const id = act.pump ?? `PUMP-${pump.serial}`;
      if (act.register) await asked('PUT', `/api/v1/pumps/${encodeURIComponent(id)}`, pump);
      return asked('POST', `${here}/refill`, {
        pump: id,
        order: { ...order, ...act.order },
        context: { ...context, ...act.context },
      });
    }
    case 'tare':
    case 'zero':
      return asked('POST', `${here}/${act.do}`, {});
    case 'acknowledge':
      return asked('POST', '/api/v1/alarms/acknowledge', { source: station, condition: act.condition });
    case 'pauseAudio':
      return asked('POST', '/api/v1/alarms/audio-pause', { source: station, seconds: act.seconds });
    default:
      return asked('POST', `${here}/refill/actions`, { action: act });
  }
}
