import { must } from '../base/assert.js';
import type { Span } from '../base/source.js';
import type { SqlRecord, SqlValue } from '../base/sql-value.js';
import type { Relation } from '../catalog/catalog.js';
import { columnOf } from '../catalog/catalog.js';
import type { DecisionResidual } from '../lower/plan.js';
import { tableQuery, unnamedRowQuery, valuesQuery } from '../lower/table-query.js';
import type { ModelBuilder } from '../model/builder.js';
import type { VariableId } from '../model/model.js';
import { byNumber } from '../base/order.js';
import type { GroundCache } from './ground-cache.js';
import { GroundError } from './ground-error.js';
import type { Reader } from './reader.js';
import type { TextCodes } from './symbol.js';

/** One controllable cell that this solve decides. */
export interface DecisionCell {
  readonly relation: Relation;
  readonly column: string;
  readonly key: SqlRecord;
  readonly variable: VariableId;
  readonly text: boolean;
  /** The value stored before the solve. */
  readonly stored: SqlValue;
}

interface ColumnDomain {
  readonly text: boolean;
  readonly values: readonly number[] | null;
}

/** Key of a row in maps: the bare value for a single column, canonical text for several. */
function rowKey(values: readonly SqlValue[]): SqlValue {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  return JSON.stringify(values.map((value) => (typeof value === 'bigint' ? `${value}n` : value)));
}

/**
 * The same base cell is the same variable, whatever views, aliases or joins it is seen through.
 * Its first domain is what the schema says: foreign key, boolean; policies and table checks narrow it later.
 */
export class Variables {
  readonly cells: DecisionCell[] = [];
  private readonly byColumn = new Map<string, Map<string, Map<SqlValue, DecisionCell>>>();
  private readonly byResidual = new Map<DecisionResidual, Map<SqlValue, DecisionCell>>();
  private readonly domains = new Map<string, ColumnDomain>();
  /** When closed, cells that no policy has made variables keep their stored value. */
  closed = false;
  private touched = false;

  constructor(
    private readonly builder: ModelBuilder,
    private readonly texts: TextCodes,
    private readonly reader: Reader,
    private readonly cache: GroundCache,
  ) {}

  /** Starts a row; `isTouched` then tells whether any cell of it is a variable. */
  startRow(): void {
    this.touched = false;
  }

  isTouched(): boolean {
    return this.touched;
  }

  /** The variable of a cell, or null when the registry is closed and the cell is none. */
  cell(
    relation: Relation,
    column: string,
    identity: readonly SqlValue[],
    stored: SqlValue,
    span: Span,
  ): DecisionCell | null {
    const cells = this.known(relation, column);
    const key = rowKey(identity);
    const known = cells.get(key);
    if (known !== undefined) {
      this.touched = true;
      return known;
    }
    if (this.closed) return null;
    this.touched = true;
    const domain = this.domain(relation, column, span);
    const keyRecord: Record<string, SqlValue> = {};
    relation.identity.forEach((name, i) => (keyRecord[name] = identity[i] ?? null));
    const label = `${relation.name}[${identity.map(String).join(',')}].${column}`;
    const { values } = domain;
    const [lo, hi] =
      values === null || values.length === 0
        ? [null, null]
        : [values[0] ?? null, values[values.length - 1] ?? null];
    const variable = this.builder.variable({ lo, hi, values, label }, this.hint(domain, stored));
    const cell: DecisionCell = { relation, column, key: keyRecord, variable, text: domain.text, stored };
    cells.set(key, cell);
    this.cells.push(cell);
    return cell;
  }

  /**
   * The cell that a decision means in a row, where it is a variable already and its table has a key of one column: what
   * most rows ask for, found without making that key.
   */
  knownCell(residual: DecisionResidual, row: readonly SqlValue[]): DecisionCell | undefined {
    const { identity, relation, column } = residual;
    const [slot] = identity;
    if (slot === undefined || identity.length > 1) return undefined;
    let cells = this.byResidual.get(residual);
    if (cells === undefined) {
      cells = this.known(relation, column);
      this.byResidual.set(residual, cells);
    }
    const cell = cells.get(row[slot] ?? null);
    if (cell !== undefined) this.touched = true;
    return cell;
  }

