import test from 'ava';
import { runCliProcess } from '../cli/helpers/run-cli-process.js';

interface Report {
  readonly failed: number;
  readonly errors: number;
  readonly tests: number;
  readonly coverage: {
    readonly percent: number;
    readonly constraints: readonly {
      readonly file: string;
      readonly name: string;
      readonly missing: readonly string[];
    }[];
  };
  readonly files: readonly {
    readonly tests: readonly {
      readonly file: string;
      readonly name: string;
      readonly failures: readonly unknown[];
    }[];
  }[];
}

test('the tests of the shipped policies pass and cover every constraint', async (t) => {
  t.timeout(300_000);
  const end = await runCliProcess(['test', 'policies', '--coverage', '--threshold', '100', '--json']);
  const report = JSON.parse(end.stdout) as Report;
  const failures = report.files.flatMap((file) => file.tests).filter((one) => one.failures.length > 0);
  t.deepEqual(failures, []);
  t.deepEqual(
    report.coverage.constraints.filter(({ missing }) => missing.length > 0),
    [],
  );
  t.deepEqual([report.failed, report.errors, report.coverage.percent, end.code], [0, 0, 100, 0]);
  t.true(report.tests > 70);
});
