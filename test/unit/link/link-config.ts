import { configSchema, type LinkConfig } from '../../../src/config.ts';

/** A link with every default, as the configuration file would give it. */
export function linkConfig(url: string, rest: Partial<LinkConfig> = {}): LinkConfig {
  const [link] = configSchema.parse({ links: [{ url, ...rest }] }).links;
  if (!link) throw new Error('no link');
  return link;
}
