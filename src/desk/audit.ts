/** Who did what at a screen: one row for every write that was carried out. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Records } from '../records/port.ts';
import type { AuditRow } from '../records/writes.ts';

export type Audit = (row: Omit<AuditRow, 'id' | 'atUtcMs'>) => void;

const LONGEST_DETAIL = 2000;

export function auditTo(records: Records, clock: Clock, logger: Logger): Audit {
  return (said) => {
    const row = { ...said, detail: said.detail.slice(0, LONGEST_DETAIL), id: randomUUID(), atUtcMs: clock.utcMs() };
    logger.info(row, `${row.by}: ${row.what} ${row.subject}`);
    records
      .write({ do: 'audit', row })
      .catch((error: unknown) => logger.error({ error, row }, 'an audit row was not kept'));
  };
}
