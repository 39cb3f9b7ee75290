import type { SqlValue } from '../base/sql-value.js';
import type { Relation } from '../catalog/catalog.js';
import { isDecisionName } from '../catalog/catalog.js';
import { quoteName } from '../check/fragment.js';
import type { Grounded } from '../ground/ground.js';
import type { Assignment } from '../model/model.js';
import type { Store } from '../store/store.js';
import type { Decision } from './controller.js';

/** The answer as values of cells, in the order of the cells. Rows that were left out have none. */
export function decisionsOf(
  grounded: Grounded,
  values: Assignment,
  leftOut: ReadonlySet<string> = new Set(),
): Decision[] {
  return grounded.cells.flatMap((cell): Decision[] => {
    if (leftOut.has(cellRow(cell.relation.name, Object.values(cell.key)))) return [];
    const value = grounded.sqlValue(cell, values[cell.variable] ?? 0);
    return [{ table: cell.relation.name, key: cell.key, column: cell.column, value, previous: cell.stored }];
  });
}

/** Names a row in maps; 1 and '1' are keys of two rows. */
export function cellRow(table: string, key: readonly SqlValue[]): string {
  let id = table;
  for (const value of key) id += typeof value === 'string' ? `\0'${value}` : `\0${String(value)}`;
  return id;
}

/** Decisions that change what is stored. */
export function changesOf(decisions: readonly Decision[]): Decision[] {
  return decisions.filter(({ value, previous }) => value !== previous);
}

/**
 * Writes decisions into their cells. Only what changes is written; keys are those stored before the solve.
 * Where a unique key holds decisions, changed rows are first moved to values nobody uses, so that swapping
 * two of them does not depend on the order of updates.
 * INVARIANT: inside a write transaction; `pragma defer_foreign_keys` holds until its end.
 */
export function writeDecisions(
  store: Store,
  decisions: readonly Decision[],
  relations: ReadonlyMap<string, Relation>,
): void {
  for (const [table, rows] of byRow(changesOf(decisions))) {
    const relation = relations.get(table);
    if (relation !== undefined && isKeyed(relation)) writeKeyed(store, relation, rows);
    else writeRows((sql, params) => store.run(sql, params), table, rows);
  }
}

/** Decisions by table and row, in their order. */
function byRow(decisions: readonly Decision[]): Map<string, (readonly Decision[])[]> {
  const byTable = new Map<string, Map<string, Decision[]>>();
  for (const decision of decisions) {
    let rows = byTable.get(decision.table);
    if (rows === undefined) {
      rows = new Map();
      byTable.set(decision.table, rows);
    }
    const id = cellRow(decision.table, Object.values(decision.key));
    const row = rows.get(id);
    if (row === undefined) rows.set(id, [decision]);
    else row.push(decision);
  }
  return new Map([...byTable].map(([table, rows]) => [table, [...rows.values()]]));
}

/** So many rows take one statement; triggers make a statement dear, whatever it does. */
const AT_ONCE = 4;

/** Runs one statement. */
type Run = (sql: string, params: readonly SqlValue[]) => void;

/** Writes values into cells as they are given, those of a table in one statement where that is possible. */
export function writeCells(run: Run, cells: readonly Decision[]): void {
  for (const [table, rows] of byRow(cells)) writeRows(run, table, rows);
}

/** Writes rows of one table: those with the same columns in one statement, as far as JSON can hold them. */
function writeRows(run: Run, table: string, rows: readonly (readonly Decision[])[]): void {
  const together = new Map<string, (readonly Decision[])[]>();
  for (const row of rows) {
    if (!row.every(({ value }) => isPlain(value)) || !Object.values(row[0]?.key ?? {}).every(isPlain)) {
      update(run, row, row[0]?.key ?? {});
      continue;
    }
    const columns = row.map(({ column }) => column).join('\0');
    const alike = together.get(columns);
    if (alike === undefined) together.set(columns, [row]);
    else alike.push(row);
  }
  for (const alike of together.values()) {
    if (alike.length >= AT_ONCE) updateAll(run, table, alike);
    else for (const row of alike) update(run, row, row[0]?.key ?? {});
  }
}

/** True where a value comes out of JSON in SQLite as it went in. */
function isPlain(value: SqlValue): boolean {
  if (value === null) return true;
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0);
  // SQLite ends such a text at its first zero, and half of a pair has no UTF-8.
  return typeof value === 'string' && !/[\0\ud800-\udfff]/.test(value);
}

/** One statement for rows with the same columns and keys. */
function updateAll(run: Run, table: string, rows: readonly (readonly Decision[])[]): void {
  const [first = []] = rows;
  const keys = Object.keys(first[0]?.key ?? {});
  const set = first.map(({ column }, i) => `${quoteName(column)} = edict_written.value ->> ${i}`).join(', ');
  const where = keys
    .map((name, i) => `${quoteName(table)}.${quoteName(name)} is edict_written.value ->> ${first.length + i}`)
    .join(' and ');
  const values = rows.map((row) => [
    ...row.map(({ value }) => value),
    ...keys.map((name) => row[0]?.key[name] ?? null),
  ]);
  const sql = `update ${quoteName(table)} set ${set} from json_each(?) as edict_written where ${where}`;
  run(sql, [JSON.stringify(values)]);
}

/** True where rows that swap decisions may meet in a unique index on the way. */
function isKeyed(relation: Relation): boolean {
  return relation.uniques.some((columns) => columns.some(isDecisionName)) || relation.otherUniques.length > 0;
}

function update(run: Run, row: readonly Decision[], key: Readonly<Record<string, SqlValue>>): void {
  const [first] = row;
  if (first === undefined) return;
  const set = row.map((decision) => `${quoteName(decision.column)} = ?`).join(', ');
  const where = Object.keys(key)
    .map((name) => `${quoteName(name)} is ?`)
    .join(' and ');
  const sql = `update ${quoteName(first.table)} set ${set} where ${where}`;
  run(sql, [...row.map((decision) => decision.value), ...Object.values(key)]);
}

/** Values far from any that people store; SQLite's own check of the final values still follows. */
const PARKING = -(2 ** 52);

function writeKeyed(store: Store, relation: Relation, rows: readonly (readonly Decision[])[]): void {
  const run: Run = (sql, params) => store.run(sql, params);
  store.run('pragma defer_foreign_keys = on');
  const parked = rows.map((row, i) =>
    row.map((decision): Decision => {
      const column = relation.columns.find((one) => one.name === decision.column);
      const value = column?.type === 'text' ? `\u0001edict-parking-${i}` : PARKING - i;
      return { ...decision, value };
    }),
  );
  // Parking values need not satisfy the table's checks; the final ones must.
  store.run('pragma ignore_check_constraints = on');
  try {
    for (const row of parked) update(run, row, row[0]?.key ?? {});
  } finally {
    store.run('pragma ignore_check_constraints = off');
  }
  rows.forEach((row, i) => {
    const [first] = row;
    if (first === undefined) return;
    const moved = new Map((parked[i] ?? []).map((decision) => [decision.column, decision.value]));
    const key = Object.fromEntries(
      Object.entries(first.key).map(([name, value]) => [name, moved.get(name) ?? value]),
    );
    update(run, row, key);
  });
}
