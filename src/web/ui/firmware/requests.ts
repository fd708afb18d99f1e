/** What the page asks of the server; every write names the person. */
import type { FirmwareView, ImageView, JobView, RolloutView } from '../../api-types.ts';
import { ask, RequestFailed } from '../api.ts';
import { person } from '../bedside/person.ts';

const by = () => ({ by: person.peek() });

export async function giveImage(file: Blob): Promise<ImageView> {
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await fetch('api/v1/firmware/images', { method: 'POST', body: file, headers }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  if (response?.ok && answer) return answer as ImageView;
  throw new RequestFailed(answer?.error ?? null);
}

export const askStations = () => ask<FirmwareView>('POST', 'firmware/inventory', { body: {} });
export const update = (station: string, image: string) =>
  ask<JobView>('POST', 'firmware/updates', { body: { station, image, ...by() } });
export const abortJob = (job: string) => ask<JobView>('POST', `firmware/updates/${job}/abort`, { body: by() });
export const rollOut = (image: string) => ask<RolloutView>('POST', 'firmware/rollouts', { body: { image, ...by() } });
export const resumeRollout = () => ask<RolloutView>('POST', 'firmware/rollouts/resume', { body: by() });
export const abortRollout = () => ask<RolloutView>('POST', 'firmware/rollouts/abort', { body: by() });
