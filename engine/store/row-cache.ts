import type { SqlValue } from '../base/sql-value.js';
import { must } from '../base/assert.js';
import type { ChangeLog, ChangedRows } from './change-log.js';
import type { ReadProgram } from './read-program.js';
import { readProgram, seeksRow } from './read-program.js';
import type { Store } from './store.js';

/** What is known of a query: what it reads, and how one of its rows is read again. */
interface Query {
  readonly program: ReadProgram | null;
  readonly patch: Patch | null;
}

/** Reads the rows that some rowids of the walked table make, those that make one. */
interface Patch {
  /** Of one rowid, and of up to `TOGETHER`. */
  readonly sql: string;
  readonly sqlOfMany: string;
  /** The result column that is the rowid. */
  readonly column: number;
}

interface Kept {
  readonly rows: SqlValue[][];
  /** Tick of the last use. */
  used: number;
}

/** Where more than this share of the rows may have changed, the query is run as a whole. */
const MOST_PATCHED = 0.1;
/** So few rows are always patched. */
const FEW = 16;
/** Rows that are read again in one query. */
const TOGETHER = 64;
/** Fewer are read one by one. */
const APART = 4;

/**
 * Results of queries, kept from tick to tick as long as no table changes that they read. Rows must not be changed by
 * who reads them.
 *
 * - The database stays the truth: a result is kept only while SQLite's own program for the query says which tables
 *   it reads, triggers tell of this connection's changes and `data_version` of all others'.
 * - A result of a table with many rows is patched: only rows that changed are read again. An unchanged row is the same
 *   array as before, and an unchanged result the same array of rows.
 * - `begin` comes first in every read transaction whose state the results shall be of.
 */
export class RowCache {
  private readonly queries = new Map<string, Query>();
  private readonly kept = new Map<string, Map<string, Kept>>();
  private readonly log: ChangeLog;
  private dataVersion = -1;
  private schemaVersion = -1;
  private tick = 0;

  constructor(private readonly store: Store) {
    this.log = store.changeLog();
  }

  /** Forgets all results; what is known of queries stays. */
  clear(): void {
    this.kept.clear();
  }

  /** Brings what is kept to the state that the transaction sees. INVARIANT: inside `store.read`. */
  begin(): void {
    const { store, log } = this;
    const schemaVersion = Number(must(store.rows('pragma schema_version')[0]?.[0], 'schema version'));
    const dataVersion = store.dataVersion();
    const isOwn = log.claim(this);
    if (!isOwn || schemaVersion !== this.schemaVersion || !log.isWhole()) {
      log.reset();
      this.clear();
      this.queries.clear();
    } else if (dataVersion !== this.dataVersion) this.clear();
    this.schemaVersion = schemaVersion;
    this.dataVersion = dataVersion;
    const changes = this.queries.size > 0 ? log.take() : new Map<string, ChangedRows>();
    for (const [sql, byParameters] of this.kept) {
      for (const [key, { used }] of byParameters) if (used < this.tick) byParameters.delete(key);
      if (byParameters.size === 0) this.kept.delete(sql);
      else this.follow(sql, byParameters, changes);
    }
    this.tick += 1;
  }

  /** All rows of a query that reads, as `Store.rows` gives them. */
  rows(sql: string, parameters: readonly SqlValue[] = []): SqlValue[][] {
    const query = this.query(sql, parameters);
    if (query.program === null) return this.store.rows(sql, parameters);
    let byParameters = this.kept.get(sql);
    if (byParameters === undefined) {
      byParameters = new Map();
      this.kept.set(sql, byParameters);
    }
    const key = parameters.map((value) => `${typeof value}:${String(value)}`).join('\0');
    const known = byParameters.get(key);
    if (known !== undefined) {
      known.used = this.tick;
      return known.rows;
    }
    const rows = this.store.rows(sql, parameters);
    byParameters.set(key, { rows, used: this.tick });
    return rows;
  }

  private query(sql: string, parameters: readonly SqlValue[]): Query {
    let query = this.queries.get(sql);
    if (query === undefined) {
      const program = readProgram(this.store, sql, parameters);
      for (const table of program?.tables ?? []) this.log.watch(table);
      query = {
        program,
        patch: program === null || parameters.length > 0 ? null : this.patchOf(sql, program),
      };
      if (query.patch !== null && program?.walked != null) this.log.watch(program.walked, true);
      this.queries.set(sql, query);
    }
    return query;
  }

