/** The scenarios of a folder, as a page lists them; files are read again when they have changed. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type LoadedScenario, loadScenario, ScenarioProblems, scenarioFiles } from '../hil/scenario/load.ts';
import type { ScenarioItem } from './api-types.ts';

interface Known {
  readonly mtimeMs: number;
  readonly item: ScenarioItem;
  readonly loaded: LoadedScenario | null;
}

export class ScenarioList {
  readonly #folder: string;
  readonly #known = new Map<string, Known>();

  /** Throws `ScenarioProblems` when there is no scenario. */
  constructor(folder: string) {
    this.#folder = folder;
    scenarioFiles([folder]);
  }

  items(): ScenarioItem[] {
    return this.#all().map(({ item }) => item);
  }

  /** `null`: there is none of that name that can be played. */
  find(name: string): LoadedScenario | null {
    return this.#all().find(({ item }) => item.name === name)?.loaded ?? null;
  }

  #all(): Known[] {
    try {
      return scenarioFiles([this.#folder]).map((file) => this.#read(file));
    } catch (error) {
      if (error instanceof ScenarioProblems) return [];
      throw error;
    }
  }

  #read(file: string): Known {
    const { mtimeMs } = statSync(file);
    const before = this.#known.get(file);
    if (before?.mtimeMs === mtimeMs) return before;
    const known = { mtimeMs, ...readOne(file) };
    this.#known.set(file, known);
    return known;
  }
}

function readOne(file: string): Omit<Known, 'mtimeMs'> {
  try {
    const loaded = loadScenario(file);
    return { loaded, item: itemOf(loaded) };
  } catch (error) {
    if (!(error instanceof ScenarioProblems)) throw error;
    const name = basename(file).replace(/\.yaml$/, '');
    const none = { stations: 0, lastsS: null, visits: 0, steps: 0, expectations: 0, requirements: [], hazards: [] };
    return { loaded: null, item: { name, about: '', ...none, problem: error.lines.slice(0, 3).join('; ') } };
  }
}

function itemOf({ scenario }: LoadedScenario): ScenarioItem {
  const { setup, steps, expect } = scenario;
  const some = (ids: readonly (string | undefined)[]) => [...new Set(ids.filter((id) => id !== undefined))].sort();
  return {
    ...{ name: scenario.scenario, about: scenario.about, stations: setup.stations.length },
    lastsS: setup.lasts ?? null,
    visits: setup.stations.reduce((most, { visits }) => Math.max(most, visits), 0),
    ...{ steps: steps.length, expectations: expect.length },
    requirements: some(expect.map(({ requirement }) => requirement)),
    hazards: some(expect.map(({ hazard }) => hazard)),
    problem: null,
  };
}
