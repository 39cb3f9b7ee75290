import type { Span } from '../base/source.js';
import type { Relation } from '../catalog/catalog.js';
import type { Arithmetic, Comparison, PolicyStatement } from '../lang/ast.js';
import type { Fragment } from './fragment.js';

/**
 * The bound tree: every name resolved, every subtree marked ground (SQLite evaluates it) or decision.
 * Each node carries the SQL it stands for, so that the checking query can be made from the same tree
 * without going through the solver's reading of it.
 */
interface Bound {
  readonly sql: Fragment;
  readonly span: Span;
}

/** Mentions no decision: one SQL expression that SQLite evaluates per row. */
export interface BoundGround extends Bound {
  readonly kind: 'ground';
  /** A column of a base table declared integer. */
  readonly integer?: boolean;
  /**
   * Set on a comparison of two integer columns of different row sources. Its sides may be read apart, each with
   * its own row source, where reading them together would make the product of both.
   */
  readonly sides?: { readonly operator: Comparison; readonly left: BoundGround; readonly right: BoundGround };
}

/** A controllable cell of a base table. */
export interface BoundDecision extends Bound {
  readonly kind: 'decision';
  readonly item: number;
  readonly column: string;
}

/** An output of a derived row source; a value or a decision expression. */
export interface BoundCell extends Bound {
  readonly kind: 'cell';
  readonly item: number;
  readonly output: number;
}

export type AggregateName =
  'sum' | 'count' | 'min' | 'max' | 'avg' | 'any' | 'all' | 'all_different' | 'all_equal' | 'increasing';

export interface BoundAggregate extends Bound {
  readonly kind: 'aggregate';
  readonly name: AggregateName;
  readonly distinct: boolean;
  /** null for `count(*)`. */
  readonly argument: BoundExpression | null;
  readonly filter: BoundExpression | null;
  /** The order of the rows, for an aggregate that depends on it; else empty. */
  readonly order: readonly BoundOrderKey[];
}

export interface BoundOrderKey {
  readonly key: BoundGround;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last';
}

/** Functions of single values that have a meaning over decisions. */
export type ScalarFunction = 'abs' | 'min' | 'max' | 'coalesce';

export type CapacityFunction = 'capacity_constraint' | 'capacity' | 'balance' | 'balance_convex';

/** One of the capacity functions: the rows of the group as items and keys. */
export interface BoundCapacity extends Bound {
  readonly kind: 'capacity';
  readonly name: CapacityFunction;
  readonly decision: BoundDecision;
  readonly key: BoundExpression;
  readonly demand: BoundExpression;
  readonly capacity: BoundExpression;
}

export type BoundExpression =
  | BoundGround
  | BoundDecision
  | BoundCell
  | BoundAggregate
  | BoundCapacity
  | (Bound & { readonly kind: 'not'; readonly operand: BoundExpression })
  | (Bound & { readonly kind: 'and' | 'or'; readonly operands: readonly BoundExpression[] })
  | (Bound & {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly left: BoundExpression;
      readonly right: BoundExpression;
    })
  | (Bound & {
      readonly kind: 'arithmetic';
      readonly operator: Arithmetic;
      readonly left: BoundExpression;
      readonly right: BoundExpression;
    })
  | (Bound & { readonly kind: 'negative'; readonly operand: BoundExpression })
  /** Equality that takes null for a value. */
  | (Bound & { readonly kind: 'is'; readonly left: BoundExpression; readonly right: BoundExpression })
  /** `operand is true` or `is false`: never null. */
  | (Bound & { readonly kind: 'truth'; readonly wanted: boolean; readonly operand: BoundExpression })
  | (Bound & {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: BoundExpression; readonly then: BoundExpression }[];
      readonly otherwise: BoundExpression | null;
    })
  | (Bound & {
      readonly kind: 'call';
      readonly name: ScalarFunction;
      readonly args: readonly BoundExpression[];
    })
  | (Bound & {
      readonly kind: 'inList';
      readonly operand: BoundExpression;
      readonly list: readonly BoundExpression[];
    })
  | (Bound & { readonly kind: 'inSelect'; readonly operand: BoundExpression; readonly select: BoundSelect })
  | (Bound & { readonly kind: 'exists'; readonly select: BoundSelect })
  | (Bound & { readonly kind: 'scalar'; readonly select: BoundSelect });

