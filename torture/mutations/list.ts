/** Faults planted in the built daemon, one at a time, each with the scenario that is to catch it. */
export interface Mutation {
  readonly name: string;
  /** Below dist/. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
  readonly scenario: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a line with a wrong checksum is used',
    file: 'protocols/hrsp/codec.js',
    from: 'if (crc16Ibm3740(line, 1, star) !== said)',
    to: 'if (crc16Ibm3740(line, 1, star) === -1)',
    scenario: 'cable-bit-flip',
  },
  {
    name: 'a missing value is stored as 0',
    file: 'src/store/sqlite-rows.js',
    from: 'row.values[c] ?? Number.NaN',
    to: 'row.values[c] ?? 0',
    scenario: 'cable-split-writes',
  },
  {
    name: 'tick and line number are swapped in the store',
    file: 'src/store/sqlite-rows.js',
    from: 'numbers[at + 3] = row.deviceTickMs;',
    to: 'numbers[at + 3] = row.lineSeq;',
    scenario: 'cable-split-writes',
  },
  {
    name: 'pressure and flow are swapped in the store',
    file: 'src/store/sqlite-rows.js',
    from: 'row.values[c] ??',
    to: 'row.values[c === 1 ? 2 : c === 2 ? 1 : c] ??',
    scenario: 'cable-split-writes',
  },
  {
    name: 'the first reading of every write is dropped',
    file: 'src/store/sqlite-rows.js',
    from: 'return { site, rows, events };',
    to: 'return { site, rows: rows.slice(1), events };',
    scenario: 'cable-split-writes',
  },
  {
    name: 'acknowledgements are lost',
    file: 'src/record/recorder.js',
    from: 'this.#acknowledge(held.size === 0 ?',
    to: 'void (held.size === 0 ?',
    scenario: 'nothing-waits',
  },
  {
    name: 'a repeated line is used again',
    file: 'src/station/ingest.js',
    from: "verdict !== 'duplicate' && verdict !== 'behind'",
    to: "verdict !== 'behind'",
    scenario: 'cable-duplicate-line',
  },
  {
    name: 'damaged lines are not counted',
    file: 'src/station/ingest.js',
    from: 'counters.faults[frame.fault]++;',
    to: '',
    scenario: 'cable-bit-flip',
  },
  {
    name: 'a stream without a line end is not counted',
    file: 'src/station/ingest.js',
    from: 'this.#counters.faults[fault.fault]++;',
    to: '',
    scenario: 'cable-babble',
  },
  {
    name: 'silence is noticed ten times too late',
    file: 'src/station/quiet.js',
    from: 'this.#quietPeriods * this.#periodMs',
    to: '10 * this.#quietPeriods * this.#periodMs',
    scenario: 'quiet-station',
  },
  {
    name: 'an alarm comes a minute late',
    file: 'src/alarms/machine.js',
    from: 'now.steadyMs + definition.delayMs',
    to: 'now.steadyMs + 60_000 + definition.delayMs',
    scenario: 'store-locked',
  },
  {
    name: 'a doubtful time is not flagged',
    file: 'src/station/ingest.js',
    from: '? 0 : FLAG.clockUntrusted',
    to: '? 0 : 0',
    scenario: 'host-clock-forward',
  },
  {
    name: "a jump of the station's clock is not flagged",
    file: 'src/station/ingest.js',
    from: 'all |= FLAG.tickJump;',
    to: '',
    scenario: 'station-clock-jump',
  },
  {
    name: 'two stations may have one identity',
    file: 'src/station/identities.js',
    from: 'if (claimants.size === 1)\n            return null;',
    to: 'return null;',
    scenario: 'two-of-one-identity',
  },
  {
    name: 'a closed link is opened again after a minute',
    file: 'src/link/reconnect-machine.js',
    from: 'Math.min(LONGEST_MS, FIRST_MS *',
    to: 'Math.max(60_000, FIRST_MS *',
    scenario: 'replug',
  },
  {
    name: 'the station on battery is told as on mains',
    file: 'src/station/ingest.js',
    from: 'let all = flags |',
    to: 'let all = (flags & ~0x20) |',
    scenario: 'on-battery',
  },
  {
    name: 'the deviation has the wrong sign',
    file: 'src/refill/residual.js',
    from: '(100 * (flow.value - label)) / label',
    to: '(100 * (label - flow.value)) / label',
    scenario: 'fast-pump',
  },
  {
    name: 'the dead volume is counted in',
    file: 'src/refill/residual.js',
    from: '(fill.filledMl - residual.value) / days',
    to: '(fill.filledMl - residual.value - 1.5) / days',
    scenario: 'refill-nominal',
  },
  {
    name: 'a latched alarm ends by itself',
    file: 'src/alarms/machine.js',
    from: 'if (latching && item.by === null) {',
    to: 'if (latching && item.by === undefined) {',
    scenario: 'pocket-fill-noticed',
  },
  {
    name: 'a value beyond the limit of the site is not flagged',
    file: 'src/station/limits.js',
    from: 'value > high[i]',
    to: 'value > 10 * high[i]',
    scenario: 'site-limit',
  },
  {
    name: 'silence in a refill is not said',
    file: 'src/desk/refill-conditions.js',
    from: "open?.link === 'silent'",
    to: "open?.link === 'never'",
    scenario: 'quiet-in-refill',
  },
];
