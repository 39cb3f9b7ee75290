import { InvalidArgumentError, Option } from 'commander';
import { unreachable } from '../../base/assert.js';
import type { Catalog, Relation } from '../../catalog/catalog.js';
import type { Measured, Stage } from '../bench/measure-size.js';
import type { CliCommand } from '../cli-command.js';
import { addPolicyOptions, policiesFor } from '../decision-policies.js';
import { EXIT, exitOf } from '../exit.js';
import { collect, wholeNumber } from '../option-values.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';
import { renderCsv } from '../rows/csv.js';
import { renderMarkdown } from '../rows/markdown.js';
import type { Result } from '../rows/result.js';
import { renderTable } from '../rows/table.js';
import type { SolverOptions } from '../solver-input.js';
import { addSolverOptions, limitsOf, withSolver } from '../solver-input.js';
import { usageError } from '../usage-error.js';
import { withStore } from '../with-store.js';

const FORMATS = ['human', 'plain', 'json', 'csv', 'markdown'] as const;

interface BenchOptions extends SolverOptions {
  readonly db: string;
  readonly policies?: readonly string[];
  readonly controller?: readonly string[];
  readonly sizes: readonly number[];
  readonly table?: readonly string[];
  readonly runs: number;
}

const MOST = 10_000;
/** Wall milliseconds for one solve where none are given. */
const TIME_LIMIT_MS = 10_000;
/** A copy of `STAGES`, so that `--help` loads no solver. */
const STAGES: readonly Stage[] = ['ground', 'presolve', 'solve', 'verify', 'total'];

function sizesFrom(text: string): readonly number[] {
  const sizes = text.split(',').map(Number);
  const isSize = (size: number): boolean => size > 0 && size <= MOST && (size < 1 || Number.isInteger(size));
  if (!sizes.every(isSize)) {
    throw new InvalidArgumentError(
      `It is a list such as 0.5,1,2: shares below 1, or whole numbers up to ${MOST}`,
    );
  }
  return [...new Set(sizes)].sort((a, b) => a - b);
}

export const bench: CliCommand = {
  formats: FORMATS,
  longWork: true,
  configure: (command) => {
    addPolicyOptions(command.requiredOption('--db <FILE>', 'the database; it is only read'))
      .addOption(
        new Option('--sizes <LIST>', 'times as large as the database is')
          .default([1, 2, 4], '1,2,4')
          .argParser(sizesFrom),
      )
      .addOption(
        new Option('--table <NAME>', 'multiply the rows of these tables only; may repeat').argParser(collect),
      )
      .option('--runs <N>', 'solves of each size; the median counts', wholeNumber(1), 3);
    addSolverOptions(command);
    command.addHelpText(
      'after',
      `\nWorks on copies in memory. A solve may take ${TIME_LIMIT_MS} ms unless \`--time-limit\` says otherwise.` +
        '\nExit 0: measured. 1: errors in policies or their rows.',
    );
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<BenchOptions>();
    const sources = await policiesFor(options.policies ?? [], options.controller ?? [], environment.stdin);
    const { monotonicClock: clock } = await import('../../base/clock.js');
    const { snapshotOf } = await import('../../store/snapshot.js');
    const { catalogOf } = await import('../../check/schema.js');
    const { introspect } = await import('../../store/introspect.js');
    const { calibrate } = await import('../bench/calibrate.js');
    const { measureSize } = await import('../bench/measure-size.js');
    const { tablesToMultiply } = await import('../bench/tables-to-multiply.js');
    const { snapshot, catalog } = await withStore(options.db, 'read', (store) => ({
      snapshot: snapshotOf(store),
      catalog: catalogOf(introspect(store)),
    }));
    const chosen =
      options.table === undefined
        ? tablesToMultiply(sources, catalog)
        : options.table.map((name) => tableOf(catalog, name));
    const limits = { ...limitsOf(options), timeMs: options.timeLimit ?? TIME_LIMIT_MS };
    const progress = new Progress(environment, clock, !output.quiet && !output.isDocument);
    const calibrationMs = calibrate(clock);
    const measured: Measured[] = [];
    await withSolver(options.solver, async (solve) => {
      for (const size of options.sizes) {
        const one = await measureSize(size, {
          ...{ snapshot, catalog, chosen, sources, limits, clock, solve },
          named: options.table !== undefined,
          runs: options.runs,
          note: (run) => progress.show(() => `size ${size}: run ${run} of ${options.runs}`),
        });
        measured.push(one);
        if (one.status === null) break;
      }
    }).finally(() => progress.end());
    const { growthOf } = await import('../bench/growth.js');
    const growth = new Map(
      STAGES.map((stage) => [stage, growthOf(measured.map(({ rows, ms }) => ({ rows, ms: ms[stage] })))]),
    );
    const failed = measured.filter(({ status }) => status === null).flatMap((one) => one.diagnostics);
    output.answer({
      fields: documentOf(measured, growth, calibrationMs, options.runs),
      text: failed.length > 0 ? '' : textOf(measured, growth, calibrationMs, options.runs, output),
      diagnostics: failed,
    });
    return failed.length > 0 ? exitOf(failed) : EXIT.done;
  },
};