  private known({ name }: Relation, column: string): Map<SqlValue, DecisionCell> {
    let columns = this.byColumn.get(name);
    if (columns === undefined) {
      columns = new Map();
      this.byColumn.set(name, columns);
    }
    let cells = columns.get(column);
    if (cells === undefined) {
      cells = new Map();
      columns.set(column, cells);
    }
    return cells;
  }

  /** Every row of a table that a policy reads itself. */
  registerTable(relation: Relation, span: Span): void {
    const columns = relation.columns.filter((column) => column.decision).map((column) => column.name);
    if (columns.length === 0) return;
    const rows = this.reader.rows(tableQuery(relation, columns));
    for (const row of rows) {
      const identity = row.slice(0, relation.identity.length);
      columns.forEach((column, i) => {
        this.cell(relation, column, identity, row[relation.identity.length + i] ?? null, span);
      });
    }
  }

  /** Cells of one column that are variables. */
  cellsOf(relation: Relation, column: string): readonly DecisionCell[] {
    return [...this.known(relation, column).values()];
  }

  private hint(domain: ColumnDomain, stored: SqlValue): number | null {
    if (typeof stored === 'string') return domain.text ? this.texts.code(stored) : null;
    return typeof stored === 'number' && !domain.text && Number.isSafeInteger(stored) ? stored : null;
  }

  private domain(relation: Relation, name: string, span: Span): ColumnDomain {
    const id = `${relation.name}\0${name}`;
    const known = this.domains.get(id);
    if (known !== undefined) return known;
    const domain = this.readDomain(relation, name, span);
    this.domains.set(id, domain);
    return domain;
  }

  private readDomain(relation: Relation, name: string, span: Span): ColumnDomain {
    const column = must(columnOf(relation, name), `column ${name}`);
    const unnamed = unnamedRowQuery(relation);
    if (unnamed !== null && this.reader.rows(unnamed).length > 0) {
      throw new GroundError(
        'ground/bad-argument',
        `\`${relation.name}\` has a row whose primary key is null, so its decisions cannot be told apart`,
        span,
        'give the row a key',
      );
    }
    if (column.type === 'real') {
      throw new GroundError(
        'lower/unsupported',
        `the decision \`${relation.name}.${name}\` is real; only integer, text and boolean decisions are supported yet`,
        span,
        'declare it integer, in a smaller unit',
      );
    }
    const single = relation.foreignKeys.filter(
      (key) => key.columns.length === 1 && key.columns[0]?.toLowerCase() === name.toLowerCase(),
    );
    let values: readonly number[] | null = column.type === 'boolean' ? [0, 1] : null;
    let text = column.type === 'text';
    for (const key of single) {
      const rows = this.parentRows(key.parent, key.parentColumns[0] ?? 'rowid', span);
      const integers = text || values !== null ? null : this.cache.domain(rows);
      if (integers !== null) {
        values = integers;
        continue;
      }
      text = text || rows.some(([value]) => typeof value === 'string');
      const codes = new Set(rows.map(([value]) => this.code(value ?? null, text, span)));
      values = [...(values?.filter((value) => codes.has(value)) ?? codes)].sort(byNumber);
    }
    return { text, values };
  }

  private parentRows(table: string, column: string, span: Span): SqlValue[][] {
    try {
      return this.reader.rows(valuesQuery(table, column));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new GroundError('ground/sql', `the foreign key to \`${table}\` cannot be read: ${reason}`, span);
    }
  }

  private code(value: SqlValue, text: boolean, span: Span): number {
    if (text) {
      if (typeof value === 'string') return this.texts.code(value);
      throw new GroundError('type/mismatch', 'a foreign key mixes texts and numbers', span);
    }
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new GroundError('ground/unsafe-integer', `the key ${String(value)} is no integer below 2^53`, span);
  }

  /** The model value of an SQL value for a cell of this kind, or null when no cell of it can take that value. */
  modelValue(text: boolean, value: SqlValue): number | null {
    if (typeof value === 'string') return text ? this.texts.code(value) : null;
    return !text && typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
  }

  /** The SQL value of a model value. */
  sqlValue(cell: DecisionCell, value: number): SqlValue {
    return cell.text ? must(this.texts.text(value), `text of code ${value}`) : value;
  }
}
