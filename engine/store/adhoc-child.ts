// The process that runs one query for adhoc.ts and ends.
import type Database from 'better-sqlite3';
import { assert } from '../base/assert.js';
import { monotonicClock } from '../base/clock.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { SqlValue } from '../base/sql-value.js';
import type { AdhocReply, AdhocRequest, AdhocResult } from './adhoc.js';
import { openDatabase } from './open-database.js';

/** What an array and a value cost beside their content. */
const ROW_BYTES = 32;
const VALUE_BYTES = 16;

function bytesOf(value: SqlValue): number {
  if (typeof value === 'string') return VALUE_BYTES + 2 * value.length;
  return value instanceof Uint8Array ? VALUE_BYTES + value.byteLength : VALUE_BYTES;
}

function narrow(value: SqlValue): SqlValue {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function failed(code: Diagnostic['code'], message: string): AdhocResult {
  const status = code === 'query/refused' ? 'refused' : 'failed';
  return { status, diagnostics: [{ code, severity: 'error', message }] };
}

function run(database: Database.Database, { sql, maxRows, maxBytes }: AdhocRequest): AdhocResult {
  const start = monotonicClock.nowMs();
  const statement = database.prepare<[], SqlValue[]>(sql);
  if (!statement.reader || !statement.readonly) return failed('query/refused', 'the statement writes');
  statement.raw(true).safeIntegers(true);
  const columns = statement.columns().map((column) => column.name);
  const rows: SqlValue[][] = [];
  let bytes = 0;
  let truncated = false;
  for (const row of statement.iterate()) {
    const values = row.map(narrow);
    bytes += ROW_BYTES + values.reduce<number>((sum, value) => sum + bytesOf(value), 0);
    truncated = rows.length >= maxRows || bytes > maxBytes;
    if (truncated) break;
    rows.push(values);
  }
  return { status: 'rows', columns, rows, truncated, ms: monotonicClock.nowMs() - start };
}

function answer(request: AdhocRequest): AdhocResult {
  try {
    const database = openDatabase(request.path, 'read');
    try {
      database.pragma('query_only = on');
      // Sorting must not write files, and counts towards the memory limit.
      database.pragma('temp_store = memory');
      return run(database, request);
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof DiagnosticError) return { status: 'failed', diagnostics: error.diagnostics };
    return failed('query/failed', error instanceof Error ? error.message : String(error));
  }
}

function send(reply: AdhocReply, sent: () => void): void {
  assert(process.send !== undefined, 'started without a parent process');
  process.send(reply, undefined, undefined, sent);
}

process.once('message', (request: AdhocRequest) => {
  send(answer(request), () => process.disconnect());
});
// The channel, not this callback, keeps the process alive.
send({ status: 'ready' }, () => undefined);
