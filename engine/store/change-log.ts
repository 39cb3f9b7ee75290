import type Database from 'better-sqlite3';

/** Rows of one table that changed: their rowids, or null where these are not told. */
export type ChangedRows = ReadonlySet<number> | null;

/** Rows that changed, each once, and tables of which no more is noted than that they did. */
const ROWS = 'edict_changed_row';
const TABLES = 'edict_changed_table';

/**
 * What this connection changes in some tables, told by temporary triggers, so that a rollback takes it back as well.
 * Other connections have no such triggers: theirs show in `data_version` only.
 *
 * - A table is watched from the first `watch` on. A rollback ends what was begun in its transaction; see `isWhole`.
 * - What is noted a second time takes no more room, so that a log is as long as what changed and not as what was done.
 * - There is one log per store and one reader of it at a time; see `claim`.
 * - INVARIANT: no other code writes to the temporary database.
 */
export class ChangeLog {
  readonly #database: Database.Database;
  readonly #watched = new Map<string, { readonly number: number; readonly byRow: boolean }>();
  #reader: object | null = null;

  /** Made by `Store.changeLog` only. */
  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** True where nothing was lost to another reader since the last claim of this one. */
  claim(reader: object): boolean {
    const isOwn = this.#reader === reader;
    this.#reader = reader;
    return isOwn;
  }

  /** Whether every watched table still has its triggers. */
  isWhole(): boolean {
    const triggers = this.#database
      .prepare(
        `select count(*) from sqlite_temp_schema where type = 'trigger' and name like 'edict^_%' escape '^'`,
      )
      .pluck()
      .get();
    return this.#watched.size > 0 && triggers === EVENTS.length * this.#watched.size;
  }

  /** Takes note of changes of a table of the main database from now on, `byRow` also of which rows, if they have rowids. */
  watch(table: string, byRow = false): void {
    const known = this.#watched.get(table);
    if (known !== undefined && (known.byRow || !byRow)) return;
    const number = known?.number ?? this.#watched.size;
    const hasRowid =
      this.#database
        .prepare(`select 1 from pragma_table_list where schema = 'main' and name = ? and wr = 0`)
        .get(table) !== undefined;
    const name = `"${table.replaceAll('"', '""')}"`;
    this.#database.exec(`
      create temp table if not exists ${TABLES} (watched integer primary key);
      create temp table if not exists ${ROWS}
        (watched integer not null, row integer not null, primary key (watched, row)) without rowid`);
    for (const { event, row } of EVENTS) {
      const noted =
        !byRow || !hasRowid
          ? insertion(TABLES, `values (${number})`)
          : event === 'update'
            ? insertion(ROWS, `values (${number}, old.rowid)`) +
              insertion(ROWS, `select ${number}, new.rowid where new.rowid <> old.rowid`)
            : insertion(ROWS, `values (${number}, ${row}.rowid)`);
      const trigger = `"edict_${event}_${number}"`;
      this.#database.exec(`
        drop trigger if exists temp.${trigger};
        create temp trigger ${trigger} after ${event} on main.${name} begin ${noted} end`);
    }
    this.#watched.set(table, { number, byRow });
  }

  /** What changed since the last call, by table; tables without a change are left out. INVARIANT: the log is whole. */
  take(): ReadonlyMap<string, ChangedRows> {
    const rows = this.#database.prepare(`select watched, row from temp.${ROWS}`).raw().all();
    const tables = this.#database.prepare(`select watched from temp.${TABLES}`).pluck().all();
    const byNumber = new Map<number, Set<number> | null>();
    for (const number of tables as number[]) byNumber.set(number, null);
    for (const [number, row] of rows as [number, number][]) {
      // A rowid beyond 2^53 comes rounded.
      if (!Number.isSafeInteger(row)) byNumber.set(number, null);
      const known = byNumber.get(number);
      if (known === undefined) byNumber.set(number, new Set([row]));
      else known?.add(row);
    }
    if (rows.length > 0) this.#database.exec(`delete from temp.${ROWS}`);
    if (tables.length > 0) this.#database.exec(`delete from temp.${TABLES}`);
    const changes = new Map<string, ChangedRows>();
    for (const [table, { number }] of this.#watched) {
      const changed = byNumber.get(number);
      if (changed !== undefined) changes.set(table, changed);
    }
    return changes;
  }

  /** Ends all notes; what was noted is forgotten. */
  reset(): void {
    const triggers = this.#database
      .prepare(
        `select name from sqlite_temp_schema where type = 'trigger' and name like 'edict^_%' escape '^'`,
      )
      .pluck()
      .all();
    for (const trigger of triggers as string[]) this.#database.exec(`drop trigger temp."${trigger}"`);
    for (const table of [ROWS, TABLES]) this.#database.exec(`drop table if exists temp.${table}`);
    this.#watched.clear();
  }
}

/** Not `insert or ignore`: the conflict clause of the statement that fires a trigger would take its place. */
const insertion = (table: string, rows: string): string =>
  `insert into ${table} ${rows} on conflict do nothing;`;

const EVENTS = [
  { event: 'insert', row: 'new' },
  { event: 'update', row: 'old' },
  { event: 'delete', row: 'old' },
] as const;
