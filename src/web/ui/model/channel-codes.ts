import { CHANNELS, type Channel } from '../../../../protocols/reading.ts';

/** The channel behind a wire code such as `VOL`; `null` for one this version does not know. */
export function channelOfCode(code: string): Channel | null {
  return CHANNELS.find((channel) => channel.code === code)?.name ?? null;
}
