import { normalizeSql } from './sql-text.js';
import type { Store } from './store.js';
import { HISTORY, quoted, rememberedTables } from './history-schema.js';

/** Whether and since when a database remembers what its rows were. */
export type HistoryState =
  | { readonly kind: 'none' }
  /** `sinceSeq`: rows that the journal had when it began. */
  | { readonly kind: 'kept'; readonly sinceSeq: number }
  /** Tables have come, gone or changed since it began. */
  | { readonly kind: 'outdated' };

/** The history of an adopted database. INVARIANT: inside a transaction. */
export function historyState(store: Store): HistoryState {
  if (store.rows('select 1 from sqlite_schema where name = ?', [HISTORY]).length === 0)
    return { kind: 'none' };
  const wanted = rememberedTables(store).flatMap(({ statements }) => statements.map(normalizeSql));
  const present = objectsOf(store).map(([, , sql]) => normalizeSql(String(sql)));
  const isWhole = wanted.length === present.length && wanted.every((sql) => present.includes(sql));
  if (!isWhole) return { kind: 'outdated' };
  const [since] = store.rows(`select since_seq from ${HISTORY}`);
  return { kind: 'kept', sinceSeq: Number(since?.[0] ?? 0) };
}

/**
 * Begins to remember what rows were, from now on; true where it began. A history that is whole goes on, one of tables
 * that have changed begins anew.
 */
export function beginHistory(store: Store): boolean {
  return store.write(() => {
    if (historyState(store).kind === 'kept') return false;
    drop(store);
    store.run(`create table ${HISTORY} (since_seq integer not null)`);
    store.run(`insert into ${HISTORY} select journal_seq from meta`);
    for (const { statements } of rememberedTables(store)) for (const sql of statements) store.run(sql);
    return true;
  });
}

/** Forgets all of it; true where there was some. */
export function endHistory(store: Store): boolean {
  return store.write(() => {
    if (historyState(store).kind === 'none') return false;
    drop(store);
    return true;
  });
}

/** Type, name and text of the tables and triggers of a history, without the one that says since when. */
function objectsOf(store: Store): readonly (readonly unknown[])[] {
  return store.rows(
    'select type, name, sql from sqlite_schema where name like ? escape ? and sql is not null',
    [`${HISTORY.replaceAll('_', '^_')}^_%`, '^'],
  );
}

function drop(store: Store): void {
  for (const type of ['trigger', 'table'] as const) {
    for (const [kind, name] of objectsOf(store)) {
      if (kind === type) store.run(`drop ${type} ${quoted(String(name))}`);
    }
  }
  store.run(`drop table if exists ${HISTORY}`);
}
