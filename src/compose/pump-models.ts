/** The pump models that are shipped, with the site's own from its file. */
import { readFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import type { PumpModel } from '../refill/model.ts';
import { modelsWith } from '../refill/register/json.ts';
import { asLine } from '../refill/register/problems.ts';
import { SHIPPED_MODELS } from '../refill/register/pump-models.ts';

/** The message names file, line and remedy. */
export class UnusablePumpModels extends Error {
  override readonly name = 'UnusablePumpModels';
}

const LINES_TOLD = 10;

/** Throws `UnusablePumpModels`. */
export function pumpModels(config: Config): readonly PumpModel[] {
  const { pumpModelsFile } = config.refill;
  if (pumpModelsFile === undefined) return SHIPPED_MODELS;
  let text: string;
  try {
    text = readFileSync(pumpModelsFile, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UnusablePumpModels(`refill.pumpModelsFile: ${pumpModelsFile} cannot be read (${why}): correct the path`);
  }
  const read = modelsWith(SHIPPED_MODELS, text);
  if (read.ok) return read.value;
  const lines = read.problems.slice(0, LINES_TOLD).map(asLine);
  throw new UnusablePumpModels(`refill.pumpModelsFile: ${pumpModelsFile}: ${lines.join('; ')}`);
}
