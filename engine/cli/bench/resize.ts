import { must } from '../../base/assert.js';
import type { Catalog, Relation } from '../../catalog/catalog.js';
import { columnOf } from '../../catalog/catalog.js';
import { quoteName } from '../../check/fragment.js';
import type { Store } from '../../store/store.js';
import { StoreError } from '../../store/store-error.js';
import { usageError } from '../usage-error.js';
import { KeyMap, parentColumns } from './key-map.js';

/** What became of a database. */
export interface Resized {
  readonly multiplied: readonly Relation[];
  /** Tables that were asked for and are as they were, with the reason. */
  readonly kept: readonly { readonly table: string; readonly reason: string }[];
}

/**
 * Makes a database so many times as large. `named`: tables that somebody asked for must be multiplied; of others
 * those that cannot be stay as they are. Throws DiagnosticError where no table is left, or one that was named.
 *
 * - `size` from 1 on, whole: `size - 1` copies of each row, with other keys; foreign keys follow.
 * - `size` below 1: that share of the rows, evenly over the keys, without what refers to rows that are gone.
 * - INVARIANT: the store is a copy that nobody needs; triggers do not fire.
 */
export function resize(
  store: Store,
  catalog: Catalog,
  chosen: readonly Relation[],
  named: boolean,
  size: number,
): Resized {
  store.run('pragma foreign_keys = off');
  const triggers = store.rows("select name, sql from sqlite_schema where type = 'trigger'");
  for (const [name] of triggers) store.run(`drop trigger ${quoteName(String(name))}`);
  const resized: Resized =
    size < 1
      ? sample(store, catalog, chosen, named, size)
      : size === 1
        ? { multiplied: chosen, kept: [] }
        : multiply(store, catalog, chosen, named, size);
  for (const [, sql] of triggers) store.run(String(sql));
  store.run('pragma foreign_keys = on');
  return resized;
}

function multiply(
  store: Store,
  catalog: Catalog,
  chosen: readonly Relation[],
  named: boolean,
  size: number,
): Resized {
  const kept: { table: string; reason: string }[] = [];
  let relations = chosen;
  for (;;) {
    if (relations.length === 0)
      throw cannot(kept.map(({ table, reason }) => `\`${table}\` ${reason}`).join('; '));
    const keys = new KeyMap(relations, catalog);
    const faults = keys.fixed.map(({ name }) => ({ table: name, reason: 'has a key that cannot change' }));
    if (faults.length === 0) faults.push(...copyAll(store, keys, size));
    if (faults.length === 0) return { multiplied: relations, kept };
    if (named) throw cannot(faults.map(({ table, reason }) => `\`${table}\` ${reason}`).join('; '));
    kept.push(...faults);
    relations = relations.filter(({ name }) => !faults.some(({ table }) => table === name));
  }
}

const cannot = (why: string): Error =>
  usageError(`these rows cannot be multiplied: ${why}`, 'name other tables with `--table`');

