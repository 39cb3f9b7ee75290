import { DiagnosticError } from '../base/diagnostic.js';
import type { SqlRecord, SqlValue } from '../base/sql-value.js';

/** The column `decision` of some rows, as text. Throws DiagnosticError export/undecided where one is null. */
export function decisionsIn(rows: readonly SqlRecord[], what: string): string[] {
  const undecided = rows.filter(({ decision }) => decision === null).length;
  if (undecided === 0) return rows.map(({ decision }) => textOf(decision ?? null));
  throw new DiagnosticError([
    {
      code: 'export/undecided',
      severity: 'error',
      message: `${undecided} of ${rows.length} rows of \`${what}\` are not decided yet`,
      help: '`edict solve` decides them',
    },
  ]);
}

const textOf = (value: SqlValue): string => (typeof value === 'string' ? value : String(Number(value)));
