/** Addresses inside the bundle: the same report gives the same ones. */
import { createHash } from 'node:crypto';

/** RFC 9562 version 8: the bits are ours, here of a SHA-256. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface Reference {
  readonly reference: string;
  readonly display?: string;
}

/** Checked against the R4 schema in the tests, not by types. */
export type Resource = { readonly resourceType: string } & Readonly<Record<string, unknown>>;

export interface Entry {
  readonly fullUrl: string;
  readonly resource: Resource;
}

export class Entries {
  readonly list: Entry[] = [];
  readonly #refill: string;

  constructor(refill: string) {
    this.#refill = refill;
  }

  urlOf(name: string): string {
    return `urn:uuid:${uuidOf(`${this.#refill}/${name}`)}`;
  }

  to(name: string, display?: string): Reference {
    return { reference: this.urlOf(name), ...(display !== undefined && { display }) };
  }

  add(name: string, resource: Resource): void {
    this.list.push({ fullUrl: this.urlOf(name), resource });
  }
}

export const instant = (ms: number) => new Date(ms).toISOString();
