import { statSync } from 'node:fs';
import type { Diagnostic } from '../base/diagnostic.js';
import type { Clock } from '../base/clock.js';
import type { Solve } from '../loop/decide.js';
import { CoverageRecorder, coverageTotal } from '../policy-test/coverage.js';
import type { LoadedTests } from '../policy-test/load-tests.js';
import type { TestFileResult } from '../policy-test/run-test-file.js';
import { runMutants } from '../policy-test/run-mutants.js';
import { runTestFile } from '../policy-test/run-test-file.js';
import type { SolveLimits } from '../solve/solver.js';
import { readPolicyPaths } from '../store/files.js';
import type { Suite } from './test-report/suite.js';
import { countsOf, isBroken } from './test-report/suite.js';

/** Which tests of the files are run, and what is asked of the whole. */
export interface SuiteRequest {
  /** As given on the command line. */
  readonly paths: readonly string[];
  readonly pattern: RegExp | null;
  readonly coverage: boolean;
  /** Percent; null where any coverage will do. */
  readonly threshold: number | null;
  readonly failOnEmpty: boolean;
  /** Whether the tests are run on mutants of the policies, once they pass. */
  readonly mutants: boolean;
}

export interface SuiteSetting {
  readonly solve: Solve;
  readonly limits: SolveLimits;
  readonly clock: Clock;
  /** What is being done, for people. */
  readonly onProgress: (text: () => string) => void;
  readonly onFile: (file: TestFileResult) => void;
}

/** Wall milliseconds for one solve of a mutant where the command line sets no limit. */
const MUTANT_MS = 5_000;

export function selects({ pattern }: SuiteRequest, file: string, name: string): boolean {
  return pattern === null || pattern.test(name) || pattern.test(`${file}:${name}`);
}

/** Runs the files one after the other. */
export async function runSuite(
  request: SuiteRequest,
  loaded: readonly LoadedTests[],
  { solve, limits, clock, onProgress, onFile }: SuiteSetting,
): Promise<Suite> {
  const startedMs = clock.nowMs();
  const recorder = request.coverage ? new CoverageRecorder(solve, limits) : null;
  if (recorder !== null) {
    recorder.declare(readPolicyPaths(request.paths.filter((path) => isFolder(path))));
    for (const { policies } of loaded) recorder.declare(policies);
  }
  let done = 0;
  const files: TestFileResult[] = [];
  for (const one of loaded) {
    const file = await runTestFile(
      one,
      ({ file: { source } }, { name }) => selects(request, source.name, name.text),
      { solve, limits, clock, observer: recorder },
      () => {
        done += 1;
        onProgress(() => `${done} tests`);
      },
    );
    files.push(file);
    onFile(file);
  }
  const coverage = recorder?.constraints ?? null;
  const diagnostics: Diagnostic[] = [];
  if (done === 0 && !files.some(isBroken)) diagnostics.push(nothingFound(request));
  const percent = coverage === null ? 100 : coverageTotal(coverage).percent;
  if (request.threshold !== null && percent < request.threshold) {
    const message = `the tests cover ${percent} % of the policies, less than ${request.threshold} %`;
    diagnostics.push({ code: 'test/low-coverage', severity: 'error', message });
  }
  const { failed, errors } = countsOf(files);
  const mutants =
    request.mutants && failed + errors === 0
      ? await runMutants(
          loaded,
          ({ file: { source } }, { name }) => selects(request, source.name, name.text),
          // A mistake may make a solve endless; that is noticed too.
          { solve, limits: { ...limits, timeMs: limits.timeMs ?? MUTANT_MS }, clock, observer: null },
          (count, of) => onProgress(() => `${count} of ${of} mutants`),
        )
      : null;
  return { files, coverage, mutants, diagnostics, ms: clock.nowMs() - startedMs };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function nothingFound({ paths, pattern, failOnEmpty }: SuiteRequest): Diagnostic {
  const where = paths.map((path) => `\`${path}\``).join(', ');
  return {
    code: 'test/none-found',
    severity: failOnEmpty ? 'error' : 'warning',
    message:
      pattern === null
        ? `there is no test in ${where}`
        : `no test in ${where} is found by \`${pattern.source}\``,
    help: 'tests are in files that end in `.test.sql`',
  };
}