/** Copies all tables or none; the tables that cannot be copied. */
function copyAll(store: Store, keys: KeyMap, size: number): { table: string; reason: string }[] {
  const faults: { table: string; reason: string }[] = [];
  // Made of the originals alone, before there is any copy.
  const statements = keys.relations.map((relation) => copying(store, keys, relation));
  const undo = new Error('undo');
  try {
    store.write(() => {
      keys.relations.forEach(({ name }, i) => {
        try {
          store.run(must(statements[i], 'statement'), [size - 1]);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          faults.push({ table: name, reason: `refuses copies (${error.message})` });
        }
      });
      if (faults.length === 0) faults.push(...danglingIn(store));
      if (faults.length > 0) throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  return faults;
}

function danglingIn(store: Store): { table: string; reason: string }[] {
  const tables = new Set(store.rows('pragma foreign_key_check').map(([table]) => String(table)));
  return [...tables].map((table) => ({ table, reason: 'has foreign keys without a parent' }));
}

const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** One statement for all copies; `?` is their number. A row whose key does not change has no copy. */
function copying(store: Store, keys: KeyMap, relation: Relation): string {
  // Without generated columns, which nobody writes.
  const listed = store.rows(`select name from pragma_table_info(${quoteText(relation.name)})`);
  const names = listed.map(([name]) => String(name));
  const values = new Map(
    names.map((name) => [
      name,
      keys.changes(relation, name) ? changed(store, keys, relation, name) : `o.${quoteName(name)}`,
    ]),
  );
  const changes = relation.identity
    .filter((name) => keys.changes(relation, name))
    .map((name) => `${values.get(name) ?? 'null'} is not o.${quoteName(name)}`);
  return (
    'with recursive copies(copy) as (select 1 union all select copy + 1 from copies where copy < ?) ' +
    `insert into ${quoteName(relation.name)} (${names.map(quoteName).join(', ')}) ` +
    `select ${[...values.values()].join(', ')} from copies, ${quoteName(relation.name)} as o` +
    (changes.length === 0 ? '' : ` where ${changes.join(' or ')}`)
  );
}

/** Value of a key in a copy: integers are shifted beyond all there are, texts get a mark. Nothing stays nothing. */
function changed(store: Store, keys: KeyMap, relation: Relation, column: string): string {
  const all = keys
    .alike(relation, column)
    .map((one) => `select ${quoteName(one.column)} as v from ${quoteName(one.relation.name)}`)
    .join(' union all ');
  const span = `select max(v) - min(v) + 1 from (${all}) where typeof(v) = 'integer'`;
  const shift = String(store.rows(span)[0]?.[0] ?? 0);
  let mark = '~';
  const isTaken = `select exists (select 1 from (${all}) where typeof(v) = 'text' and instr(v, ?) > 0)`;
  while (store.rows(isTaken, [mark])[0]?.[0] === 1) mark += '~';
  const v = `o.${quoteName(column)}`;
  return (
    `case typeof(${v}) when 'integer' then ${v} + copy * ${shift} ` +
    `when 'text' then iif(${v} = '', ${v}, ${v} || '${mark}' || copy) else ${v} end`
  );
}

function sample(
  store: Store,
  catalog: Catalog,
  chosen: readonly Relation[],
  named: boolean,
  share: number,
): Resized {
  const multiplied = named ? chosen : chosen.filter((relation) => isDecided(relation, chosen));
  store.write(() => {
    for (const relation of multiplied) store.run(thinning(relation), [share, share]);
    for (let before = -1, rows = 0; before !== rows;) {
      before = rows;
      for (const child of catalog.relations) rows += repair(store, catalog, child);
    }
  });
  return { multiplied, kept: [] };
}

/** A table with decisions, or one that decisions of another choose from. */
function isDecided(relation: Relation, chosen: readonly Relation[]): boolean {
  const isDecision = (of: Relation, name: string): boolean => columnOf(of, name)?.decision === true;
  return (
    relation.columns.some(({ decision }) => decision) ||
    chosen.some((child) =>
      child.foreignKeys.some(
        ({ columns, parent }) =>
          parent.toLowerCase() === relation.name.toLowerCase() &&
          columns.some((name) => isDecision(child, name)),
      ),
    )
  );
}

/** Takes out all rows but a share, the first one stays; the two `?` are the share. */
function thinning({ name, identity }: Relation): string {
  const key = identity.map(quoteName).join(', ');
  const ranked = `select ${key}, row_number() over (order by ${key}) as place from ${quoteName(name)}`;
  const isOut = 'place > 1 and cast((place - 1) * ? as integer) = cast((place - 2) * ? as integer)';
  const isSomething = identity.map((column) => `${quoteName(column)} <> ''`).join(' and ');
  return `delete from ${quoteName(name)} where (${key}) in (select ${key} from (${ranked}) where ${isOut}) and ${isSomething}`;
}

/** Takes out rows that refer to rows that are gone; a decision chooses anew. The number of rows changed. */
function repair(store: Store, catalog: Catalog, child: Relation): number {
  let rows = 0;
  for (const key of child.foreignKeys) {
    const parent = catalog.relation(key.parent);
    if (parent === undefined) continue;
    const own = key.columns.map((column) => `c.${quoteName(column)}`);
    const theirs = parentColumns(key, parent).map((column) => `p.${quoteName(column)}`);
    const match = own.map((column, i) => `${theirs[i] ?? 'null'} = ${column}`).join(' and ');
    const isGone =
      `${own.map((column) => `${column} is not null`).join(' and ')} ` +
      `and not exists (select 1 from ${quoteName(parent.name)} as p where ${match})`;
    const decision = key.columns
      .map((name) => columnOf(child, name))
      .find((column) => column?.decision === true);
    // A row of the same table is a predecessor or a part; without it the row is the first, or a whole.
    const free =
      parent === child ? key.columns.find((name) => columnOf(child, name)?.notNull === false) : undefined;
    const column = decision?.name ?? free;
    if (column === undefined) {
      rows += store.run(`delete from ${quoteName(child.name)} as c where ${isGone}`);
      continue;
    }
    const chosen =
      decision?.notNull === true
        ? `(select min(${theirs[key.columns.indexOf(column)] ?? 'null'}) from ${quoteName(parent.name)} as p)`
        : 'null';
    rows += store.run(
      `update ${quoteName(child.name)} as c set ${quoteName(column)} = ${chosen} where ${isGone}`,
    );
  }
  return rows;
}
