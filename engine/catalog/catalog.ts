import type { SourceFile } from '../base/source.js';

export type ColumnType = 'integer' | 'text' | 'boolean' | 'real' | 'any';

/** A column whose name starts so is a decision: its value is what the solver proposes. */
export const DECISION_PREFIX = 'controllable_';

export interface Column {
  /** As the database spells it. */
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  /** True for controllable columns of base tables. */
  readonly decision: boolean;
  /** Lower-case name of its collation, null for `binary`. */
  readonly collation: string | null;
  /** True for a generated column whose expression names a decision, directly or through another one. */
  readonly followsDecision: boolean;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

/** What the schema says of one base table or view. */
export interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly columns: readonly Column[];
  /** Columns that tell rows apart and are stored: the primary key, else `rowid`. Empty for views. */
  readonly identity: readonly string[];
  /** False for views and `without rowid` tables. */
  readonly hasRowid: boolean;
  readonly uniques: readonly (readonly string[])[];
  /** Statements of unique indexes that are partial or over expressions. */
  readonly otherUniques: readonly SourceFile[];
  readonly foreignKeys: readonly ForeignKey[];
  /** The defining statement; its name is what diagnostics show. */
  readonly source: SourceFile;
}

/** Names are compared without regard to case, as SQLite does. */
export class Catalog {
  private readonly byName = new Map<string, Relation>();

  constructor(readonly relations: readonly Relation[]) {
    for (const relation of relations) this.byName.set(relation.name.toLowerCase(), relation);
  }

  relation(name: string): Relation | undefined {
    return this.byName.get(name.toLowerCase());
  }
}

export function columnOf(relation: Relation, name: string): Column | undefined {
  const wanted = name.toLowerCase();
  return relation.columns.find((column) => column.name.toLowerCase() === wanted);
}

export function isDecisionName(name: string): boolean {
  return name.toLowerCase().startsWith(DECISION_PREFIX);
}
