import { clearScreenDown, moveCursor } from 'node:readline';
import type { Command } from 'commander';
import { NAME_PATTERN } from '../mqtt/topics.ts';
import { CommandFailure, codeOf, EXIT, messageOf } from './exit.ts';
import { examples } from './options.ts';
import { secretFrom } from './secret-file.ts';
import { stopSignal } from './stop-signal.ts';
import { tailFeed } from './tail-feed.ts';
import { TailStations } from './tail-stations.ts';
import { stationJson, stationLine, stationTable } from './tail-view.ts';
import { bold, complain, dim, say } from './terminal.ts';

const DEFAULT_URL = 'http://127.0.0.1:8470';
const REDRAW_MS = 250;

interface TailOptions {
  readonly url: string;
  readonly json?: true;
  readonly user?: string;
  readonly passwordFile?: string;
}

export function addTail(program: Command): void {
  program
    .command('tail')
    .summary('watch the readings in the terminal')
    .description(
      'Shows the latest readings of a running daemon, live. Values past their expiry are blanked. Ctrl-C ends.',
    )
    .argument('[station]', 'only this station')
    .option('--url <url>', 'the daemon', DEFAULT_URL)
    .option('--json', 'one JSON object per update, for scripts')
    .option('--user <name>', 'user name, where the daemon wants a login')
    .option('--password-file <file>', 'file that holds the password')
    .addHelpText(
      'after',
      examples(
        ['hai-bridge tail', 'all stations of the daemon on this machine'],
        ['hai-bridge tail HRS-0001', 'one station'],
        ['hai-bridge tail --url https://bay3:8470 --user biomed --password-file pw', 'another machine'],
        ["hai-bridge tail --json | jq -c '[.station, .values.reservoirVolume]'", 'for a script'],
      ),
    )
    .action(tail);
}

/** Address of the event stream. */
function streamUrl(text: string, station: string | undefined): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CommandFailure(EXIT.usage, `hai-bridge tail: --url must be http://host:port or https://host:port`);
  }
  if (url.username || url.password) {
    throw new CommandFailure(
      EXIT.usage,
      'hai-bridge tail: no user or password in --url — use --user and --password-file',
    );
  }
  if (station !== undefined && !NAME_PATTERN.test(station)) {
    throw new CommandFailure(EXIT.usage, `hai-bridge tail: '${station}' is no station name — such as HRS-0001`);
  }
  const base = url.href.endsWith('/') ? url.href : `${url.href}/`;
  const events = new URL('api/v1/events', base);
  if (station !== undefined) events.searchParams.set('station', station);
  return events;
}

async function authorization({ user, passwordFile }: TailOptions): Promise<string | null> {
  if (user === undefined && passwordFile === undefined) return null;
  if (user === undefined || passwordFile === undefined) {
    throw new CommandFailure(EXIT.usage, 'hai-bridge tail: --user and --password-file belong together — give both');
  }
  try {
    return `Basic ${Buffer.from(`${user}:${await secretFrom(passwordFile)}`).toString('base64')}`;
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new CommandFailure(EXIT.usage, `hai-bridge tail: --password-file: ${passwordFile} ${why} — correct the path`);
  }
}

/** Where updates go: lines for a pipe, a table in place for a terminal. */
interface Display {
  changed(keys: readonly string[]): void;
  notice(text: string | null): void;
  end(): void;
}

function lines(stations: TailStations, json: boolean): Display {
  const show = json
    ? stationJson
    : (...args: Parameters<typeof stationLine>) => `${new Date().toISOString()} ${stationLine(...args)}`;
  return {
    changed: (keys) => {
      for (const key of new Set(keys)) {
        const row = stations.rows.get(key);
        if (row && stations.hello) say(show(row, stations.hello, performance.now()));
      }
    },
    notice: (text) => {
      if (text !== null) complain(text);
    },
    end: () => {},
  };
}

function table(stations: TailStations): Display {
  let drawn = 0;
  let note: string | null = null;
  const draw = () => {
    const { hello } = stations;
    const width = process.stdout.columns || 120;
    const room = Math.max(1, (process.stdout.rows || 24) - 4);
    const all = [...stations.rows.values()].sort((a, b) => a.key.localeCompare(b.key, 'en', { numeric: true }));
    const text = hello === null ? [] : stationTable(all.slice(0, room), hello, performance.now());
    if (hello !== null && all.length === 0) text.push('(no station)');
    if (all.length > room) text.push(`... and ${all.length - room} more: name one, or make the window taller`);
    if (note !== null) text.push(note);
    if (drawn > 0) moveCursor(process.stdout, 0, -drawn);
    clearScreenDown(process.stdout);
    drawn = text.length;
    for (const [i, line] of text.entries()) {
      const cut = line.slice(0, width - 1);
      say(i === 0 ? bold(cut) : line === note ? dim(cut) : cut);
    }
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    changed: () => {},
    notice: (text) => {
      note = text;
      draw();
    },
    end: () => {
      clearInterval(timer);
      draw();
    },
  };
}

async function tail(station: string | undefined, options: TailOptions): Promise<void> {
  const url = streamUrl(options.url, station);
  const login = await authorization(options);
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  // Whoever read our lines has gone (`| head -1`).
  process.stdout.once('error', () => stop.abort());

  const stations = new TailStations();
  const display =
    process.stdout.isTTY === true && !options.json ? table(stations) : lines(stations, options.json === true);
  let lost: string | null = null;
  try {
    for await (const item of tailFeed({ url, authorization: login, signal: stop.signal })) {
      if (item.kind === 'event') {
        display.changed(stations.take(item.event, performance.now()).map((change) => change.key));
      } else if (item.kind === 'lost') {
        if (item.reason !== lost) display.notice(`${item.reason}; trying again`);
        lost = item.reason;
      } else {
        display.notice(lost === null ? null : 'connected again');
        lost = null;
      }
    }
  } catch (error) {
    throw new CommandFailure(EXIT.failed, `hai-bridge tail: ${messageOf(error)}`);
  } finally {
    display.end();
  }
}
