import { existsSync } from 'node:fs';
import type { CliCommand } from '../cli-command.js';
import type { ExitCode } from '../exit.js';
import { EXIT, exitOf } from '../exit.js';
import { Progress } from '../progress.js';
import type { Shell } from '../shell.js';
import type { SolverOptions } from '../solver-input.js';
import { addSolverOptions, limitsOf, withSolver } from '../solver-input.js';
import type { Suite } from '../test-report/suite.js';
import { usageError } from '../usage-error.js';

interface TestOptions extends SolverOptions {
  readonly run?: string;
  readonly list?: boolean;
  readonly failOnEmpty?: boolean;
}

export const test: CliCommand = {
  formats: ['pretty', 'json', 'tap', 'junit'],
  longWork: true,
  configure: (command) => {
    command
      .argument('[PATHS...]', '`*.test.sql` files, or folders of them; `policies` or else `.` without one')
      .option('--run <RE>', 'only tests whose name, or FILE:NAME, this regular expression finds')
      .option('--list', 'list the tests, run none')
      .option('--fail-on-empty', 'exit 1 where there is no test to run');
    addSolverOptions(command);
    command.addHelpText(
      'after',
      '\nFormats: pretty, json, tap (TAP 14), junit (XML).\n' +
        'Exit 0: all tests passed. 1: a test failed or a test file has an error. 2: could not run.\n' +
        'docs/policy-tests.md tells how tests are written.',
    );
  },
  run: async (command, shell) => {
    const options = command.opts<TestOptions>();
    const paths = command.args.length > 0 ? command.args : [existsSync('policies') ? 'policies' : '.'];
    const pattern = options.run === undefined ? null : patternOf(options.run);
    return runOnce(paths, pattern, options, shell);
  },
};

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw usageError(`\`${text}\` is no regular expression`);
  }
}

async function runOnce(
  paths: readonly string[],
  pattern: RegExp | null,
  options: TestOptions,
  { output, environment }: Shell,
): Promise<ExitCode> {
  const { testFilePaths } = await import('../../store/files.js');
  const { loadTests } = await import('../../policy-test/load-tests.js');
  const { runTestFile } = await import('../../policy-test/run-test-file.js');
  const { controllers } = await import('../../controllers/index.js');
  const { monotonicClock } = await import('../../base/clock.js');
  const { countsOf, diagnosticsOf, lineOf, summaryOf } = await import('../test-report/suite.js');
  const selects = (file: string, name: string): boolean =>
    pattern === null || pattern.test(name) || pattern.test(`${file}:${name}`);
  const startedMs = monotonicClock.nowMs();
  const loaded = testFilePaths(paths).map((path) => loadTests(path, controllers));
  const chosen = loaded.flatMap(({ file }) =>
    file.tests.filter((one) => selects(file.source.name, one.name.text)),
  );
  if (options.list === true) {
    const tests = chosen.map(({ name }) => ({ place: lineOf(name.span), name: name.text }));
    output.answer({
      fields: { tests },
      text: tests.map(({ place, name }) => `${place} ${name}\n`).join(''),
      diagnostics: loaded.flatMap(({ diagnostics }) => diagnostics),
    });
    return exitOf(loaded.flatMap(({ diagnostics }) => diagnostics));
  }
  const { prettyFile } = await import('../test-report/pretty.js');
  const isPretty = output.format === 'pretty';
  const progress = new Progress(environment, monotonicClock, isPretty && !output.quiet);
  let done = 0;
  const suite = await withSolver(options.solver, async (solve): Promise<Suite> => {
    const setting = { solve, limits: limitsOf(options), clock: monotonicClock, observer: null };
    const files = [];
    for (const one of loaded) {
      const file = await runTestFile(
        one,
        (from, { name }) => selects(from.file.source.name, name.text),
        setting,
        () => {
          done += 1;
          progress.show(() => `${done} of ${chosen.length} tests`);
        },
      );
      files.push(file);
      progress.end();
      if (isPretty) output.data(prettyFile(file, output.outColors));
    }
    const isEmpty = chosen.length === 0 && !loaded.some(({ diagnostics }) => diagnostics.length > 0);
    const diagnostics = isEmpty ? [nothingFound(paths, pattern, options.failOnEmpty === true)] : [];
    return { files, diagnostics, ms: monotonicClock.nowMs() - startedMs };
  });
  const diagnostics = diagnosticsOf(suite);
  const counts = countsOf(suite.files);
  switch (output.format) {
    case 'tap':
      output.answer({ text: (await import('../test-report/tap.js')).tapText(suite), diagnostics });
      break;
    case 'junit':
      output.answer({ text: (await import('../test-report/junit.js')).junitText(suite), diagnostics });
      break;
    case 'json':
      output.answer({ fields: (await import('../test-report/json.js')).jsonFields(suite), diagnostics });
      break;
    default:
      output.answer({ text: `${summaryOf(counts)}\n`, diagnostics });
      output.remark(`in ${(suite.ms / 1000).toFixed(2)} s`);
  }
  const fails: ExitCode = counts.failed + counts.errors > 0 ? EXIT.findings : EXIT.done;
  // Errors that failed solves ended in are findings of a test, whatever they would mean elsewhere.
  const own = exitOf([...suite.diagnostics, ...suite.files.flatMap((file) => file.diagnostics)]);
  return own > fails ? own : fails;
}

function nothingFound(
  paths: readonly string[],
  pattern: RegExp | null,
  isError: boolean,
): Suite['diagnostics'][number] {
  const where = paths.map((path) => `\`${path}\``).join(', ');
  return {
    code: 'test/none-found',
    severity: isError ? 'error' : 'warning',
    message:
      pattern === null
        ? `there is no test in ${where}`
        : `no test in ${where} is found by \`${pattern.source}\``,
    help: 'tests are in files that end in `.test.sql`',
  };
}
