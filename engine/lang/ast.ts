import type { Span } from '../base/source.js';

/** A name as written; compared without regard to case. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';
/** Operators that only SQLite evaluates here. */
export type OtherOperator =
  | '||'
  | '->'
  | '->>'
  | '&'
  | '|'
  | '<<'
  | '>>'
  | 'is'
  | 'is not'
  | 'like'
  | 'not like'
  | 'glob'
  | 'not glob'
  | 'match'
  | 'not match'
  | 'regexp'
  | 'not regexp';

export type Expression =
  | LiteralExpression
  | { readonly kind: 'column'; readonly qualifier: Name | null; readonly name: Name; readonly span: Span }
  | {
      readonly kind: 'unary';
      readonly operator: '-' | '+' | '~' | 'not';
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly operator: 'and' | 'or' | Comparison | Arithmetic | OtherOperator;
      readonly left: Expression;
      readonly right: Expression;
      /** `like a escape b`. */
      readonly escape: Expression | null;
      readonly span: Span;
    }
  | {
      readonly kind: 'between';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'nullTest';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'inList';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly list: readonly Expression[];
      readonly span: Span;
    }
  | {
      readonly kind: 'inSelect';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly select: Select;
      readonly span: Span;
    }
  | { readonly kind: 'exists'; readonly select: Select; readonly span: Span }
  | { readonly kind: 'scalarSelect'; readonly select: Select; readonly span: Span }
  | {
      readonly kind: 'case';
      readonly operand: Expression | null;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | null;
      readonly span: Span;
    }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: string; readonly span: Span }
  | { readonly kind: 'collate'; readonly operand: Expression; readonly collation: Name; readonly span: Span }
  | { readonly kind: 'rowValue'; readonly items: readonly Expression[]; readonly span: Span }
  | CallExpression;

export interface LiteralExpression {
  readonly kind: 'literal';
  /** `integer` keeps its digits, without underscores, because it may exceed 2^53; `boolean` is `true`/`false`. */
  readonly type: 'integer' | 'real' | 'text' | 'blob' | 'null' | 'boolean' | 'clock';
  readonly text: string;
  readonly span: Span;
}

export interface CallExpression {
  readonly kind: 'call';
  readonly name: Name;
  readonly distinct: boolean;
  /** `count(*)`. */
  readonly star: boolean;
  readonly args: readonly Expression[];
  /** `group_concat(x order by y)`. */
  readonly orderBy: readonly OrderTerm[];
  readonly filter: Expression | null;
  /** A window function: its window, or the name of one that the select declares. */
  readonly over: Window | { readonly kind: 'named'; readonly name: Name } | null;
  readonly span: Span;
}

export type ResultColumn =
  | { readonly kind: 'star'; readonly qualifier: Name | null; readonly span: Span }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly alias: Name | null };

/** Hints that change no result are left out: `indexed by`, `cross`, `materialized`. */
export type FromItem =
  | {
      readonly kind: 'table';
      /** `main.` or `temp.`, as written. */
      readonly schema: Name | null;
      readonly name: Name;
      readonly alias: Name | null;
      /** A table-valued function's arguments. */
      readonly args: readonly Expression[] | null;
      readonly span: Span;
    }
  | { readonly kind: 'select'; readonly select: Select; readonly alias: Name | null; readonly span: Span }
  | {
      readonly kind: 'join';
      readonly type: 'inner' | 'left' | 'right' | 'full';
      readonly natural: boolean;
      readonly left: FromItem;
      readonly right: FromItem;
      readonly on: Expression | null;
      readonly using: readonly Name[] | null;
      readonly span: Span;
    };

export interface OrderTerm {
  readonly expression: Expression;
  readonly descending: boolean;
  /** Where nulls stand; null leaves it to SQLite. */
  readonly nulls: 'first' | 'last' | null;
}

/** `( [base] [partition by ...] [order by ...] [frame] )`. */
export interface Window {
  readonly kind: 'window';
  readonly base: Name | null;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderTerm[];
  /** Its tokens with one space between them, keywords in lower case: SQLite's business. */
  readonly frame: string | null;
}

export interface SelectCore {
  readonly distinct: boolean;
  readonly columns: readonly ResultColumn[];
  readonly from: FromItem | null;
  readonly where: Expression | null;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | null;
  /** Rows of `values (...)`; then every other part is empty. */
  readonly values: readonly (readonly Expression[])[] | null;
  readonly windows: readonly { readonly name: Name; readonly window: Window }[];
  readonly span: Span;
}

export interface CommonTable {
  readonly name: Name;
  readonly columns: readonly Name[] | null;
  readonly select: Select;
}

export interface Select {
  readonly with: { readonly recursive: boolean; readonly tables: readonly CommonTable[] } | null;
  readonly core: SelectCore;
  /** `union`, `union all`, `intersect`, `except` and what follows. */
  readonly compound: readonly { readonly operator: string; readonly core: SelectCore }[];
  readonly orderBy: readonly OrderTerm[];
  readonly limit: Expression | null;
  readonly offset: Expression | null;
  readonly span: Span;
}

/** One statement of a policy file. Neither clause: a policy-local view. */
export interface PolicyStatement {
  readonly name: Name;
  readonly select: Select;
  readonly clause: {
    readonly kind: 'check' | 'maximize' | 'minimize';
    readonly expression: Expression;
    /** Decimal text; null means 1. */
    readonly weight: { readonly text: string; readonly span: Span } | null;
    /** null means 0. */
    readonly priority: { readonly value: number; readonly span: Span } | null;
  } | null;
  readonly span: Span;
}
