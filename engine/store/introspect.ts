import { must } from '../base/assert.js';
import { byText } from '../base/order.js';
import type { SqlValue } from '../base/sql-value.js';
import type { RawColumn, RawForeignKey, RawRelation, RawSchema } from '../catalog/raw-schema.js';
import type { Store } from './store.js';
import { StoreError } from './store-error.js';

/**
 * Reads tables and views of any live database, in name order.
 *
 * - Left out: SQLite's own tables, virtual tables with their shadows (their module may be missing), hidden columns.
 * - A view that SQLite can no longer resolve has no columns; its text tells what is wrong.
 * - `default` of a column is the text of the expression as written, or null.
 * - `notNull` is true for the alias of the rowid too, which can never be null.
 */
export function introspect(store: Store): RawSchema {
  return store.read(() => {
    const relations: RawRelation[] = [];
    const listed = store.rows(
      `select list.name, list.type, list.wr, entry.sql
         from pragma_table_list as list
         join sqlite_schema as entry on entry.name = list.name and entry.type in ('table', 'view')
        where list.schema = 'main' and list.type in ('table', 'view')
          and list.name not like 'sqlite^_%' escape '^'`,
    );
    for (const [name, type, withoutRowid, sql] of listed) {
      relations.push(relationOf(store, text(name), type === 'view', withoutRowid === 1, text(sql)));
    }
    relations.sort((a, b) => byText(a.name, b.name));
    return { relations };
  });
}

function text(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : String(must(value, 'text'));
}

function relationOf(
  store: Store,
  name: string,
  view: boolean,
  withoutRowid: boolean,
  sql: string,
): RawRelation {
  if (view) {
    const columns = viewColumns(store, name);
    return {
      name,
      kind: 'view',
      sql,
      columns,
      withoutRowid: false,
      uniques: [],
      otherUniques: [],
      foreignKeys: [],
    };
  }
  const columns = columnsOf(store, name);
  const primary = columns.filter((column) => column.primaryKey > 0);
  primary.sort((a, b) => a.primaryKey - b.primaryKey);
  const key = primary.map((column) => column.name);
  const { uniques, primaryHasIndex } = uniquesOf(store, name, key);
  const isAlias = !withoutRowid && !primaryHasIndex;
  return {
    name,
    kind: 'table',
    sql,
    columns: columns.map((column) =>
      isAlias && column.primaryKey > 0 ? { ...column, notNull: true } : column,
    ),
    withoutRowid,
    uniques: key.length > 0 ? [key, ...uniques] : uniques,
    otherUniques: otherUniquesOf(store, name),
    foreignKeys: foreignKeysOf(store, name),
  };
}

function viewColumns(store: Store, view: string): RawColumn[] {
  try {
    return columnsOf(store, view);
  } catch (error) {
    // SQLite reports a view over something dropped only when the view is read.
    if (error instanceof StoreError) return [];
    throw error;
  }
}

function columnsOf(store: Store, relation: string): RawColumn[] {
  // Of what table_xinfo adds, 1 marks a hidden column, 2 and 3 generated ones.
  const rows = store.rows(
    'select name, type, "notnull", pk, dflt_value from pragma_table_xinfo(?) where hidden <> 1 order by cid',
    [relation],
  );
  return rows.map(([name, type, notNull, primaryKey, defaultText]) => ({
    name: text(name),
    type: text(type),
    notNull: notNull === 1,
    primaryKey: Number(primaryKey),
    default: defaultText ?? null,
  }));
}

/** Unique indexes but the primary key's, sorted by their columns; the same columns once. */
function uniquesOf(
  store: Store,
  table: string,
  key: readonly string[],
): { uniques: string[][]; primaryHasIndex: boolean } {
  const found = new Map<string, string[]>();
  let primaryHasIndex = false;
  const indexes = store.rows(
    'select name, origin, "unique", partial from pragma_index_list(?) order by seq',
    [table],
  );
  for (const [index, origin, unique, partial] of indexes) {
    if (origin === 'pk') primaryHasIndex = true;
    if (origin === 'pk' || unique !== 1 || partial !== 0) continue;
    const members = store.rows('select cid, name from pragma_index_info(?) order by seqno', [text(index)]);
    // -1 is the rowid, -2 an expression.
    if (members.some(([column]) => Number(column) < 0)) continue;
    const columns = members.map(([, name]) => text(name));
    found.set(JSON.stringify(columns), columns);
  }
  found.delete(JSON.stringify(key));
  const uniques = [...found].sort(([a], [b]) => byText(a, b)).map(([, columns]) => columns);
  return { uniques, primaryHasIndex };
}

/** Unique indexes that leave rows out or index expressions, by name. */
function otherUniquesOf(store: Store, table: string): { name: string; sql: string }[] {
  const rows = store.rows(
    `select list.name, entry.sql
       from pragma_index_list(?) as list
       join sqlite_schema as entry on entry.type = 'index' and entry.name = list.name
      where list."unique" = 1 and entry.sql is not null
        and (list.partial = 1 or exists (select 1 from pragma_index_info(list.name) as member where member.cid < 0))
      order by list.name`,
    [table],
  );
  return rows.map(([name, sql]) => ({ name: text(name), sql: text(sql) }));
}

/** In the order of declaration, which SQLite numbers backwards. */
function foreignKeysOf(store: Store, table: string): RawForeignKey[] {
  const rows = store.rows(
    'select id, "table", "from", "to" from pragma_foreign_key_list(?) order by id desc, seq',
    [table],
  );
  const keys = new Map<SqlValue, { columns: string[]; parent: string; parentColumns: string[] }>();
  for (const [id, parent, from, to] of rows) {
    const key = keys.get(id ?? null) ?? { columns: [], parent: text(parent), parentColumns: [] };
    key.columns.push(text(from));
    if (to !== null && to !== undefined) key.parentColumns.push(text(to));
    keys.set(id ?? null, key);
  }
  return [...keys.values()];
}
