import { DiagnosticError } from '../../base/diagnostic.js';
import type { SqlRecord, SqlValue } from '../../base/sql-value.js';
import { createTap } from '../../controllers/npu/tap/tap.js';
import { TapError } from '../../controllers/npu/tap/tap-error.js';
import type { TapSequence } from '../../controllers/npu/tap/tap-sequence.js';
import { sequenceOf } from '../../controllers/npu/tap/tap-sequence.js';

/** The pattern of a fill or drain, as a sequence of one. */
export interface TransferTap {
  /** Such as `fill in of gemm`. */
  readonly label: string;
  readonly sequence: TapSequence;
  readonly elementBytes: number;
}

/**
 * The patterns of the fills and drains in a database, of one design or fifo where they are named.
 * Throws DiagnosticError: tap/bad-pattern, import/unknown-instance where there is none.
 */
export function transferTaps(
  query: (sql: string, ...parameters: readonly SqlValue[]) => readonly SqlRecord[],
  design: string | null,
  fifo: string | null,
): readonly TransferTap[] {
  const rows = query(
    `select f.design, f.fifo, f.direction, f.pattern, max(x.element_bytes) as element_bytes
     from transfer_fit as f
     join transfer_dim as x on x.transfer_id = f.transfer_id
     where (? is null or f.design = ?) and (? is null or f.fifo = ?)
     group by f.transfer_id
     order by f.transfer_id`,
    design,
    design,
    fifo,
    fifo,
  );
  if (rows.length > 0) return rows.map(tapOf);
  throw new DiagnosticError([
    {
      code: 'import/unknown-instance',
      severity: 'error',
      message: 'the database has no fill or drain with a pattern of that name',
      help: '`edict query --db FILE "select design, fifo, direction, pattern from transfer_fit"` lists them',
    },
  ]);
}

function tapOf(row: SqlRecord): TransferTap {
  const label = `${String(row['direction'])} ${String(row['fifo'])} of ${String(row['design'])}`;
  // The table was filled from a checked design, or by a user whose slip becomes a TapError.
  const pattern = JSON.parse(String(row['pattern'])) as Parameters<typeof createTap>[0];
  try {
    return { label, sequence: sequenceOf([createTap(pattern)]), elementBytes: Number(row['element_bytes']) };
  } catch (error) {
    if (!(error instanceof TapError)) throw error;
    throw new DiagnosticError(
      error.diagnostics.map((one) => ({ ...one, message: `${label}: ${one.message}` })),
    );
  }
}
