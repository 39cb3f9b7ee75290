/**
 * The solver model as plain data, addressed by index. It knows no SQL: texts are coded to integers
 * before they arrive here, and a row of the database is only an `origin`.
 *
 * Shape: integer variables; a hash-consed DAG of Boolean nodes over them; hard constraints that assert
 * literals or a capacity; one linear objective per priority. Every value is a safe integer.
 */

/** Index into Model.variables. */
export type VariableId = number;
/** Index into Model.nodes. */
export type NodeId = number;
/** A Boolean node or its negation: node * 2, plus 1 when negated. */
export type Literal = number;

/**
 * An integer variable.
 * - `values` lists a finite domain, ascending and without repeats; then lo and hi are its ends.
 * - `values` is null for an interval [lo, hi]; a missing bound is null.
 * - An empty domain is `values: []`; it makes the model infeasible, blamed on `domainOrigin`.
 */
export interface Variable {
  readonly lo: number | null;
  readonly hi: number | null;
  readonly values: readonly number[] | null;
  /** For people and dumps: `request[3].controllable_dkernel`. */
  readonly label: string;
}

/** What a term multiplies: a variable's value, a literal's truth as 0/1, or a numeric node's value. */
export type TermOf =
  | { readonly kind: 'variable'; readonly variable: VariableId }
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'numeric'; readonly numeric: NumericId };

export interface Term {
  readonly of: TermOf;
  /** Non-zero. */
  readonly coefficient: number;
}

/** constant + sum of coefficient * term. No two terms multiply the same thing. */
export interface LinearExpression {
  readonly constant: number;
  readonly terms: readonly Term[];
}

/** Index into Model.numerics. */
export type NumericId = number;

/** A number defined by other parts of the model. */
export type NumericNode =
  /** The expression where the literal holds, else 0. */
  | { readonly kind: 'when'; readonly literal: Literal; readonly expression: LinearExpression }
  /** The smallest spare capacity over all keys of a capacity minus the largest capacity; never positive. */
  | { readonly kind: 'balance'; readonly capacity: Capacity }
  /** The smallest or greatest of the expressions whose literal holds. INVARIANT: in every assignment one does. */
  | { readonly kind: 'extreme'; readonly greatest: boolean; readonly entries: readonly ExtremeEntry[] }
  | { readonly kind: 'product'; readonly left: LinearExpression; readonly right: LinearExpression }
  /** Truncated towards zero; 0 where the divisor is 0. */
  | { readonly kind: 'quotient'; readonly dividend: LinearExpression; readonly divisor: LinearExpression }
  /** The demands of the present items whose value's class is `key`, summed. */
  | { readonly kind: 'load'; readonly loads: Loads; readonly key: number };

/** Items that count at the class of the value they choose. One object is shared by all nodes about it. */
export interface Loads {
  /** An item counts while `presence` holds (null: always). Demands are non-zero integers, negative ones too. */
  readonly items: readonly {
    readonly variable: VariableId;
    readonly demand: number;
    readonly presence: Literal | null;
  }[];
  /** value -> key; null is the identity. A value without a class counts nowhere. */
  readonly classes: ClassMap | null;
}

export interface ExtremeEntry {
  readonly literal: Literal;
  readonly expression: LinearExpression;
}

/** Demands of items that choose a key, against the capacity of each key. */
export interface Capacity {
  /** An item counts while `presence` holds (null: always). Demands are >= 0. */
  readonly items: readonly {
    readonly variable: VariableId;
    readonly demand: number;
    readonly presence: Literal | null;
  }[];
  /** Ascending by key, without repeats; capacities are >= 0. */
  readonly keys: readonly { readonly key: number; readonly capacity: number }[];
}

export type BooleanNode =
  | { readonly kind: 'true' }
  /** variable in values (ascending, without repeats). */
  | { readonly kind: 'member'; readonly variable: VariableId; readonly values: readonly number[] }
  /** variable <= bound. */
  | { readonly kind: 'atMost'; readonly variable: VariableId; readonly bound: number }
  /** lo <= expression <= hi; a missing bound is null, at least one is given. */
  | {
      readonly kind: 'linear';
      readonly expression: LinearExpression;
      readonly lo: number | null;
      readonly hi: number | null;
    }
  /**
   * left and right choose values of the same class. A null class map is the identity.
   * A class map gives every value that may be chosen its class; a value without one equals nothing.
   */
  | {
      readonly kind: 'same';
      readonly left: VariableId;
      readonly leftClasses: ClassMap | null;
      readonly right: VariableId;
      readonly rightClasses: ClassMap | null;
    }
  /** At least one literal holds. A conjunction is the negation of one. */
  | { readonly kind: 'or'; readonly literals: readonly Literal[] };

/** value -> class; iterated in ascending order of value. */
export type ClassMap = ReadonlyMap<number, number>;

/** Where a constraint came from; an index into the provenance that grounding keeps beside the model. */
export type OriginId = number;

export type Constraint =
  | { readonly kind: 'assert'; readonly literal: Literal; readonly origin: OriginId }
  /** Per key: the demands of present items that chose it sum to at most its capacity. Items that chose another value count nowhere. */
  | { readonly kind: 'capacity'; readonly capacity: Capacity; readonly origin: OriginId };

/** One soft constraint's share of an objective; its own value is `expression`, unweighted. */
export interface SoftTerm {
  readonly name: string;
  /** Multiplies the expression in the objective; negative for `minimize`. May be fractional. */
  readonly weight: number;
  readonly expression: LinearExpression;
}

/** Maximised; levels are decided in order, the first one first. */
export interface ObjectiveLevel {
  readonly priority: number;
  readonly soft: readonly SoftTerm[];
}

export interface Model {
  readonly variables: readonly Variable[];
  readonly nodes: readonly BooleanNode[];
  readonly numerics: readonly NumericNode[];
  readonly constraints: readonly Constraint[];
  /** Highest priority first; may be empty. */
  readonly objectives: readonly ObjectiveLevel[];
  /** Per variable: a value to start from (the previous placement), or null. */
  readonly hints: readonly (number | null)[];
}

/** One value per variable. */
export type Assignment = readonly number[];

export const negate = (literal: Literal): Literal => literal ^ 1;
export const nodeOf = (literal: Literal): NodeId => literal >> 1;
export const isNegated = (literal: Literal): boolean => (literal & 1) === 1;
export const positive = (node: NodeId): Literal => node * 2;

/** Node 0 of every model is `true`. */
export const TRUE: Literal = 0;
export const FALSE: Literal = 1;
