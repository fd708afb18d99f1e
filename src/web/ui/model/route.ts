/** The views, in the hash, so that a reload or a bookmark comes back to the same place. */
const PLAIN = ['fleet', 'refills', 'pumps', 'alarms', 'firmware'] as const;
const KEYED = ['station', 'bedside', 'refill', 'pump'] as const;

type Plain = { readonly view: (typeof PLAIN)[number] };
type Keyed = { readonly view: (typeof KEYED)[number]; readonly key: string };
export type Route = Plain | Keyed;

/** `null` for a hash that is no view, such as the skip link's. */
export function parseRoute(hash: string): Route | null {
  if (hash === '' || hash === '#' || hash === '#/') return { view: 'fleet' };
  const [, name, encoded] = /^#\/([a-z]+)(?:\/([^/]+))?$/.exec(hash) ?? [];
  if (encoded === undefined) {
    const plain = PLAIN.find((view) => view === name && view !== 'fleet');
    return plain ? { view: plain } : null;
  }
  const keyed = KEYED.find((view) => view === name);
  if (keyed === undefined) return null;
  try {
    return { view: keyed, key: decodeURIComponent(encoded) };
  } catch {
    return null;
  }
}

export function hashOf(route: Route): string {
  if ('key' in route) return `#/${route.view}/${encodeURIComponent(route.key)}`;
  return route.view === 'fleet' ? '#/' : `#/${route.view}`;
}