/** One source of rows, under an alias of its own. */
export interface BoundItem {
  readonly id: number;
  /** The alias the user sees. */
  readonly name: string;
  readonly source:
    /** A base table, whose decision cells are variables. */
    | { readonly kind: 'table'; readonly relation: Relation }
    /** Anything SQLite evaluates whole: a view, a ground select, a table-valued function. */
    | { readonly kind: 'ground'; readonly sql: Fragment }
    /** A select over decisions that cannot be unfolded; its rows are made while grounding. */
    | { readonly kind: 'derived'; readonly select: BoundSelect };
}

/**
 * Items that stand together in `from`: one item, or an outer join whose parts cannot be pulled apart.
 * `sql` is the text of that part of `from`.
 */
export interface BoundUnit {
  readonly items: readonly number[];
  readonly sql: Fragment;
}

export interface BoundOutput {
  readonly name: string;
  readonly expression: BoundExpression;
}

export interface BoundSelect {
  readonly items: readonly BoundItem[];
  readonly units: readonly BoundUnit[];
  /** Operands of the top-level `and` chains of `where` and inner `on`. */
  readonly conditions: readonly BoundExpression[];
  readonly grouped: boolean;
  readonly groupBy: readonly BoundExpression[];
  readonly having: readonly BoundExpression[];
  readonly outputs: readonly BoundOutput[];
  readonly span: Span;
}

/** One policy ready to be lowered; views have been unfolded into the constraints that use them. */
export interface BoundPolicy {
  readonly name: string;
  readonly statement: PolicyStatement;
  readonly select: BoundSelect;
  readonly clause: {
    readonly kind: 'check' | 'maximize' | 'minimize';
    readonly expression: BoundExpression;
    /** Decimal text of the weight, as written. */
    readonly weight: string;
    readonly priority: number;
  };
}

export const isGround = (expression: BoundExpression): expression is BoundGround =>
  expression.kind === 'ground';

/** The expressions directly below one; a nested select is not among them, its operand is. */
export function boundParts(expression: BoundExpression): readonly BoundExpression[] {
  switch (expression.kind) {
    case 'ground':
    case 'decision':
    case 'cell':
    case 'exists':
    case 'scalar':
      return [];
    case 'not':
    case 'negative':
    case 'truth':
    case 'inSelect':
      return [expression.operand];
    case 'and':
    case 'or':
      return expression.operands;
    case 'compare':
    case 'arithmetic':
    case 'is':
      return [expression.left, expression.right];
    case 'inList':
      return [expression.operand, ...expression.list];
    case 'case': {
      const branches = expression.branches.flatMap(({ when, then }) => [when, then]);
      return expression.otherwise === null ? branches : [...branches, expression.otherwise];
    }
    case 'call':
      return expression.args;
    case 'aggregate': {
      const own = [expression.argument, expression.filter].filter((part) => part !== null);
      return [...own, ...expression.order.map(({ key }) => key)];
    }
    case 'capacity':
      return [expression.decision, expression.key, expression.demand, expression.capacity];
  }
}

/** True where nothing below depends on a decision; an aggregate is ground where it adds up ground values. */
export function isGroundTree(expression: BoundExpression): boolean {
  switch (expression.kind) {
    case 'decision':
    case 'cell':
    case 'capacity':
    case 'inSelect':
    case 'exists':
    case 'scalar':
      return false;
    default:
      return boundParts(expression).every(isGroundTree);
  }
}

/**
 * A condition that reads no decision as one piece of SQL, however it was bound: it says which rows a group has.
 * Where no group is asked for it may as well be a guard.
 */
export const asGround = (condition: BoundExpression): BoundExpression =>
  condition.kind !== 'ground' && isGroundTree(condition)
    ? { kind: 'ground', sql: condition.sql, span: condition.span }
    : condition;
