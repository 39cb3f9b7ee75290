import { unreachable } from '../base/assert.js';
import { isError, placeOf } from '../base/diagnostic.js';
import { textOf } from '../base/source.js';
import type { SqlValue } from '../base/sql-value.js';
import { rowText } from '../ground/ground-error.js';
import type { Name } from '../lang/ast.js';
import type { SolveResult } from '../loop/solve-database.js';
import type { Store } from '../store/store.js';
import { compareRows } from './compare-rows.js';
import { literalText } from './literal-text.js';
import { runSql } from './run-sql.js';
import type { Comparison, Expectation, SqlText } from './test-file.js';
import type { Failure, FailureTable } from './test-result.js';

/** Rows of a core's constraint that a failure shows. */
const CORE_ROWS = 5;

/**
 * What is wrong with an expectation after a solve, or null where it holds.
 * Throws DiagnosticError `test/sql` where SQLite refuses its query or its value.
 */
export function checkExpectation(
  expectation: Expectation,
  result: SolveResult,
  store: Store,
): Failure | null {
  const { span } = expectation;
  const expected = expectedText(expectation);
  const fail = (message: string, actual: string, table: FailureTable | null = null): Failure => ({
    span,
    message,
    expected,
    actual,
    table,
  });
  switch (expectation.kind) {
    case 'status': {
      const { status, because } = expectation;
      const holds = result.status === status || (status === 'feasible' && result.status === 'optimal');
      if (!holds) return fail('the solve ended otherwise', endOf(result), coreTable(result));
      if (because === null) return null;
      if (isCore(because, result)) return null;
      return fail('it is infeasible for another reason', endOf(result), coreTable(result));
    }
    case 'objective': {
      const { priority, comparison, value } = expectation;
      const { levels } = result;
      if (levels.length === 0) return fail('the solve has no objective', endOf(result), coreTable(result));
      const level = priority === null ? levels[0] : levels.find((one) => one.priority === priority);
      const all = levels.map((one) => `objective priority ${one.priority} = ${one.value}`).join(', ');
      if (level === undefined) return fail(`no level has priority ${priority ?? 0}`, all);
      if (priority === null && levels.length > 1) {
        return fail('the objective has several levels; name one with `priority N`', all);
      }
      if (compare(store, level.value, comparison, value)) return null;
      const prefix = priority === null ? 'objective' : `objective priority ${priority}`;
      const table = { columns: ['soft', 'priority', 'weight', 'value'], rows: softRows(result) };
      return fail('the objective is another', `${prefix} = ${level.value}`, table);
    }
    case 'soft': {
      const { name, comparison, value } = expectation;
      const found = result.soft.find((one) => one.name === name.text);
      if (found === undefined) return fail('the solve has no such value', endOf(result), coreTable(result));
      if (compare(store, found.value, comparison, value)) return null;
      return fail('the soft constraint has another value', `soft ${name.text} = ${found.value}`);
    }
    case 'query': {
      const { query, expected: wanted } = expectation;
      const columns = runSql(query, () => store.columnsOf(query.text)).map(({ name }) => name);
      const rows = runSql(query, () => store.rows(query.text));
      if (wanted.kind === 'value') {
        const { comparison, value } = wanted;
        const [row] = rows;
        if (rows.length !== 1 || columns.length !== 1 || row === undefined) {
          return fail(
            'the query gives no single value',
            `${countText(rows.length)} of ${columns.length === 1 ? '1 column' : `${columns.length} columns`}`,
            {
              columns,
              rows,
            },
          );
        }
        const [found = null] = row;
        if (compare(store, found, comparison, value)) return null;
        return fail('the value is another', literalText(found));
      }
      const compared = compareRows(query, columns, wantedRows(store, wanted, columns.length), rows);
      return compared === null ? null : fail('the rows are others', countText(rows.length), compared);
    }
    case 'diagnostic': {
      const { code } = expectation;
      if (result.diagnostics.some((one) => one.code === code)) return null;
      const found = [...new Set(result.diagnostics.map((one) => one.code))].map((one) => `'${one}'`);
      const actual = found.length === 0 ? 'no diagnostic' : `diagnostic ${found.join(', ')}`;
      return fail('the solve has no such diagnostic', actual);
    }
    default:
      return unreachable(expectation);
  }
}

