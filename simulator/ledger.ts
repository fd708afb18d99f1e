/**
 * The truth of what was said: one JSON line for every line of every station, whatever became of it, and for every change of
 * a connection. `docs/simulator.md` has the format. End-to-end tests compare the store to it.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { HrspHeader, HrspMessage } from '../protocols/hrsp/messages.ts';

/** What became of a line. `sent` and `duplicated` lines were handed to the operating system whole, `late` ones with a later line. */
export type Fate = 'sent' | 'duplicated' | 'late' | 'damaged' | 'dropped';

export interface LedgerSink {
  write(text: string): void;
  close(): void;
}

/** Memory is bounded by this; a second's worth at the highest rates. */
const BUFFER_CHARACTERS = 256 * 1024;

/** A new file, written synchronously: at most one write a second, or one for every 256 KiB. */
export function ledgerFile(path: string): LedgerSink {
  const file = openSync(path, 'w', 0o644);
  return {
    write(text) {
      const bytes = Buffer.from(text, 'latin1');
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    },
    close: () => closeSync(file),
  };
}

export class Ledger {
  /** Lines by fate, all stations. */
  readonly counts: Record<Fate, number> = { sent: 0, duplicated: 0, late: 0, damaged: 0, dropped: 0 };
  private text = '';
  private readonly sink: LedgerSink | null;
  private readonly hear: (fields: Readonly<Record<string, unknown>>) => void;

  /** Without a sink only the counts are kept. `hear` is told of everything that is no line. */
  constructor(sink: LedgerSink | null, hear: (fields: Readonly<Record<string, unknown>>) => void = () => {}) {
    this.sink = sink;
    this.hear = hear;
  }

  line(station: string, header: HrspHeader, message: HrspMessage, fate: Fate): void {
    this.counts[fate]++;
    if (this.sink === null) return;
    let entry = `{"s":"${station}","b":"${header.bootId}","q":${header.seq},"t":${header.tick},"ty":"${message.type}"`;
    if (message.type === 'TEL') {
      const { values } = message;
      entry += `,"v":[${values[0]}`;
      for (let i = 1; i < values.length; i++) entry += `,${values[i]}`;
      entry += `],"f":${message.flags}`;
    } else if (message.type === 'EVT') {
      entry += `,"e":${ascii([message.source, message.state, message.data])}`;
    }
    if (fate === 'dropped') entry += ',"x":"dropped"';
    else if (fate === 'damaged') entry += ',"d":"damaged"';
    else if (fate === 'duplicated') entry += ',"n":2';
    else if (fate === 'late') entry += ',"l":1';
    this.append(`${entry}}\n`);
  }

  /** Something that is no line: `identified`, `attached`, `detached`, `boot`, `case`, `truth`, `summary`. */
  event(fields: { readonly ev: string } & Readonly<Record<string, unknown>>): void {
    this.hear(fields);
    if (this.sink !== null) this.append(`${ascii(fields)}\n`);
  }

  flush(): void {
    if (this.text === '') return;
    const text = this.text;
    this.text = '';
    this.sink?.write(text);
  }

  close(): void {
    this.flush();
    this.sink?.close();
  }

  private append(entry: string): void {
    this.text += entry;
    if (this.text.length > BUFFER_CHARACTERS) this.flush();
  }
}

/** JSON in ASCII, so that characters are bytes. */
function ascii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
