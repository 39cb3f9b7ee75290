import type { Span } from '../base/source.js';
import type { Relation } from '../catalog/catalog.js';
import type { AggregateName, BoundPolicy, CapacityFunction, ScalarFunction } from '../check/bound.js';
import type { Arithmetic, Comparison } from '../lang/ast.js';

/**
 * What one policy asks of SQLite and what is left for the solver.
 *
 * A select falls apart into components: row sources that ground conditions tie together. Each component
 * is one query; between components only decision conditions remain, and equalities of columns where one of them
 * is chosen by a decision. The rows of the whole are the product of the components', as far as it is matched,
 * never made where an index over a decision's domain does.
 */
export interface SelectPlan {
  readonly components: readonly ComponentPlan[];
  /** Equal columns of two components: the rows of the whole are those of the product that they match. */
  readonly matches: readonly Match[];
  /** Decision conditions: together the guard of a row. */
  readonly conditions: readonly Residual[];
  readonly grouped: boolean;
  /** Slots of the `group by` expressions, by component; a decision makes a group per value of its domain, an output of a view must be known. */
  readonly groupBy: readonly (SlotResidual | DecisionResidual | CellResidual)[];
  readonly groupNames: readonly string[];
  readonly having: readonly Residual[];
  readonly outputs: readonly Residual[];
  readonly span: Span;
}

/** A null matches nothing. */
export interface Match {
  readonly left: SlotResidual;
  readonly right: SlotResidual;
}

export type ComponentPlan = QueryComponent | DerivedComponent;

export interface QueryComponent {
  readonly kind: 'query';
  /** Selects the slots, ordered by keys where all its row sources have some. */
  readonly sql: string;
  /** Slots that order the rows where the query does not; empty where it does. */
  readonly order: readonly number[];
  readonly slots: number;
  /** Values of the `?`s in order: slots of the selects around this one. */
  readonly parameters: readonly SlotResidual[];
  /** Base tables of the component and the slots of their identity. */
  readonly tables: readonly {
    readonly relation: Relation;
    readonly name: string;
    readonly identity: readonly number[];
  }[];
  /**
   * True where a row may be bound by choice: nothing but values is read from it, so that
   * `key = decision` makes each of its columns a function of the decision.
   */
  readonly choosable: boolean;
  /** True where no row source is read at all: at most one row. */
  readonly tableless: boolean;
}

export interface DerivedComponent {
  readonly kind: 'derived';
  readonly plan: SelectPlan;
}

/** A ground value: column `slot` of the row of a component, `depth` selects outwards. */
export interface SlotResidual {
  readonly kind: 'slot';
  readonly depth: number;
  readonly component: number;
  readonly slot: number;
  /** Slot that says whether the value is real, where that matters; else null. */
  readonly isReal: number | null;
  readonly span: Span;
}

/** An output of a derived component. */
export interface CellResidual {
  readonly kind: 'cell';
  readonly depth: number;
  readonly component: number;
  readonly output: number;
  readonly span: Span;
}

export interface DecisionResidual {
  readonly kind: 'decision';
  readonly depth: number;
  readonly component: number;
  readonly relation: Relation;
  readonly column: string;
  /** Slots of the row's identity, in the order of `relation.identity`. */
  readonly identity: readonly number[];
  /** Slot of the value stored now: the solver's hint, never an input of the policy. */
  readonly stored: number;
  readonly span: Span;
}

export interface AggregateResidual {
  readonly kind: 'aggregate';
  readonly name: AggregateName;
  readonly distinct: boolean;
  readonly argument: Residual | null;
  readonly filter: Residual | null;
  /** True where what it adds up, or which rows it adds up, depends on decisions. */
  readonly ofDecisions: boolean;
  /** By what the rows are ordered, for an aggregate that depends on it. */
  readonly order: readonly {
    readonly slot: SlotResidual;
    readonly descending: boolean;
    readonly nulls: 'first' | 'last';
  }[];
  readonly span: Span;
}

export interface CapacityResidual {
  readonly kind: 'capacity';
  readonly name: CapacityFunction;
  readonly decision: DecisionResidual;
  readonly key: SlotResidual;
  readonly demand: Residual;
  readonly capacity: Residual;
  /** Indices of the conditions that say no more than `decision = key`. */
  readonly keyConditions: readonly number[];
  readonly span: Span;
}

/** Operators that compare two values. */
export type CompareOperator = Comparison;
export type ArithmeticOperator = Arithmetic;
/** Functions of single values. */
export type ScalarName = ScalarFunction;

/** What is left of an expression when its ground parts have become slots. */
export type Residual =
  | SlotResidual
  | DecisionResidual
  | AggregateResidual
  | CapacityResidual
  | { readonly kind: 'constant'; readonly value: number | string | null; readonly span: Span }
  | CellResidual
  /** The value of a `group by` expression over a decision, by its number. */
  | { readonly kind: 'key'; readonly index: number; readonly span: Span }
  | { readonly kind: 'not' | 'negative'; readonly operand: Residual; readonly span: Span }
  | { readonly kind: 'truth'; readonly wanted: boolean; readonly operand: Residual; readonly span: Span }
  | { readonly kind: 'is'; readonly left: Residual; readonly right: Residual; readonly span: Span }
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: Residual; readonly then: Residual }[];
      readonly otherwise: Residual | null;
      readonly span: Span;
    }
  | {
      readonly kind: 'call';
      readonly name: ScalarFunction;
      readonly args: readonly Residual[];
      readonly span: Span;
    }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Residual[]; readonly span: Span }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Residual;
      readonly right: Residual;
      readonly span: Span;
    }
  | {
      readonly kind: 'arithmetic';
      readonly operator: Arithmetic;
      readonly left: Residual;
      readonly right: Residual;
      readonly span: Span;
    }
  | {
      readonly kind: 'inList';
      readonly operand: Residual;
      readonly list: readonly Residual[];
      readonly span: Span;
    }
  | { readonly kind: 'inSelect'; readonly operand: Residual; readonly plan: SelectPlan; readonly span: Span }
  | { readonly kind: 'exists' | 'scalar'; readonly plan: SelectPlan; readonly span: Span };

/** One policy, compiled. */
export type PolicyPlan =
  /** Mentions no decision at all: `sql` gives identity columns and, last, the value of the clause per row or group. */
  | {
      readonly kind: 'ground';
      readonly policy: BoundPolicy;
      readonly sql: string;
      readonly names: readonly string[];
    }
  | {
      readonly kind: 'decision';
      readonly policy: BoundPolicy;
      readonly select: SelectPlan;
      /** Conjuncts of the check, or the one term of a soft policy. */
      readonly clause: readonly Residual[];
    };
