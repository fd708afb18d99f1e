/** What firmware refuses, as errors of the API. */
import type { FirmwareRefusal } from '../firmware/refusal.ts';
import type { ApiError } from './api-types.ts';

const STATUS: Readonly<Record<FirmwareRefusal['code'], number>> = {
  'unknown-station': 404,
  'unknown-image': 404,
  'unknown-job': 404,
  'no-rollout': 404,
  'in-use': 409,
  'refill-open': 409,
  'refill-due': 409,
  'image-refused': 409,
  'not-answering': 409,
  'rollout-under-way': 409,
  'nobody-to-update': 409,
};

/** `null` for what is none of firmware's. */
export function firmwareProblem(error: Error): (ApiError & { readonly status: number }) | null {
  if (error.name === 'FirmwareRefusal') {
    const { code, message, remedy } = error as FirmwareRefusal;
    return { status: STATUS[code], error: { code, message: message.slice(0, 1000), remedy } };
  }
  if (error.name === 'ImageTooLarge') {
    const remedy = 'give the image of a station, not of something else';
    return { status: 413, error: { code: 'image-too-large', message: error.message, remedy } };
  }
  return null;
}
