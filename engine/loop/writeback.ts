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

export const cellRow = (table: string, key: readonly SqlValue[]): string =>
  `${table}\0${key.map(String).join('\0')}`;

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
  const byTable = new Map<string, Map<string, Decision[]>>();
  for (const decision of changesOf(decisions)) {
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
  for (const [table, rows] of byTable) {
    const relation = relations.get(table);
    if (relation !== undefined && isKeyed(relation)) writeKeyed(store, relation, [...rows.values()]);
    else for (const row of rows.values()) update(store, row, row[0]?.key ?? {});
  }
}

/** True where rows that swap decisions may meet in a unique index on the way. */
function isKeyed(relation: Relation): boolean {
  return relation.uniques.some((columns) => columns.some(isDecisionName)) || relation.otherUniques.length > 0;
}

function update(store: Store, row: readonly Decision[], key: Readonly<Record<string, SqlValue>>): void {
  const [first] = row;
  if (first === undefined) return;
  const set = row.map((decision) => `${quoteName(decision.column)} = ?`).join(', ');
  const where = Object.keys(key)
    .map((name) => `${quoteName(name)} is ?`)
    .join(' and ');
  const sql = `update ${quoteName(first.table)} set ${set} where ${where}`;
  store.run(sql, [...row.map((decision) => decision.value), ...Object.values(key)]);
}

/** Values far from any that people store; SQLite's own check of the final values still follows. */
const PARKING = -(2 ** 52);

function writeKeyed(store: Store, relation: Relation, rows: readonly (readonly Decision[])[]): void {
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
    for (const row of parked) update(store, row, row[0]?.key ?? {});
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
    update(store, row, key);
  });
}
