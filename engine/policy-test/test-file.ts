import type { Code } from '../base/codes.js';
import type { SourceFile, Span } from '../base/source.js';
import type { Name } from '../lang/ast.js';

/** A part of a test file that SQLite reads: its text as written, and where it stands. */
export interface SqlText {
  readonly text: string;
  readonly span: Span;
}

/** One `use` at the head of a test file: `text` is a path or a controller's name. */
export interface Use {
  readonly kind: 'schema' | 'policies' | 'controller';
  readonly text: string;
  readonly span: Span;
}

/** A parsed `*.test.sql` file. */
export interface TestFile {
  readonly source: SourceFile;
  readonly uses: readonly Use[];
  /** Statements that make the rows every test starts from. */
  readonly setup: readonly SqlText[];
  readonly tests: readonly PolicyTest[];
}

/** One `create test`. */
export interface PolicyTest {
  readonly name: Name;
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: 'statement'; readonly sql: SqlText }
  | { readonly kind: 'solve'; readonly span: Span }
  | { readonly kind: 'expect'; readonly expectation: Expectation };

/** What a solve ends in, as tests name it. */
export const STATUSES = ['optimal', 'feasible', 'infeasible', 'unknown', 'model_invalid'] as const;
export type Status = (typeof STATUSES)[number];

export const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** What a query is compared with. */
export type Expected =
  | { readonly kind: 'value'; readonly comparison: Comparison; readonly value: SqlText }
  /** Values in one pair of parentheses: one row, or rows of one column where the query has one. */
  | { readonly kind: 'list'; readonly values: readonly SqlText[] }
  | { readonly kind: 'rows'; readonly rows: readonly (readonly SqlText[])[] };

/** One `expect`. `span` covers it without its semicolon. */
export type Expectation = { readonly span: Span } & (
  | {
      readonly kind: 'status';
      readonly status: Status;
      /** Names that the core must have, no more and no fewer; null where the test does not say. */
      readonly because: readonly Name[] | null;
    }
  | {
      readonly kind: 'objective';
      /** null: the only level. */
      readonly priority: number | null;
      readonly comparison: Comparison;
      readonly value: SqlText;
    }
  | {
      readonly kind: 'soft';
      readonly name: Name;
      readonly comparison: Comparison;
      readonly value: SqlText;
    }
  | { readonly kind: 'query'; readonly query: SqlText; readonly expected: Expected }
  | { readonly kind: 'diagnostic'; readonly code: Code }
);
