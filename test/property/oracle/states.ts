import { must } from '../../../engine/base/assert.js';
import type { Expr, Table, Value, World } from './language.js';
import { partsOf } from './language.js';
import type { Row, State } from './meaning.js';
import { relationsRead } from './reads.js';
import { arithmetic, both, compare, either, isFalse, membership, negated } from './value.js';

/** One cell that a solve decides. */
export interface Cell {
  readonly table: string;
  readonly row: number;
  readonly column: string;
  /** Value of the table's first column in this row. */
  readonly key: Value;
  readonly domain: readonly Value[];
  /** The value before the solve. */
  readonly stored: Value;
}

/** Decisions of tables that no policy reads stay as they are. */
export function cellsOf(world: World): Cell[] {
  const { all } = relationsRead(world);
  return world.tables
    .filter((table) => all.has(table.name))
    .flatMap((table) =>
      table.rows.flatMap((row, index) =>
        table.columns.flatMap(({ name, decision, domain }, at) =>
          decision
            ? [
                {
                  table: table.name,
                  row: index,
                  column: name,
                  key: row[0] ?? null,
                  domain,
                  stored: row[at] ?? null,
                },
              ]
            : [],
        ),
      ),
    );
}

/** Every assignment of the cells, in order of their domains. */
export function assignmentsOf(cells: readonly Cell[]): Value[][] {
  let found: Value[][] = [[]];
  for (const { domain } of cells) {
    found = found.flatMap((values) => domain.map((value) => [...values, value]));
  }
  return found;
}

export function stateOf(world: World, cells: readonly Cell[], values: readonly Value[]): State {
  const assigned = new Map(
    cells.map((cell, i) => [`${cell.table}/${cell.row}/${cell.column}`, values[i] ?? null]),
  );
  const tables = world.tables.map((table): [string, readonly Row[]] => {
    if (!table.columns.some((one) => one.decision)) return [table.name, table.rows];
    const rows = table.rows.map((row, index) =>
      table.columns.map(({ name }, at) => assigned.get(`${table.name}/${index}/${name}`) ?? row[at] ?? null),
    );
    return [table.name, rows];
  });
  return { tables: new Map(tables), made: new Map() };
}

/** True where SQLite would store the state: its keys, checks and foreign keys hold. */
export function isStorable(world: World, state: State): boolean {
  return world.tables.every((table) => {
    const rows = must(state.tables.get(table.name), table.name);
    return (
      table.uniques.every((names) => areDifferent(table, rows, names)) &&
      table.checks.every((check) => rows.every((row) => !isFalse(checkValue(check, table, row)))) &&
      table.foreignKeys.every(({ columns, parent, parentColumns }) => {
        const parents = must(
          world.tables.find((one) => one.name === parent),
          parent,
        );
        const known = new Set(
          must(state.tables.get(parent), parent).map((row) => keyOf(parents, row, parentColumns)),
        );
        return rows.every((row) => {
          const key = keyOf(table, row, columns);
          return key === null || known.has(key);
        });
      })
    );
  });
}

/** Null where a part of the key is. */
function keyOf(table: Table, row: Row, names: readonly string[]): string | null {
  const values = names.map((name) => row[table.columns.findIndex((one) => one.name === name)] ?? null);
  return values.includes(null) ? null : JSON.stringify(values);
}

function areDifferent(table: Table, rows: readonly Row[], names: readonly string[]): boolean {
  const keys = rows.map((row) => keyOf(table, row, names)).filter((key) => key !== null);
  return new Set(keys).size === keys.length;
}

/** Value of what the checks of tables are made of. */
function checkValue(expr: Expr, table: Table, row: Row): Value {
  const parts = partsOf(expr).map((one) => checkValue(one, table, row));
  const [a = null, b = null] = parts;
  switch (expr.k) {
    case 'value':
      return expr.value;
    case 'column':
      return row[table.columns.findIndex((one) => one.name === expr.column)] ?? null;
    case 'arith':
      return arithmetic(expr.op, a, b);
    case 'cmp':
      return compare(expr.op, a, b);
    case 'and':
      return both(a, b);
    case 'or':
      return either(a, b);
    case 'not':
      return negated(a);
    case 'in':
      return membership(a, parts.slice(1));
    default:
      throw new TypeError(`the generator puts ${expr.k} into the check of a table`);
  }
}
