import type { Diagnostic } from '../../base/diagnostic.js';
import { isError } from '../../base/diagnostic.js';
import { positionAt } from '../../base/source.js';
import type { Span } from '../../base/source.js';
import type { ConstraintCoverage } from '../../policy-test/coverage.js';
import type { MutantResult } from '../../policy-test/run-mutants.js';
import type { TestFileResult } from '../../policy-test/run-test-file.js';
import type { TestResult } from '../../policy-test/test-result.js';

/** Everything a run of `edict test` has to tell, whichever format it is asked for. */
export interface Suite {
  readonly files: readonly TestFileResult[];
  /** What the tests have shown of each constraint; null where that was not asked for. */
  readonly coverage: readonly ConstraintCoverage[] | null;
  /** What the tests made of mutants of the policies; null where that was not asked for, or a test fails anyway. */
  readonly mutants: readonly MutantResult[] | null;
  /** About the run as a whole: nothing found, too little covered. */
  readonly diagnostics: readonly Diagnostic[];
  /** Wall milliseconds. */
  readonly ms: number;
}

export interface Counts {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  /** Tests that could not be run to their end, and files none of whose tests could be run. */
  readonly errors: number;
}

export const isBroken = ({ diagnostics }: TestFileResult): boolean => diagnostics.some(isError);

export function countsOf(files: readonly TestFileResult[]): Counts {
  const results = files.flatMap((file) => file.results);
  const count = (outcome: TestResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const errors = count('error') + files.filter(isBroken).length;
  return { tests: results.length, passed: count('passed'), failed: count('failed'), errors };
}

/** Everything to be reported as diagnostics. */
export function diagnosticsOf({ files, diagnostics }: Suite): Diagnostic[] {
  return [
    ...diagnostics,
    ...files.flatMap((file) => [
      ...file.diagnostics,
      ...file.results.flatMap((result) => result.diagnostics),
    ]),
  ];
}

/** `12 tests: 11 passed, 1 failed`. */
export function summaryOf({ tests, passed, failed, errors }: Counts): string {
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (errors > 0) parts.push(`${errors} could not be run`);
  return `${tests} test${tests === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

/** `file:line`. */
export function lineOf(span: Span): string {
  return `${span.source.name}:${positionAt(span.source, span.start).line}`;
}