function tableOf(catalog: Catalog, name: string): Relation {
  const relation = catalog.relation(name);
  if (relation?.kind === 'table') return relation;
  const tables = catalog.relations.filter(({ kind }) => kind === 'table').map((one) => one.name);
  throw usageError(`the database has no table \`${name}\``, `its tables are ${tables.join(', ')}`);
}

type Growth = ReadonlyMap<Stage, number | null>;

const rounded = (value: number): number => Number(value.toPrecision(3));

function documentOf(
  measured: readonly Measured[],
  growth: Growth,
  calibrationMs: number,
  runs: number,
): Readonly<Record<string, unknown>> {
  return {
    runs,
    calibration_ms: rounded(calibrationMs),
    multiplied: measured.at(-1)?.multiplied ?? [],
    kept: measured.at(-1)?.kept ?? [],
    sizes: measured.map(
      ({ size, rows, decisions, constraints, status, objective, gap, backend, ms, peakMb }) => ({
        ...{ size, rows, decisions, constraints, status, objective, gap, backend },
        ms: Object.fromEntries(STAGES.map((stage) => [stage, rounded(ms[stage])])),
        peak_mb: peakMb,
      }),
    ),
    growth: Object.fromEntries(
      STAGES.map((stage) => {
        const exponent = growth.get(stage) ?? null;
        return [stage, exponent === null ? null : rounded(exponent)];
      }),
    ),
  };
}

/** One row a size; the figures as they stand in JSON. */
function rowsOf(measured: readonly Measured[]): Result {
  return {
    columns: [
      'size',
      'rows',
      'decisions',
      'status',
      'gap',
      ...STAGES.map((stage) => `${stage}_ms`),
      'peak_mb',
    ],
    rows: measured.map(({ size, rows, decisions, status, gap, ms, peakMb }) => [
      ...[size, rows, decisions, status, gap === null ? null : rounded(gap)],
      ...STAGES.map((stage) => rounded(ms[stage])),
      peakMb,
    ]),
  };
}

function textOf(
  measured: readonly Measured[],
  growth: Growth,
  calibrationMs: number,
  runs: number,
  output: Output,
): string {
  const result = rowsOf(measured);
  const format = FORMATS.find((one) => one === output.format) ?? 'human';
  switch (format) {
    case 'json':
      return '';
    case 'csv':
      return renderCsv(result);
    case 'markdown':
      return renderMarkdown(result);
    case 'plain':
      return result.rows
        .map(
          (row) =>
            `${row.map((value, i) => `${result.columns[i] ?? ''}=${String(value ?? '')}`).join(' ')}\n`,
        )
        .join('');
    case 'human': {
      const last = measured.at(-1);
      const exponents = STAGES.flatMap((stage) => {
        const exponent = growth.get(stage) ?? null;
        return exponent === null ? [] : [`${stage} ${exponent.toFixed(2)}`];
      });
      return [
        `multiplied: ${last?.multiplied.join(', ') ?? ''}`,
        ...(last?.kept ?? []).map(({ table, reason }) => `as it is: ${table}, which ${reason}`),
        '',
        renderTable(result, output.outColors).trimEnd(),
        '',
        ...(exponents.length > 0 ? [`growth, time as a power of rows: ${exponents.join(', ')}`] : []),
        `medians of ${runs}; calibration ${calibrationMs.toFixed(1)} ms for fixed work on this machine`,
        '',
      ].join('\n');
    }
    default:
      return unreachable(format);
  }
}
