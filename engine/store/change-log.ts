import type Database from 'better-sqlite3';

/** Rows of one table that changed: their rowids, or null where the table has none to tell them by. */
export type ChangedRows = ReadonlySet<number> | null;

const TABLE = 'edict_change';

/**
 * What this connection changes in some tables, told by temporary triggers, so that a rollback takes it back as well.
 * Other connections have no such triggers: theirs show in `data_version` only.
 *
 * - A table is watched from the first `watch` on. A rollback ends what was begun in its transaction; see `isWhole`.
 * - There is one log per store and one reader of it at a time; see `claim`.
 * - INVARIANT: no other code writes to the temporary database.
 */
export class ChangeLog {
  readonly #database: Database.Database;
  readonly #watched = new Map<string, number>();
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

  /** Takes note of changes of a table of the main database from now on. */
  watch(table: string): void {
    if (this.#watched.has(table)) return;
    const number = this.#watched.size;
    const hasRowid =
      this.#database
        .prepare(`select 1 from pragma_table_list where schema = 'main' and name = ? and wr = 0`)
        .get(table) !== undefined;
    const name = `"${table.replaceAll('"', '""')}"`;
    this.#database.exec(`create temp table if not exists ${TABLE} (watched integer not null, row integer)`);
    for (const { event, row } of EVENTS) {
      const moved =
        event === 'update' && hasRowid
          ? `insert into ${TABLE} select ${number}, new.rowid where new.rowid <> old.rowid;`
          : '';
      this.#database.exec(
        `create temp trigger "edict_${event}_${number}" after ${event} on main.${name}
         begin insert into ${TABLE} values (${number}, ${hasRowid ? `${row}.rowid` : 'null'}); ${moved} end`,
      );
    }
    this.#watched.set(table, number);
  }

  /** What changed since the last call, by table; tables without a change are left out. INVARIANT: the log is whole. */
  take(): ReadonlyMap<string, ChangedRows> {
    const noted = this.#database.prepare(`select watched, row from temp.${TABLE}`).raw().all();
    const byNumber = new Map<number, Set<number> | null>();
    for (const [number, row] of noted as [number, number | null][]) {
      // A rowid beyond 2^53 comes rounded.
      if (row === null || !Number.isSafeInteger(row)) byNumber.set(number, null);
      else {
        const rows = byNumber.get(number);
        if (rows === undefined) byNumber.set(number, new Set([row]));
        else rows?.add(row);
      }
    }
    if (byNumber.size > 0) this.#database.exec(`delete from temp.${TABLE}`);
    const changes = new Map<string, ChangedRows>();
    for (const [table, number] of this.#watched) {
      const rows = byNumber.get(number);
      if (rows !== undefined) changes.set(table, rows);
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
    this.#database.exec(`drop table if exists temp.${TABLE}`);
    this.#watched.clear();
  }
}

const EVENTS = [
  { event: 'insert', row: 'new' },
  { event: 'update', row: 'old' },
  { event: 'delete', row: 'old' },
] as const;
