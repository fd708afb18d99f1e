/** Most reasons begin with the address that they are about: it is not said twice. */
export const reasonOf = (what: string, reason: string): string =>
  reason.startsWith(what) ? reason : `${what}: ${reason}`;
