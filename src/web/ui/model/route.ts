/** Two views, in the hash, so that a reload or a bookmark comes back to the same place. */
export type Route = { readonly view: 'fleet' } | { readonly view: 'station'; readonly key: string };

/** `null` for a hash that is no view, such as the skip link's. */
export function parseRoute(hash: string): Route | null {
  if (hash === '' || hash === '#' || hash === '#/') return { view: 'fleet' };
  const encoded = /^#\/station\/([^/]+)$/.exec(hash)?.[1];
  if (encoded === undefined) return null;
  try {
    return { view: 'station', key: decodeURIComponent(encoded) };
  } catch {
    return null;
  }
}

export function hashOf(route: Route): string {
  return route.view === 'fleet' ? '#/' : `#/station/${encodeURIComponent(route.key)}`;
}
