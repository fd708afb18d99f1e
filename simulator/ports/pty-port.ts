import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { lstatSync, readlinkSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { BACKLOG_BYTES, DRAIN_MS, PortError, type PortEvents, type StationPort } from './port.ts';

type Socat = ChildProcessByStdio<Writable, Readable, Readable>;

/** How the programs were found; see `pty-programs.ts`. */
export interface PtyPrograms {
  readonly socat: string;
  /** Ends socat with us even when we are killed; `null` where util-linux is missing. */
  readonly setpriv: string | null;
}

const APPEARS_WITHIN_MS = 5000;
const ENDS_WITHIN_MS = 1000;
const RESTART_MS = 250;

/**
 * A pseudo terminal made by socat behind a symbolic link.
 *
 * socat waits until somebody opens the terminal (`wait-slave`) and only then starts to carry bytes; it says so on stderr,
 * and not before that are lines written. So nobody ever reads what was said before they came. When the terminal is closed
 * socat ends; the next one makes a new terminal behind the same link, like a USB adapter that is plugged in again.
 */
export class PtyPort implements StationPort {
  readonly url: string;
  private readonly programs: PtyPrograms;
  /** How often a waiting socat looks for somebody who opened the terminal, s. */
  private readonly lookEveryS: number;
  private events: PortEvents | null = null;
  private socat: Socat | null = null;
  /** `closed`: whoever had the terminal open has closed it, and socat is about to end. */
  private phase: 'waiting' | 'attached' | 'closed' = 'waiting';
  /** The first terminal was made: failures from now on are retried. */
  private appeared = false;
  private complaint = '';

  constructor(link: string, programs: PtyPrograms, lookEveryS: number) {
    this.url = link;
    this.programs = programs;
    this.lookEveryS = lookEveryS;
  }

  get accepting(): boolean {
    return this.phase === 'attached' && (this.socat?.stdin.writableLength ?? BACKLOG_BYTES) < BACKLOG_BYTES;
  }

  async plug(events: PortEvents): Promise<void> {
    this.events = events;
    this.appeared = false;
    if (!removeDeadLink(this.url)) {
      throw new PortError(
        `${this.url} is in use; end the other simulator, remove the file, or choose another --pty DIR`,
      );
    }
    this.start();
    const endMs = Date.now() + APPEARS_WITHIN_MS;
    while (!this.linkExists()) {
      if (this.socat === null || Date.now() > endMs) {
        throw new PortError(`socat made no terminal at ${this.url}: ${this.complaint || 'no reason given'}`);
      }
      await delay(5);
    }
    this.appeared = true;
  }

  async unplug(): Promise<void> {
    this.detach();
    this.events = null;
    if (this.socat !== null) await ended(this.socat);
    removeDeadLink(this.url);
  }

  write(latin1: string): void {
    if (this.phase === 'attached') this.socat?.stdin.write(latin1, 'latin1');
  }

  /** What a terminal still holds is gone when it is: its reader must have taken it before. */
  async drain(): Promise<void> {
    const endMs = Date.now() + DRAIN_MS.longest;
    while (this.phase === 'attached' && (this.socat?.stdin.writableLength ?? 0) > 0 && Date.now() < endMs) {
      await delay(5);
    }
    if (this.phase === 'attached') await delay(DRAIN_MS.prompt);
  }

  private start(): void {
    if (this.appeared) removeDeadLink(this.url);
    const socatArguments = [
      ...['-d', '-d', '-t', '0.02'],
      `PTY,link=${basename(this.url)},rawer,wait-slave,pty-interval=${this.lookEveryS}`,
      'STDIO',
    ];
    const { socat, setpriv } = this.programs;
    const command = setpriv === null ? [socat] : [setpriv, '--pdeathsig', 'TERM', '--', socat];
    // Its working folder is the link's, so that no character of the folder's name can mean something to socat.
    const child: Socat = spawn(command[0] ?? socat, [...command.slice(1), ...socatArguments], {
      cwd: dirname(this.url),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.socat = child;
    this.phase = 'waiting';
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.socat !== child) return;
      this.attach();
      this.events?.bytes(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => this.heard(chunk.toString('latin1')));
    child.once('error', (error) => {
      this.complaint = error.message;
      this.finished(child);
    });
    child.once('exit', () => this.finished(child));
  }

  private heard(notices: string): void {
    const complaint = / E (.*)/.exec(notices)?.[1];
    if (complaint !== undefined) this.complaint = complaint.slice(0, 200);
    if (notices.includes('starting data transfer loop')) this.attach();
    // Closed: known here some 30 ms before socat has ended, and lines said in between would be lost.
    if (notices.includes('is at EOF')) this.detach();
  }

  /** Said on stderr, but bytes from whoever came may be seen before that. */
  private attach(): void {
    if (this.phase !== 'waiting' || this.events === null) return;
    this.phase = 'attached';
    this.events.attached();
  }

  /** Whoever had the terminal open has closed it (or we unplugged): make the next one, unless unplugged. */
  private finished(child: Socat): void {
    if (this.socat !== child) return;
    this.socat = null;
    this.detach();
    if (this.events === null || !this.appeared) return;
    // Killed by somebody, or out of terminals: not at once again, and again.
    const pauseMs = this.phase === 'closed' ? 0 : RESTART_MS;
    setTimeout(() => {
      if (this.events !== null && this.socat === null) this.start();
    }, pauseMs).unref();
  }

  private detach(): void {
    if (this.phase !== 'attached') return;
    this.phase = 'closed';
    this.events?.detached();
  }

  private linkExists(): boolean {
    return lstatSync(this.url, { throwIfNoEntry: false }) !== undefined;
  }
}

/** A link left by a simulator that was killed points nowhere and is removed; anything else is not ours: then false. */
export function removeDeadLink(link: string): boolean {
  const entry = lstatSync(link, { throwIfNoEntry: false });
  if (entry === undefined) return true;
  if (!entry.isSymbolicLink()) return false;
  const target = readlinkSync(link);
  if (!target.startsWith('/dev/pts/') || lstatSync(target, { throwIfNoEntry: false }) !== undefined) return false;
  rmSync(link, { force: true });
  return true;
}

/** SIGTERM lets socat remove its link; SIGKILL follows when it does not end. */
async function ended(child: Socat): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await exit;
  clearTimeout(timer);
}
