import { isError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { byText } from '../base/order.js';
import { openSnapshot } from '../store/snapshot.js';
import type { Snapshot } from '../store/snapshot.js';
import { CompileOnce } from './compile-once.js';
import type { LoadedTests } from './load-tests.js';
import type { Mutant } from './mutants.js';
import { mutantsOf } from './mutants.js';
import type { TestSetting } from './run-tests.js';
import { makeBase, runPolicyTest } from './run-tests.js';
import type { PolicyTest } from './test-file.js';

/** What the tests made of one mutant. */
export interface MutantResult {
  readonly mutant: Mutant;
  /** The test that failed on it; null where all passed, so that nobody would notice the mistake. */
  readonly killedBy: PolicyTest | null;
}

interface Runnable {
  readonly loaded: LoadedTests;
  readonly base: Snapshot;
  readonly tests: readonly PolicyTest[];
}

/**
 * Runs the selected tests on every mutant of every policy file under test, up to the first test that fails.
 *
 * - Mutants that do not compile are left out: no test is needed against them.
 * - INVARIANT: the tests pass on the policies as they are.
 */
export async function runMutants(
  files: readonly LoadedTests[],
  selects: (loaded: LoadedTests, test: PolicyTest) => boolean,
  setting: TestSetting,
  onMutant: (done: number, of: number) => void,
): Promise<MutantResult[]> {
  const runnable = files
    .filter(({ diagnostics }) => !diagnostics.some(isError))
    .map((loaded): Runnable => {
      const tests = loaded.file.tests.filter((test) => selects(loaded, test));
      return { loaded, base: makeBase(loaded), tests };
    })
    .filter(({ tests }) => tests.length > 0);
  const policies = new Map<string, SourceFile>();
  for (const { loaded } of runnable) for (const one of loaded.policies) policies.set(one.name, one);
  const mutants = [...policies.values()].sort((a, b) => byText(a.name, b.name)).flatMap(mutantsOf);
  const results: MutantResult[] = [];
  for (const [i, mutant] of mutants.entries()) {
    const killedBy = await firstFailure(mutant, runnable, setting);
    if (killedBy !== 'invalid') results.push({ mutant, killedBy });
    onMutant(i + 1, mutants.length);
  }
  return results;
}

async function firstFailure(
  mutant: Mutant,
  files: readonly Runnable[],
  setting: TestSetting,
): Promise<PolicyTest | null | 'invalid'> {
  const { name } = mutant.source;
  const users = files.filter(({ loaded }) => loaded.policies.some((one) => one.name === name));
  // The file's own tests are the most likely to notice.
  const isOwn = ({ loaded }: Runnable): boolean =>
    loaded.file.source.name.replace(/\.test\.sql$/, '.sql') === name;
  const ordered = [...users.filter(isOwn), ...users.filter((one) => !isOwn(one))];
  for (const { loaded, base, tests } of ordered) {
    const policies = loaded.policies.map((one) => (one.name === name ? mutant.source : one));
    const changed = { ...loaded, policies };
    const compiler = new CompileOnce(policies, setting.clock);
    if (!compiles(base, compiler)) return 'invalid';
    for (const test of tests) {
      const { outcome } = await runPolicyTest(changed, test, base, compiler, setting);
      if (outcome !== 'passed') return test;
    }
  }
  return null;
}

function compiles(base: Snapshot, compiler: CompileOnce): boolean {
  const store = openSnapshot(base);
  try {
    return compiler.for(store).compiled !== null;
  } finally {
    store.close();
  }
}