function wantedRows(
  store: Store,
  expected: Exclude<Extract<Expectation, { kind: 'query' }>['expected'], { kind: 'value' }>,
  columnCount: number,
): SqlValue[][] {
  if (expected.kind === 'rows') return expected.rows.map((row) => row.map((value) => valueOf(store, value)));
  const values = expected.values.map((value) => valueOf(store, value));
  return columnCount === 1 ? values.map((value) => [value]) : [values];
}

const valueOf = (store: Store, sql: SqlText): SqlValue =>
  runSql(sql, () => store.rows(`select (${sql.text}\n)`))[0]?.[0] ?? null;

/** SQLite's comparison without affinity; `=` and `<>` hold for null as `is` and `is not` do. */
function compare(store: Store, left: SqlValue, comparison: Comparison, right: SqlText): boolean {
  const operator = comparison === '=' ? 'is' : comparison === '<>' ? 'is not' : comparison;
  return store.rows(`select ? ${operator} ?`, [left, valueOf(store, right)])[0]?.[0] === 1;
}

/** What a solve ended in, in the words of an expectation. */
export function endOf({ status, core, diagnostics }: SolveResult): string {
  if (status !== null) {
    const names = core?.constraints.map(({ name }) => name) ?? [];
    const minimal = core === null || core.minimal ? '' : ' (not shown to be minimal)';
    return status === 'infeasible' ? `infeasible because (${names.join(', ')})${minimal}` : status;
  }
  const [first] = diagnostics.filter(isError);
  if (first === undefined) return 'no solve';
  const place = first.span === undefined ? '' : ` at ${placeOf(first.span)}`;
  return `diagnostic '${first.code}'${place}: ${first.message}`;
}

/** Whether the core has exactly these constraints. What the schema demands counts only where some of it is named. */
function isCore(because: readonly Name[], { core }: SolveResult): boolean {
  const constraints = core?.constraints ?? [];
  const wanted = new Set(because.map(({ text }) => text));
  const namesSchema = constraints.some(({ name, implied }) => implied && wanted.has(name));
  const found = constraints.filter(({ implied }) => namesSchema || !implied).map(({ name }) => name);
  return found.length === wanted.size && found.every((name) => wanted.has(name));
}

const softRows = ({ soft }: SolveResult): SqlValue[][] =>
  soft.map(({ name, priority, weight, value }) => [name, priority, weight, value]);

/** Which rows clash, for a solve that was not expected to be infeasible. */
export function coreTable({ core }: SolveResult): FailureTable | null {
  if (core === null) return null;
  const rows = core.constraints.flatMap(({ name, file, line, rows: clashing }) => {
    const shown = clashing.slice(0, CORE_ROWS).map(rowText);
    const more = clashing.length > CORE_ROWS ? [`and ${clashing.length - CORE_ROWS} more`] : [];
    const lines = [...shown, ...more];
    return (lines.length === 0 ? [''] : lines).map((text, i) => [
      i === 0 ? name : '',
      i === 0 ? `${file}:${line}` : '',
      text,
    ]);
  });
  return { columns: ['constraint', 'at', 'row'], rows };
}

const countText = (count: number): string =>
  count === 0 ? 'no row' : `${count} row${count === 1 ? '' : 's'}`;

/** What a failure says was expected: of a query only the right-hand side, since the place shows the whole. */
function expectedText(expectation: Expectation): string {
  if (expectation.kind !== 'query') return textOf(expectation.span).replace(/^expect\s+/i, '');
  const { expected } = expectation;
  switch (expected.kind) {
    case 'value':
      return expected.comparison === '='
        ? expected.value.text
        : `${expected.comparison} ${expected.value.text}`;
    case 'list':
      return `(${expected.values.map(({ text }) => text).join(', ')})`;
    case 'rows':
      return countText(expected.rows.length);
    default:
      return unreachable(expected);
  }
}
