/** What the lab's server and the process that plays a run say to each other. */
import type { Step } from '../hil/scenario/steps.ts';
import type { LogLine, Run, Sample } from './api-types.ts';

export interface Begin {
  readonly id: number;
  readonly file: string;
  readonly speed: number;
  readonly version: string;
  /** Everything that the run leaves is below it. */
  readonly folder: string;
}

export type Order =
  | { readonly kind: 'begin'; readonly begin: Begin }
  | { readonly kind: 'act'; readonly number: number; readonly step: Step }
  | { readonly kind: 'speed'; readonly speed: number }
  | { readonly kind: 'pause'; readonly on: boolean }
  | { readonly kind: 'stop' };

export type Word =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'more'; readonly samples: readonly Sample[]; readonly log: readonly LogLine[] }
  /** An act is done, or `trouble` says why it is not. */
  | { readonly kind: 'acted'; readonly number: number; readonly trouble: string | null };
