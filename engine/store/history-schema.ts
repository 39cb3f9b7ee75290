import type { Store } from './store.js';

/** What all tables and triggers of a history begin with. */
export const HISTORY = 'edict_history';

/** A table whose rows are remembered, and how. */
export interface RememberedTable {
  readonly name: string;
  /** Where rows are remembered. */
  readonly history: string;
  /** Columns that are stored, and what a row is told by: its primary key or else its rowid. Quoted. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** Columns of the history, in the order of `columns`, and those of the key. */
  readonly kept: readonly string[];
  readonly keptKey: readonly string[];
  /** The table of the history, and the triggers that fill it. */
  readonly statements: readonly string[];
}

/** Tables of the loop's own books: the journal tells itself what they held. */
const BOOKS = [
  'journal',
  'solve_run',
  'meta',
  'applied_migration',
  'edict_migration',
  'edict_migration_lock',
];

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * The tables of a database whose rows can be remembered, in name order: all but the loop's books and virtual ones.
 *
 * A row of a history says: when the journal had so many rows, the row with this key was as follows, or was not there
 * (`absent`). What `insert or replace` removes fires no trigger, so that inserts, and updates of unique columns, first
 * remember all rows that share a unique key with what comes; only rows replaced for a unique expression are missed.
 * More than needed may be remembered, but never what was not so.
 */
export function rememberedTables(store: Store): RememberedTable[] {
  const tables = store.rows(
    `select name from pragma_table_list
      where schema = 'main' and type = 'table' and name not like 'sqlite^_%' escape '^'
        and name <> ? and name not like ? escape '^' and name not in (${BOOKS.map(() => '?').join(', ')})
      order by name`,
    [HISTORY, `${HISTORY.replaceAll('_', '^_')}^_%`, ...BOOKS],
  );
  return tables.map(([name]) => tableOf(store, String(name)));
}

function tableOf(store: Store, name: string): RememberedTable {
  const listed = store.rows(
    'select name, type, "notnull", pk, hidden from pragma_table_xinfo(?) order by cid',
    [name],
  );
  // Generated columns come of themselves.
  const stored = listed.filter(([, , , , hidden]) => hidden === 0);
  const primary = listed.filter(([, , , pk]) => Number(pk) > 0);
  const isAlias = primary.length === 1 && String(primary[0]?.[1]).toLowerCase() === 'integer';
  const isKey = primary.length > 0 && (isAlias || primary.every(([, , notNull]) => notNull === 1));
  const names = new Set(stored.map(([column]) => String(column).toLowerCase()));
  const rowid = ['rowid', 'oid', '_rowid_'].filter((alias) => !isKey && !names.has(alias)).slice(0, 1);
  const columns = [...rowid, ...stored.map(([column]) => quoted(String(column)))];
  const key = isKey ? primary.map(([column]) => quoted(String(column))) : rowid;
  const kept = columns.map((_column, i) => `c${i}`);
  const keptKey = key.map((column) => `c${columns.indexOf(column)}`);
  const table: Omit<RememberedTable, 'statements'> = {
    name,
    history: quoted(`${HISTORY}_${name}`),
    columns,
    key,
    kept,
    keptKey,
  };
  const collations = collationsOf(store, name);
  const declared = columns.map((column, i) => {
    const collation = key.includes(column) ? collations.get(column) : undefined;
    return collation === undefined ? `c${i}` : `c${i} collate ${quoted(collation)}`;
  });
  return { ...table, statements: statementsOf(table, declared, [key, ...uniquesOf(store, name)]) };
}

/** By which collation the primary key tells its columns apart; none for an integer that is the rowid. */
function collationsOf(store: Store, table: string): ReadonlyMap<string, string> {
  const listed = store.rows(
    `select member.name, member.coll from pragma_index_list(?) as list, pragma_index_xinfo(list.name) as member
      where list.origin = 'pk' and member.key = 1`,
    [table],
  );
  return new Map(listed.map(([column, collation]) => [quoted(String(column)), String(collation)]));
}

/** Unique indexes over columns of all rows; the rest is left to what they forbid. */
function uniquesOf(store: Store, table: string): string[][] {
  const indexes = store.rows(
    `select list.name from pragma_index_list(?) as list where list."unique" = 1
      and not exists (select 1 from pragma_index_info(list.name) where cid < 0) order by list.name`,
    [table],
  );
  return indexes.map(([index]) =>
    store
      .rows('select name from pragma_index_info(?) order by seqno', [String(index)])
      .map(([column]) => quoted(String(column))),
  );
}

function statementsOf(
  { name, history, columns, key, kept, keptKey }: Omit<RememberedTable, 'statements'>,
  declared: readonly string[],
  uniques: readonly (readonly string[])[],
): string[] {
  const of = (row: string, names: readonly string[]): string =>
    names.map((one) => `${row}.${one}`).join(', ');
  const values = `insert into ${history} (journal_seq, absent, ${kept.join(', ')})`;
  const seq = '(select journal_seq from meta)';
  const same = uniques.map((unique) => unique.map((column) => `t.${column} = new.${column}`).join(' and '));
  const alike = [...new Set(same)].map((one) => `(${one})`).join(' or ');
  const rivals = `${values} select ${seq}, 0, ${of('t', columns)} from ${quoted(name)} as t where ${alike};`;
  const old = `${values} values (${seq}, 0, ${of('old', columns)});`;
  const absent = `insert into ${history} (journal_seq, absent, ${keptKey.join(', ')}) values (${seq}, 1, ${of('new', key)});`;
  const differ = (names: readonly string[]): string =>
    names.map((column) => `new.${column} is not old.${column}`).join(' or ');
  const claimed = [...new Set(uniques.flat())];
  const trigger = (what: string, when: string, body: string): string =>
    `create trigger ${quoted(`${HISTORY}_${name}_${what}`)} ${when} begin ${body} end`;
  const on = quoted(name);
  return [
    `create table ${history} (history_id integer primary key, journal_seq integer not null, absent integer not null, ${declared.join(', ')})`,
    trigger('before_insert', `before insert on ${on}`, rivals),
    trigger('after_insert', `after insert on ${on}`, absent),
    trigger('before_update', `before update on ${on}`, old),
    trigger('before_claim', `before update on ${on} when ${differ(claimed)}`, rivals),
    trigger('after_move', `after update on ${on} when ${differ(key)}`, absent),
    trigger('before_delete', `before delete on ${on}`, old),
  ];
}