  private patchOf(sql: string, { walked }: ReadProgram): Patch | null {
    if (walked === null || !this.tellsReplacements(walked)) return null;
    const columns = this.store.columnsOf(sql);
    const [key, ...more] = this.store.rows('select name, type from pragma_table_info(?) where pk > 0', [
      walked,
    ]);
    if (key === undefined || more.length > 0 || String(key[1]).toLowerCase() !== 'integer') return null;
    const column = columns.findIndex((one) => one.table === walked && one.column === key[0]);
    if (column < 0) return null;
    const names = columns.map((_one, i) => `c${i}`).join(', ');
    const made = `with made(${names}) as (${sql}) select * from made where c${column}`;
    const patch = {
      sql: `${made} = ?`,
      sqlOfMany: `${made} in (${Array(TOGETHER).fill('?').join()})`,
      column,
    };
    return seeksRow(this.store, patch.sql, [0]) ? patch : null;
  }

  /** `insert or replace` removes rows of equal unique keys without a trigger; only the rowid is told of. */
  private tellsReplacements(table: string): boolean {
    return this.store.rows('select 1 from pragma_index_list(?) where "unique" = 1', [table]).length === 0;
  }

  /** Drops or patches the results of one query. */
  private follow(
    sql: string,
    byParameters: Map<string, Kept>,
    changes: ReadonlyMap<string, ChangedRows>,
  ): void {
    const { program, patch } = must(this.queries.get(sql), 'a query whose result is kept');
    const changed = (program?.tables ?? []).filter((table) => changes.has(table));
    if (changed.length === 0) return;
    const rowids = program?.walked == null ? null : (changes.get(program.walked) ?? null);
    const whole = byParameters.get('');
    // The plan may be another one than when the program was read: after `analyze`, rows may come by an index.
    if (patch === null || rowids === null || whole === undefined || !ascends(whole.rows, patch.column)) {
      this.kept.delete(sql);
      return;
    }
    if (rowids.size > Math.max(FEW, whole.rows.length * MOST_PATCHED)) this.kept.delete(sql);
    else byParameters.set('', { rows: this.patched(whole.rows, rowids, patch), used: whole.used });
  }

  /** Rows that some rowids make now. */
  private readAgain(
    rowids: ReadonlySet<number>,
    { sql, sqlOfMany, column }: Patch,
  ): ReadonlyMap<number, SqlValue[]> {
    const found = new Map<number, SqlValue[]>();
    const asked = [...rowids];
    for (let i = 0; i < asked.length; i += TOGETHER) {
      const some = asked.slice(i, i + TOGETHER);
      // A null is equal to nothing.
      const padded = (): (number | null)[] =>
        Array.from({ length: TOGETHER }, (_one, at) => some[at] ?? null);
      const rows =
        some.length < APART
          ? some.flatMap((rowid) => this.store.rows(sql, [rowid]))
          : this.store.rows(sqlOfMany, padded());
      for (const row of rows) found.set(Number(row[column]), row);
    }
    return found;
  }

  /** The rows, with those of some rowids read again; the same array where that makes no difference. */
  private patched(rows: SqlValue[][], rowids: ReadonlySet<number>, patch: Patch): SqlValue[][] {
    const { column } = patch;
    const now = this.readAgain(rowids, patch);
    const replaced = new Map<number, SqlValue[]>();
    const removed = new Set<number>();
    const added: SqlValue[][] = [];
    for (const rowid of rowids) {
      const row = now.get(rowid);
      const index = indexOf(rows, column, rowid);
      const old = rows[index];
      if (old?.[column] !== rowid) {
        if (row !== undefined) added.push(row);
      } else if (row === undefined) removed.add(index);
      else if (!sameCells(old, row)) replaced.set(index, row);
    }
    if (replaced.size + removed.size + added.length === 0) return rows;
    const made = rows.slice();
    for (const [index, row] of replaced) made[index] = row;
    if (removed.size + added.length === 0) return made;
    const left = removed.size === 0 ? made : made.filter((_row, index) => !removed.has(index));
    added.sort((a, b) => Number(a[column]) - Number(b[column]));
    return added.length === 0 ? left : merged(left, added, column);
  }
}

function ascends(rows: readonly (readonly SqlValue[])[], column: number): boolean {
  let last = -Infinity;
  for (const row of rows) {
    const rowid = row[column];
    if (typeof rowid !== 'number' || rowid <= last) return false;
    last = rowid;
  }
  return true;
}

/** Where a row of this rowid is, or belongs, in rows that ascend by it. */
function indexOf(rows: readonly (readonly SqlValue[])[], column: number, rowid: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Number(rows[middle]?.[column]) < rowid) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sameCells(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}

/** Both ascend by the column. */
function merged(a: readonly SqlValue[][], b: readonly SqlValue[][], column: number): SqlValue[][] {
  const made: SqlValue[][] = [];
  let at = 0;
  for (const row of a) {
    for (let next = b[at]; next !== undefined && Number(next[column]) < Number(row[column]); next = b[at]) {
      made.push(next);
      at += 1;
    }
    made.push(row);
  }
  return [...made, ...b.slice(at)];
}
