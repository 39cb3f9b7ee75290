import { Option } from 'commander';
import type { SolveResult } from '../../loop/solve-database.js';
import type { CliCommand } from '../cli-command.js';
import { FINDING_FORMATS } from '../cli-command.js';
import { addPolicyOptions, policiesFor } from '../decision-policies.js';
import type { ExitCode } from '../exit.js';
import { EXIT, exitOf } from '../exit.js';
import { foldIdle } from '../fold-idle.js';
import { collect } from '../option-values.js';
import type { SolverOptions } from '../solver-input.js';
import { coreText } from '../render/core.js';
import { addSolverOptions, limitsOf, withSolver } from '../solver-input.js';
import { settingsOf } from '../policy-settings-input.js';
import { withStore } from '../with-store.js';

interface SolveCommandOptions extends SolverOptions {
  readonly db: string;
  readonly policies?: readonly string[];
  readonly controller?: readonly string[];
  readonly weight?: readonly string[];
  readonly priority?: readonly string[];
  readonly advisory?: readonly string[];
  readonly dryRun?: boolean;
}

/** More decisions than this are counted, not listed, for people. */
const LISTED = 20;

export const solve: CliCommand = {
  formats: FINDING_FORMATS,
  longWork: true,
  configure: (command) => {
    addPolicyOptions(command.requiredOption('--db <FILE>', 'the database, any SQLite database'))
      .addOption(
        new Option('--weight <NAME=NUMBER>', 'weigh a soft constraint by this; may repeat').argParser(
          collect,
        ),
      )
      .addOption(
        new Option('--priority <NAME=NUMBER>', 'solve a soft constraint at this level; may repeat').argParser(
          collect,
        ),
      )
      .addOption(
        new Option('--advisory <NAME>', 'report this policy, do not enforce it; may repeat').argParser(
          collect,
        ),
      )
      .option('--dry-run', 'solve and check, write nothing');
    addSolverOptions(command);
    command.addHelpText(
      'after',
      '\nExit 0: optimal or feasible, and written back. 1: infeasible or errors in policies. 3: no answer within the limit.',
    );
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<SolveCommandOptions>();
    const sources = await policiesFor(options.policies ?? [], options.controller ?? [], environment.stdin);
    const settings = settingsOf(options);
    const { solveDatabase } = await import('../../loop/solve-database.js');
    const { monotonicClock } = await import('../../base/clock.js');
    const result = await withStore(options.db, 'plain', (store) =>
      withSolver(options.solver, (solver) =>
        solveDatabase(store, sources, {
          limits: limitsOf(options),
          settings,
          dryRun: options.dryRun === true,
          reportIdle: true,
          reportFixes: true,
          clock: monotonicClock,
          solve: solver,
        }),
      ),
    );
    const whole = { diagnostics: result.diagnostics, line: null };
    // Programs get all of them.
    const { diagnostics, line } =
      output.isDocument || output.format === 'github' ? whole : foldIdle(result.diagnostics, options.db);
    output.answer({
      fields: documentOf(result),
      text: textOf(result, options.dryRun === true),
      diagnostics,
    });
    if (line !== null) output.remark(line);
    return exitCode(result);
  },
};

function exitCode(result: SolveResult): ExitCode {
  switch (result.status) {
    case 'optimal':
    case 'feasible':
      return EXIT.done;
    case 'infeasible':
      return EXIT.findings;
    case 'unknown':
      return EXIT.limit;
    case 'model_invalid':
      return EXIT.failed;
    case null:
      return exitOf(result.diagnostics);
  }
}

function documentOf(result: SolveResult): Readonly<Record<string, unknown>> {
  const [only, ...more] = result.levels;
  const single = more.length === 0 ? only : undefined;
  return {
    status: result.status,
    objective: single?.value ?? null,
    bound: single?.bound ?? null,
    gap: single?.gap ?? null,
    objectives: result.levels,
    soft: result.soft,
    assignments: result.assignments,
    core: result.core,
    stats: {
      backend: result.backend,
      variables: result.variables,
      constraints: result.constraints,
      ms: result.ms,
    },
  };
}

function textOf(result: SolveResult, dryRun: boolean): string {
  if (result.status === null) return '';
  const lines: string[] = [];
  // What went wrong is said by the diagnostics.
  if (result.core !== null) return coreText(result.core);
  if (result.status === 'infeasible' || result.status === 'unknown') return `${result.status}\n`;
  if (result.status === 'model_invalid') return 'model_invalid: nothing was written\n';
  const objectives = result.levels.map(
    ({ value, gap }) => `${value}${gap === null || gap === 0 ? '' : ` (gap ${gap.toPrecision(2)})`}`,
  );
  const changed = result.assignments.filter(({ value, previous }) => value !== previous);
  lines.push(
    `${result.status}: objective ${objectives.join(', ')}; ${changed.length} of ${result.assignments.length} decisions ${dryRun ? 'would change' : 'changed'}`,
  );
  for (const { name, value } of result.soft) lines.push(`  ${name} = ${value}`);
  for (const { table, key, column, value, previous } of changed.slice(0, LISTED)) {
    const row = Object.entries(key)
      .map(([name, cell]) => `${name}=${String(cell)}`)
      .join(' ');
    lines.push(`  ${table} ${row}: ${column} ${String(previous)} -> ${String(value)}`);
  }
  if (changed.length > LISTED) lines.push(`  ... and ${changed.length - LISTED} more`);
  return `${lines.join('\n')}\n`;
}
