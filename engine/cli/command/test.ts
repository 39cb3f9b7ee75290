import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { DiagnosticError } from '../../base/diagnostic.js';
import type { LoadedTests } from '../../policy-test/load-tests.js';
import type { CliCommand } from '../cli-command.js';
import type { ExitCode } from '../exit.js';
import { EXIT, exitOf } from '../exit.js';
import { wholeNumber } from '../option-values.js';
import type { Shell } from '../shell.js';
import type { SolverOptions } from '../solver-input.js';
import { addSolverOptions, limitsOf, withSolver } from '../solver-input.js';
import type { Suite } from '../test-report/suite.js';
import type { SuiteRequest } from '../test-suite.js';
import { usageError } from '../usage-error.js';

interface TestOptions extends SolverOptions {
  readonly run?: string;
  readonly list?: boolean;
  readonly coverage?: boolean;
  readonly threshold?: number;
  readonly mutants?: boolean;
  readonly watch?: boolean;
  readonly failOnEmpty?: boolean;
}

export const test: CliCommand = {
  formats: ['human', 'json', 'tap', 'junit'],
  longWork: true,
  configure: (command) => {
    command
      .argument('[PATHS...]', '`*.test.sql` files, or folders of them; `policies` or else `.` without one')
      .option('--run <RE>', 'only tests whose name, or FILE:NAME, this regular expression finds')
      .option('--list', 'list the tests, run none')
      .option('--coverage', 'tell which constraints were seen binding and slack')
      .addOption(
        new Option('--threshold <PERCENT>', 'exit 1 where less is covered; implies --coverage').argParser(
          percentage,
        ),
      )
      .option('--mutants', 'put small mistakes into the policies and tell which of them no test notices')
      .addOption(
        new Option('--watch', 'run again what a change to a file affects, until stopped').conflicts('list'),
      )
      .option('--fail-on-empty', 'exit 1 where there is no test to run');
    addSolverOptions(command);
    command.addHelpText(
      'after',
      '\nFormats: human (or pretty), json, tap (TAP 14), junit (XML).\n' +
        'Exit 0: all tests passed. 1: a test failed, a test file has an error, or too little is covered. 2: could not run.\n' +
        'docs/policy-tests.md tells how tests are written.',
    );
  },
  run: async (command, shell) => {
    const options = command.opts<TestOptions>();
    const request: SuiteRequest = {
      paths: command.args.length > 0 ? command.args : [existsSync('policies') ? 'policies' : '.'],
      pattern: options.run === undefined ? null : patternOf(options.run),
      coverage: options.coverage === true || options.threshold !== undefined,
      threshold: options.threshold ?? null,
      failOnEmpty: options.failOnEmpty === true,
      mutants: options.mutants === true,
    };
    const { testFilePaths } = await import('../../store/files.js');
    const { loadTests } = await import('../../policy-test/load-tests.js');
    const { controllers } = await import('../../controllers/index.js');
    const load = (): LoadedTests[] =>
      testFilePaths(request.paths).map((path) => loadTests(path, controllers));
    if (options.list === true) return list(request, load(), shell);
    if (options.watch !== true) return run(request, load(), options, shell);
    const { watchTests } = await import('../watch-tests.js');
    return watchTests(request.paths, loadable(load, shell), async (changed, all) => {
      // Of coverage only the whole tells something.
      await run(request, request.coverage ? all : changed, options, shell);
      shell.output.remark('waiting for changes');
    });
  },
};

function percentage(text: string): number {
  const value = wholeNumber(0)(text);
  if (value > 100) throw usageError('a threshold is at most 100 percent');
  return value;
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw usageError(`\`${text}\` is no regular expression`);
  }
}

/** While files are being moved about, what cannot be read is said and waited for. */
function loadable(load: () => LoadedTests[], { output }: Shell): () => LoadedTests[] {
  return () => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      output.report(error.diagnostics);
      return [];
    }
  };
}

async function list(
  request: SuiteRequest,
  loaded: readonly LoadedTests[],
  { output }: Shell,
): Promise<ExitCode> {
  const { selects } = await import('../test-suite.js');
  const { lineOf } = await import('../test-report/suite.js');
  const tests = loaded.flatMap(({ file }) =>
    file.tests
      .filter(({ name }) => selects(request, file.source.name, name.text))
      .map(({ name }) => ({ place: lineOf(name.span), name: name.text })),
  );
  const diagnostics = loaded.flatMap((one) => one.diagnostics);
  const text = tests.map(({ place, name }) => `${place} ${name}\n`).join('');
  output.answer({ fields: { tests }, text, diagnostics });
  return exitOf(diagnostics);
}

async function run(
  request: SuiteRequest,
  loaded: readonly LoadedTests[],
  options: TestOptions,
  { output, environment }: Shell,
): Promise<ExitCode> {
  const { monotonicClock } = await import('../../base/clock.js');
  const { runSuite } = await import('../test-suite.js');
  const { prettyFile } = await import('../test-report/pretty.js');
  const { Progress } = await import('../progress.js');
  const isPretty = output.format === 'human';
  const progress = new Progress(environment, monotonicClock, isPretty && !output.quiet);
  const suite = await withSolver(options.solver, (solve) =>
    runSuite(request, loaded, {
      solve,
      limits: limitsOf(options),
      clock: monotonicClock,
      onProgress: (text) => progress.show(text),
      onFile: (file) => {
        progress.end();
        if (isPretty) output.data(prettyFile(file, output.outColors));
      },
    }),
  );
  progress.end();
  return report(suite, output);
}

async function report(suite: Suite, output: Shell['output']): Promise<ExitCode> {
  const { countsOf, diagnosticsOf, summaryOf } = await import('../test-report/suite.js');
  const { prettyCoverage } = await import('../test-report/coverage.js');
  const diagnostics = diagnosticsOf(suite);
  const counts = countsOf(suite.files);
  const { prettyMutants } = await import('../test-report/mutants.js');
  const { coverage, mutants } = suite;
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
    default: {
      const table = coverage === null ? '' : prettyCoverage(coverage, output.outColors);
      const kills = mutants === null ? '' : prettyMutants(mutants, output.outColors);
      output.answer({ text: `${table}${kills}${summaryOf(counts)}\n`, diagnostics });
      output.remark(`in ${(suite.ms / 1000).toFixed(2)} s`);
    }
  }
  const fails: ExitCode = counts.failed + counts.errors > 0 ? EXIT.findings : EXIT.done;
  // Errors that failed solves ended in are findings of a test, whatever they would mean elsewhere.
  const own = exitOf([...suite.diagnostics, ...suite.files.flatMap((file) => file.diagnostics)]);
  return own > fails ? own : fails;
}
