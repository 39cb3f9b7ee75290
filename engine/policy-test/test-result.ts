import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import type { SqlValue } from '../base/sql-value.js';
import type { Decision } from '../loop/controller.js';
import type { PolicyTest, TestFile } from './test-file.js';

/** An expectation that did not come true. */
export interface Failure {
  /** The expectation, or the `solve` that gave no answer. */
  readonly span: Span;
  /** One lower-case sentence. */
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
  /** More about it as rows, or null where two lines say it all. */
  readonly table: FailureTable | null;
}

export interface FailureTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** How one test ended. `error`: it could not be run to its end. */
export interface TestResult {
  readonly file: TestFile;
  readonly test: PolicyTest;
  readonly outcome: 'passed' | 'failed' | 'error';
  readonly failures: readonly Failure[];
  /** Why it could not be run, and errors that the solves of a failed test ended in. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the last solve chose; empty where it gave no answer. */
  readonly assignments: readonly Decision[];
  readonly solves: number;
  /** Wall milliseconds. */
  readonly ms: number;
}
