import type { Code } from '../base/codes.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import type { SqlRecord } from '../base/sql-value.js';

/** Ends the grounding of one policy with a diagnostic about its text or about one of its rows. */
export class GroundError extends Error {
  override readonly name = 'GroundError';
  readonly diagnostic: Diagnostic;

  constructor(code: Code, message: string, span: Span, help?: string) {
    super(message);
    this.diagnostic = { code, severity: 'error', message, span, help };
  }

  /** The same problem, with the row it was met on. */
  static onRow(error: GroundError, row: SqlRecord): Diagnostic {
    const cells = rowText(row);
    const { diagnostic } = error;
    if (cells === '') return diagnostic;
    return { ...diagnostic, notes: [...(diagnostic.notes ?? []), { message: `at the row ${cells}` }] };
  }
}

/** `request.request_id=3, host.host_id=1`. */
export function rowText(row: SqlRecord): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${value instanceof Uint8Array ? 'blob' : String(value)}`)
    .join(', ');
}
