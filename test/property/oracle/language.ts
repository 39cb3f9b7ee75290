/** The policy language as the oracle speaks it: a tree of its own. `print.ts` writes it as text. */

export type Value = number | string | null;
export type ValueType = 'int' | 'text';
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type AggregateName =
  'sum' | 'count' | 'min' | 'max' | 'avg' | 'any' | 'all' | 'all_different' | 'all_equal' | 'increasing';

export interface Aggregate {
  readonly k: 'aggregate';
  readonly name: AggregateName;
  readonly distinct?: boolean;
  /** null: `count(*)`. */
  readonly arg: Expr | null;
  readonly filter: Expr | null;
}

export interface Capacity {
  readonly k: 'capacity';
  readonly name: 'capacity_constraint' | 'capacity' | 'balance' | 'balance_convex';
  readonly decision: Expr;
  readonly key: Expr;
  readonly demand: Expr;
  readonly capacity: Expr;
}

export type Expr =
  | { readonly k: 'value'; readonly value: Value }
  /** Without an alias only in the checks of a table. */
  | { readonly k: 'column'; readonly alias: string; readonly column: string }
  | { readonly k: 'arith'; readonly op: '+' | '-' | '*' | '/' | '%'; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'neg'; readonly a: Expr }
  | { readonly k: 'cmp'; readonly op: Comparison; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'and' | 'or'; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'not'; readonly a: Expr }
  | { readonly k: 'isNull'; readonly not: boolean; readonly a: Expr }
  | { readonly k: 'between'; readonly not: boolean; readonly a: Expr; readonly lo: Expr; readonly hi: Expr }
  | { readonly k: 'in'; readonly not: boolean; readonly a: Expr; readonly list: readonly Expr[] }
  | { readonly k: 'inSelect'; readonly not: boolean; readonly a: Expr; readonly select: Select }
  | { readonly k: 'exists'; readonly not: boolean; readonly select: Select }
  | { readonly k: 'scalar'; readonly select: Select }
  | {
      readonly k: 'case';
      /** null: each `when` is a condition. */
      readonly base: Expr | null;
      readonly whens: readonly { readonly when: Expr; readonly then: Expr }[];
      readonly otherwise: Expr | null;
    }
  | { readonly k: 'call'; readonly name: 'abs' | 'coalesce' | 'min' | 'max'; readonly args: readonly Expr[] }
  | { readonly k: 'contains'; readonly array: Expr; readonly a: Expr }
  | Aggregate
  | Capacity;

export interface Source {
  readonly alias: string;
  readonly relation: string;
  /** Written as a sub-select that passes every column on. */
  readonly nested?: boolean;
  /** How it is joined to what stands before it; the first one is `comma`. */
  readonly join: 'comma' | 'inner' | 'left';
  /** Operands of the `and` chain. */
  readonly on: readonly Expr[];
}

export interface Select {
  /** Only where it changes nothing: in a list. */
  readonly distinct?: boolean;
  readonly from: readonly Source[];
  readonly where: readonly Expr[];
  readonly groupBy: readonly Expr[];
  readonly having: readonly Expr[];
  /** Only for `increasing`: columns, each with its direction. */
  readonly orderBy?: readonly { readonly by: Expr; readonly descending: boolean }[];
  readonly out: readonly { readonly name: string; readonly expr: Expr }[];
}

export interface Policy {
  readonly name: string;
  readonly select: Select;
  readonly clause: 'check' | 'maximize' | 'minimize';
  /** Conjuncts of a check; the one term of a soft policy. */
  readonly parts: readonly Expr[];
  readonly weight: number;
  readonly priority: number;
  /** It gives decisions their domain, so that no world is without it. */
  readonly isDomain?: boolean;
}

export interface View {
  readonly name: string;
  readonly select: Select;
  /** True for a view of the policy set, false for one of the database. */
  readonly ofPolicies: boolean;
}

export interface Column {
  readonly name: string;
  readonly type: ValueType;
  readonly decision: boolean;
  /** Values a decision may take, by the schema and by the policies that only bound it. */
  readonly domain: readonly (number | string)[];
}

export interface Table {
  readonly name: string;
  readonly ddl: string;
  /** The first one tells rows apart and is no decision. */
  readonly columns: readonly Column[];
  /** In the order of the columns; decisions hold what is stored before the solve. */
  readonly rows: readonly (readonly Value[])[];
  /** What `ddl` demands beside the domains. */
  readonly uniques: readonly (readonly string[])[];
  readonly checks: readonly Expr[];
  readonly foreignKeys: readonly ForeignKey[];
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

/** One case: a database and a policy set. */
export interface World {
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly policies: readonly Policy[];
}

export const columnOf = (alias: string, column: string): Expr => ({ k: 'column', alias, column });
export const literal = (value: Value): Expr => ({ k: 'value', value });
export const equal = (a: Expr, b: Expr): Expr => ({ k: 'cmp', op: '=', a, b });

/** Direct parts of an expression, sub-queries left out. */
export function partsOf(expr: Expr): Expr[] {
  switch (expr.k) {
    case 'value':
    case 'column':
    case 'exists':
    case 'scalar':
      return [];
    case 'arith':
    case 'cmp':
    case 'and':
    case 'or':
      return [expr.a, expr.b];
    case 'neg':
    case 'not':
    case 'isNull':
    case 'inSelect':
      return [expr.a];
    case 'between':
      return [expr.a, expr.lo, expr.hi];
    case 'in':
      return [expr.a, ...expr.list];
    case 'case':
      return [
        ...(expr.base === null ? [] : [expr.base]),
        ...expr.whens.flatMap(({ when, then }) => [when, then]),
        ...(expr.otherwise === null ? [] : [expr.otherwise]),
      ];
    case 'call':
      return [...expr.args];
    case 'contains':
      return [expr.array, expr.a];
    case 'aggregate':
      return [expr.arg, expr.filter].filter((one) => one !== null);
    case 'capacity':
      return [expr.decision, expr.key, expr.demand, expr.capacity];
  }
}

/** The sub-query right under an expression. */
export function subQueryOf(expr: Expr): Select | null {
  return expr.k === 'inSelect' || expr.k === 'exists' || expr.k === 'scalar' ? expr.select : null;
}

export function hasAggregate(expr: Expr): boolean {
  return expr.k === 'aggregate' || expr.k === 'capacity' || partsOf(expr).some(hasAggregate);
}

/** Operands of an `and` chain; parentheses around a part of it change nothing. */
export function operands(expr: Expr): Expr[] {
  return expr.k === 'and' ? [...operands(expr.a), ...operands(expr.b)] : [expr];
}

export function isGrouped(select: Select, clause: readonly Expr[] = []): boolean {
  const parts = [...clause, ...select.having, ...select.out.map((out) => out.expr)];
  return select.groupBy.length > 0 || parts.some(hasAggregate);
}
