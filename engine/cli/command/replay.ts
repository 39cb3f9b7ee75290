import { existsSync, writeFileSync } from 'node:fs';
import { monotonicClock } from '../../base/clock.js';
import type { Diagnostic } from '../../base/diagnostic.js';
import { isError } from '../../base/diagnostic.js';
import type { ReplayResult } from '../../replay/replay.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { controllersNamed } from '../controller-input.js';
import { EXIT, exitOf } from '../exit.js';
import type { LoopCommandOptions } from '../loop-input.js';
import { addLoopOptions, triggerOf } from '../loop-input.js';
import { wholeNumber } from '../option-values.js';
import { Progress } from '../progress.js';
import { addTraceOptions, applyPackOf, openTrace, WORK_LIMIT } from '../trace-input.js';
import { limitsOf, withSolver } from '../solver-input.js';
import { withStore } from '../with-store.js';

interface ReplayOptions extends LoopCommandOptions {
  readonly controller?: string;
  readonly from?: string;
  readonly with?: readonly string[];
  readonly db?: string;
  readonly until?: number;
  readonly journal?: string;
}

/** Refused events beyond this are counted, not listed. */
const LISTED = 10;

export const replay: CliCommand = {
  formats: WORD_FORMATS,
  longWork: true,
  configure: (command) => {
    command
      .argument('<TRACE>', 'the trace: JSONL, or what --from names')
      .option('--controller <NAME>', 'controller that takes the events; the trace names its own')
      .option('--db <FILE>', 'keep state, decisions and journal in this database; goes on where it stopped')
      .option('--until <US>', 'stop before the first event after this time, in microseconds', wholeNumber(0))
      .option('--journal <FILE>', 'write the journal as JSONL');
    addTraceOptions(command);
    addLoopOptions(command);
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<ReplayOptions>();
    const [path = ''] = command.args;
    const input = await openTrace(path, options);
    const name = options.controller ?? input.header.controller;
    const [controller = null] = await controllersNamed(name === null ? [] : [name]);
    const { openLoop } = await import('../../loop/open-loop.js');
    const { replay: run } = await import('../../replay/replay.js');
    const { rowsOf } = await import('../../store/rows-of.js');
    const { journalDigest, readJournal } = await import('../../store/journal.js');
    if (options.db !== undefined && !existsSync(options.db)) {
      await (await import('../../store/migrate.js')).migrate(options.db);
    }
    const progress = new Progress(environment, monotonicClock, !output.quiet && output.format !== 'json');
    const refusals: Diagnostic[] = [];
    const startedMs = monotonicClock.nowMs();
    const done = await withStore(
      options.db ?? ':memory:',
      'state',
      (store) =>
        withSolver(options.solver, async (solve) => {
          await applyPackOf(store, input.header);
          const limits = { ...limitsOf(options), work: options.workLimit ?? WORK_LIMIT };
          const trigger = triggerOf(options, controller?.trigger ?? null);
          const { scheduler = null, policies = [], batch: mode } = options;
          const clock = monotonicClock;
          const setup = { controller, scheduler, policies, mode, trigger, limits, solve, clock };
          const opened = openLoop(store, setup);
          const result = await run(input.events, opened.loop, {
            untilUs: options.until ?? null,
            onProgress: ({ events, ticks, atUs }) =>
              progress.show(() => `${events} events, ${ticks} ticks, at ${(atUs / 1e6).toFixed(3)} s`),
            onRefusal: (refusal, atUs) =>
              refusals.push({
                ...refusal,
                severity: 'warning',
                message: `at ${atUs} us: ${refusal.message}`,
              }),
          });
          progress.end();
          const wallMs = monotonicClock.nowMs() - startedMs;
          if (options.journal !== undefined) writeJournal(options.journal, readJournal(store));
          const own = opened.controller.metrics(rowsOf(store));
          const metrics = { ...own, ...figures(result, wallMs) };
          return { result, metrics, digest: journalDigest(store), wallMs, scheduler: opened.scheduler };
        }),
      { durable: false },
    );
    const { result, metrics, digest, wallMs, scheduler } = done;
    const problems = input.problem === null ? [] : [input.problem];
    output.answer({
      fields: {
        trace: path,
        scheduler,
        events: result.events,
        skipped: result.skipped,
        ticks: result.ticks,
        digest,
        metrics,
        wall_ms: wallMs,
      },
      text: summary(path, scheduler, result, metrics, digest, wallMs),
      diagnostics: [...problems, ...refusals.slice(0, LISTED)],
    });
    if (input.rejected > 0) output.remark(`${input.rejected} rows of the trace could not be read`);
    if (refusals.length > LISTED) output.remark(`and ${refusals.length - LISTED} more refused events`);
    return problems.some(isError) ? exitOf(problems) : EXIT.done;
  },
};

function figures(result: ReplayResult, wallMs: number): Readonly<Record<string, number | null>> {
  const sorted = [...result.solveMs].sort((a, b) => a - b);
  const quantile = (q: number): number | null =>
    sorted.length === 0 ? null : (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null);
  return {
    refused_events: result.refusals,
    decisions: result.decisions,
    decisions_per_second: wallMs === 0 ? null : Math.round((result.decisions / wallMs) * 1000),
    solve_ms_p50: quantile(0.5),
    solve_ms_p99: quantile(0.99),
  };
}

function summary(
  path: string,
  scheduler: string,
  result: ReplayResult,
  metrics: Readonly<Record<string, number | null>>,
  digest: string,
  wallMs: number,
): string {
  const shown = Object.entries(metrics).map(([name, value]): [string, string] => [
    name.replaceAll('_', ' '),
    value === null ? '-' : Number.isInteger(value) ? String(value) : value.toPrecision(4),
  ]);
  const rows: [string, string][] = [
    ['trace', path],
    ['scheduler', scheduler],
    [
      'events',
      result.skipped > 0 ? `${result.events} (${result.skipped} were there already)` : String(result.events),
    ],
    ['ticks', String(result.ticks)],
    ...shown,
    ['wall ms', wallMs.toFixed(0)],
    ['digest', digest],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function writeJournal(path: string, rows: Iterable<unknown>): void {
  let text = '';
  for (const row of rows) text += `${JSON.stringify(row)}\n`;
  writeFileSync(path, text);
}
