import { monotonicClock } from '../../base/clock.js';
import { DiagnosticError, isError } from '../../base/diagnostic.js';
import { didYouMean } from '../../base/suggest.js';
import type { Controller } from '../../loop/controller.js';
import type { CliCommand } from '../cli-command.js';
import type { SchedulerRun } from '../compare/run-scheduler.js';
import { controllersNamed } from '../controller-input.js';
import { EXIT, exitOf } from '../exit.js';
import type { LoopCommandOptions } from '../loop-input.js';
import { addLoopOptions, triggerOf } from '../loop-input.js';
import { wholeNumber } from '../option-values.js';
import { Progress } from '../progress.js';
import { limitsOf, withSolver } from '../solver-input.js';
import { addTraceOptions, openTrace, WORK_LIMIT } from '../trace-input.js';
import { usageError } from '../usage-error.js';
import { expectWritable, writeOutput } from '../write-output.js';

interface CompareOptions extends LoopCommandOptions {
  readonly controller?: string;
  readonly schedulers?: string;
  readonly from?: string;
  readonly with?: readonly string[];
  readonly until?: number;
  readonly report?: string;
}

/** `edict compare`: several schedulers of a controller on one trace, side by side. */
export const compare: CliCommand = {
  formats: ['human', 'plain', 'json', 'markdown'],
  longWork: true,
  configure: (command) => {
    command
      .argument('<TRACE>', 'the trace: JSONL, or what --from names')
      .option('--controller <NAME>', 'controller that takes the events; the trace names its own')
      .option('--schedulers <NAMES>', 'which of its schedulers, with commas between; all unless said')
      .option('--until <US>', 'stop before the first event after this time, in microseconds', wholeNumber(0))
      .option('--report <FILE>', 'write tables and charts as one HTML file');
    addTraceOptions(command);
    addLoopOptions(command, { oneScheduler: false });
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<CompareOptions>();
    const [path = ''] = command.args;
    const input = await openTrace(path, options);
    const name = options.controller ?? input.header.controller;
    if (name === null) throw usageError('the trace names no controller', 'name it with `--controller`');
    const [controller] = await controllersNamed([name]);
    if (controller === undefined) throw usageError('no controller was named');
    const names = schedulersOf(controller, options.schedulers);
    if (options.report !== undefined) expectWritable(options.report);
    const { runScheduler } = await import('../compare/run-scheduler.js');
    const charts = options.report === undefined ? [] : (controller.comparison?.charts ?? []);
    const progress = new Progress(environment, monotonicClock, !output.quiet && output.format !== 'json');
    const runs = await withSolver(options.solver, async (solve) => {
      const done: SchedulerRun[] = [];
      for (const scheduler of names) {
        const run = await runScheduler(input, {
          controller,
          scheduler,
          mode: options.batch,
          trigger: triggerOf(options, controller.trigger),
          limits: { ...limitsOf(options), work: options.workLimit ?? WORK_LIMIT },
          solve,
          untilUs: options.until ?? null,
          charts,
          onProgress: (atUs) =>
            progress.show(
              () => `${scheduler} (${done.length + 1} of ${names.length}), at ${(atUs / 1e6).toFixed(1)} s`,
            ),
        });
        done.push(run);
      }
      return done;
    });
    progress.end();
    const { comparisonMarkdown, comparisonText, figuresOf } = await import('../compare/comparison-table.js');
    const figures = figuresOf(controller.comparison?.figures, runs);
    const problems = input.problem === null ? [] : [input.problem];
    output.answer({
      fields: {
        trace: path,
        controller: name,
        figures,
        runs: runs.map(({ scheduler, metrics, events, ticks, refusals, digest, cpuMs }) => ({
          scheduler,
          metrics,
          events,
          ticks,
          refused_events: refusals,
          digest,
          cpu_ms: Math.round(cpuMs),
        })),
      },
      text: output.format === 'markdown' ? comparisonMarkdown(figures, runs) : comparisonText(figures, runs),
      diagnostics: problems,
    });
    if (options.report !== undefined) {
      const { comparisonReport } = await import('../compare/comparison-report.js');
      const { renderReport } = await import('../../report/render-report.js');
      const { notes } = input.header;
      writeOutput(
        options.report,
        renderReport(comparisonReport({ trace: path, controller: name, notes, figures, charts, runs })),
      );
      output.remark(`wrote ${options.report}`);
    }
    if (input.rejected > 0) output.remark(`${input.rejected} rows of the trace could not be read`);
    return problems.some(isError) ? exitOf(problems) : EXIT.done;
  },
};

/** The schedulers that are asked for, in that order; all of the controller unless said. */
function schedulersOf(controller: Controller, asked: string | undefined): readonly string[] {
  const known = Object.keys(controller.schedulers);
  if (asked === undefined) return known;
  const names = [...new Set(asked.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (names.length === 0) throw usageError('`--schedulers` names none', `there are ${known.join(', ')}`);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new DiagnosticError([
      {
        code: 'cli/unknown-name',
        severity: 'error',
        message: `\`${controller.name}\` has no scheduler \`${name}\``,
        help: didYouMean(name, known) ?? `there are ${known.join(', ')}`,
      },
    ]);
  }
  return names;
}
