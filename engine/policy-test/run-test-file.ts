import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError, isError } from '../base/diagnostic.js';
import { CompileOnce } from './compile-once.js';
import type { LoadedTests } from './load-tests.js';
import type { TestSetting } from './run-tests.js';
import { makeBase, runPolicyTest } from './run-tests.js';
import type { PolicyTest } from './test-file.js';
import type { TestResult } from './test-result.js';

/** What came of one test file. */
export interface TestFileResult {
  readonly loaded: LoadedTests;
  readonly results: readonly TestResult[];
  /** About the file itself; an error among them kept its tests from being run. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Runs the selected tests of a file, one after the other. */
export async function runTestFile(
  loaded: LoadedTests,
  selects: (loaded: LoadedTests, test: PolicyTest) => boolean,
  setting: TestSetting,
  onTest: (result: TestResult) => void = () => undefined,
): Promise<TestFileResult> {
  const { diagnostics, file } = loaded;
  const chosen = file.tests.filter((test) => selects(loaded, test));
  if (diagnostics.some(isError)) return { loaded, results: [], diagnostics };
  if (chosen.length === 0) return { loaded, results: [], diagnostics };
  try {
    const base = makeBase(loaded);
    const compiler = new CompileOnce(loaded.policies, setting.clock);
    const results: TestResult[] = [];
    for (const test of chosen) {
      const result = await runPolicyTest(loaded, test, base, compiler, setting);
      results.push(result);
      onTest(result);
    }
    return { loaded, results, diagnostics };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { loaded, results: [], diagnostics: [...diagnostics, ...error.diagnostics] };
  }
}
