/** The house rules that a compiler cannot see: who may import whom, no cycles, short files. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

interface Import {
  readonly from: string;
  /** Path inside the project, or the package's name. */
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const pattern =
    /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...text.matchAll(pattern)].map(([, type, fixed, dynamic]) => {
    const name = fixed ?? dynamic ?? '';
    const to = name.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), name)) : name;
    return { from: file, to, typeOnly: type !== undefined };
  });
}

const files = { protocols: sources('protocols'), src: sources('src'), simulator: sources('simulator') };
const all = [...files.protocols, ...files.src, ...files.simulator];
const imports = all.flatMap(importsOf);
const within = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
const show = (list: Import[]) => list.map((i) => `${i.from} -> ${i.to}`);

describe('import rules', () => {
  it('reads the imports (guards the pattern above)', () => {
    expect(imports.length).toBeGreaterThan(all.length);
    expect(importsOf('src/bus.ts').map((i) => i.to)).toContain('protocols/reading.ts');
  });

  it('protocols import nothing but protocols, and one pure package in one place (decision 0012)', () => {
    const fine = ['protocols/smp/cbor.ts -> cborg'];
    const outside = imports.filter((i) => within('protocols')(i.from) && !within('protocols')(i.to));
    expect(show(outside)).toEqual(fine);
  });

  it('protocols use no Node and no browser globals', () => {
    const globals =
      /\b(process|Buffer|setTimeout|setInterval|performance|Date\.now|Math\.random|window|document|fetch|require)\b/;
    const bad = files.protocols.filter((f) =>
      globals.test(readFileSync(join(ROOT, f), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '')),
    );
    expect(bad).toEqual([]);
  });

  it('src and simulator never import each other', () => {
    const crossing = imports.filter(
      (i) =>
        (within('src')(i.from) && within('simulator')(i.to)) || (within('simulator')(i.from) && within('src')(i.to)),
    );
    expect(show(crossing)).toEqual([]);
  });

  it('sinks see readings and bus types, never links or the protocol codec', () => {
    const sinks = ['src/mqtt', 'src/record', 'src/store', 'src/web', 'src/journal'];
    const seen = imports.filter(
      (i) => sinks.some((s) => within(s)(i.from)) && (within('src/link')(i.to) || /protocols\/hrsp\/codec/.test(i.to)),
    );
    expect(show(seen)).toEqual([]);
  });

  it('only the composition root and the command line construct across the house', () => {
    const parts = [
      'link',
      'station',
      'journal',
      'mqtt',
      'record',
      'store',
      'certificate',
      'web',
      'refill',
      'alarms',
      'records',
      'desk',
      'report',
      'firmware',
      'watch',
      'tape',
    ];
    const allowed: Record<string, string[]> = {
      station: ['link'],
      journal: ['mqtt', 'station'],
      mqtt: ['journal', 'station', 'alarms'],
      record: ['mqtt', 'store'],
      certificate: ['mqtt', 'record', 'store'],
      alarms: ['refill'],
      records: ['refill', 'alarms'],
      desk: ['refill', 'alarms'],
      report: ['refill', 'certificate', 'alarms'],
      watch: ['station'],
      tape: ['link', 'station'],
      web: ['store', 'station', 'certificate', 'refill', 'alarms', 'desk', 'report', 'firmware'],
    };
    const crossing = imports.filter((i) => {
      const from = parts.find((p) => within(`src/${p}`)(i.from));
      const to = parts.find((p) => within(`src/${p}`)(i.to));
      return from && to && from !== to && !i.typeOnly && !(allowed[from] ?? []).includes(to);
    });
    expect(show(crossing)).toEqual([]);
  });

  it('the page imports only itself, the API types, the words of readings, refills and alarms, and its three libraries', () => {
    const fine =
      /^(src\/web\/ui\/|src\/web\/api-types|src\/refill\/model|src\/alarms\/(board|catalogue)|protocols\/reading|preact|@preact\/signals|uplot)/;
    expect(show(imports.filter((i) => within('src/web/ui')(i.from) && !fine.test(i.to)))).toEqual([]);
  });

  it("the lab's page imports only itself, the words between it and its server, and two libraries", () => {
    const fine = /^(src\/lab\/ui\/|src\/lab\/api-types|preact|@preact\/signals)/;
    expect(show(imports.filter((i) => within('src/lab/ui')(i.from) && !fine.test(i.to)))).toEqual([]);
    const outside = (i: Import) => within('src/lab')(i.to) && !within('src/lab')(i.from) && !within('src/cli')(i.from);
    expect(show(imports.filter(outside))).toEqual([]);
  });

  it('what decides about a refill, an alarm or an update is pure: no Node API, no clock, no randomness', () => {
    const folders = ['src/refill', 'src/alarms', 'src/firmware/update', 'src/firmware/policy', 'src/firmware/rollout'];
    const pure = files.src.filter((f) => folders.some((folder) => within(folder)(f)));
    const impure = /\b(process|Buffer|setTimeout|setInterval|performance|Date\.now|Math\.random|fetch)\b|from 'node:/;
    expect(pure.length).toBeGreaterThan(0);
    expect(
      pure.filter((f) => impure.test(readFileSync(join(ROOT, f), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''))),
    ).toEqual([]);
  });

  it('has no import cycle (type-only imports aside)', () => {
    const graph = new Map<string, string[]>();
    for (const i of imports) if (!i.typeOnly) graph.set(i.from, [...(graph.get(i.from) ?? []), i.to]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('uses the declared packages only', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const declared = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]);
    const packageOf = (name: string) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');
    const foreign = imports.filter(
      (i) =>
        !/^(protocols|src|simulator|package\.json)/.test(i.to) &&
        !i.to.startsWith('node:') &&
        !builtinModules.includes(i.to) &&
        !declared.has(packageOf(i.to)),
    );
    expect(show(foreign)).toEqual([]);
  });
});

describe('size', () => {
  const lines = all.map((f) => ({ file: f, lines: readFileSync(join(ROOT, f), 'utf8').split('\n').length }));

  it('keeps every file under 400 lines and the median under 120', () => {
    expect(lines.filter((l) => l.lines > 400)).toEqual([]);
    const sorted = lines.map((l) => l.lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(120);
  });
});
