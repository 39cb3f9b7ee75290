import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { CgroupBudget } from '../../base/cgroup.js';
import { after } from '../../base/clock.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import type { SteerResult } from '../../live/cgroups/steer-cgroups.js';
import type { Controller } from '../../loop/controller.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { controllersNamed } from '../controller-input.js';
import { EXIT } from '../exit.js';
import type { LiveCommandOptions } from '../live-loop.js';
import { withLiveLoop } from '../live-loop.js';
import { addLoopOptions } from '../loop-input.js';
import { byteCount, positiveNumber, wholeNumber } from '../option-values.js';
import { usageError } from '../usage-error.js';

interface CgroupsOptions extends LiveCommandOptions {
  readonly controller: string;
  readonly application?: string;
  readonly cpu?: number;
  readonly memory?: number;
  readonly periodMs: number;
  readonly periods?: number;
  readonly scanMs: number;
  readonly dryRun: boolean;
}

export const cgroups: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    command
      .argument('<FOLDER>', 'the control group that holds the containers, or a folder that imitates one')
      .requiredOption('--db <FILE>', 'the state database; `edict init` makes one')
      .option('--controller <NAME>', 'controller that decides', 'quota')
      .option('--application <NAME>', "what the containers belong to (default: the folder's name)")
      .option('--cpu <CORES>', "cores for all of them (default: the folder's own cpu.max)", positiveNumber)
      .option('--memory <BYTES>', "memory for all of them (default: the folder's own memory.max)", byteCount)
      .option('--period-ms <N>', 'time between two decisions', wholeNumber(10), 100)
      .option('--scan-ms <N>', 'time between two looks for new containers', wholeNumber(10), 1000)
      .option('--periods <N>', 'end after this many periods', wholeNumber(1))
      .option('--dry-run', 'decide and tell, but write no limit', false)
      .option('--record <TRACE>', 'write the events as a trace that replays to the same digest');
    addLoopOptions(command);
    command.addHelpText(
      'after',
      '\nOne JSON effect per line on stdout. Ends at SIGINT or SIGTERM; limits then stay as they are.',
    );
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<CgroupsOptions>();
    const folder = command.args[0] ?? '';
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      const message = `there is no folder \`${folder}\``;
      throw new DiagnosticError([{ code: 'cli/no-input', severity: 'error', message }]);
    }
    const [controller] = await controllersNamed([options.controller]);
    let stopped = false;
    const work = steer(folder, options, controller, {
      isStopped: () => stopped,
      output,
    });
    environment.onStop(async () => {
      stopped = true;
      await work;
    });
    const { digest, ...result } = await work;
    output.remark(summary(result, options));
    output.remark(`digest ${digest}`);
    return EXIT.done;
  },
};

type Shell = Parameters<CliCommand['run']>[1];

async function steer(
  folder: string,
  options: CgroupsOptions,
  controller: Controller | undefined,
  { isStopped, output }: { readonly isStopped: () => boolean; readonly output: Shell['output'] },
): Promise<SteerResult & { readonly digest: string }> {
  if (controller?.steerCgroups === undefined) {
    throw usageError(`the controller \`${options.controller}\` does not steer control groups`);
  }
  const { steerCgroups } = controller;
  const { steerCgroups: host } = await import('../../live/cgroups/steer-cgroups.js');
  const { rowsOf } = await import('../../store/rows-of.js');
  const { dryRun: isDry, periodMs } = options;
  const budget = await budgetOf(folder, options);
  return withLiveLoop(options, { controller, usualMs: periodMs, output }, ({ store, loop, hooks }) => {
    const name = options.application ?? basename(resolve(folder));
    const session = steerCgroups({ rows: rowsOf(store), name, budget, isDry });
    return host(loop, session, {
      ...hooks,
      sleep: (ms) => new Promise((done) => void after(ms, done)),
      folder,
      lengthMs: periodMs,
      periods: options.periods ?? null,
      scanPeriods: Math.max(1, Math.round(options.scanMs / periodMs)),
      isDry,
      isStopped,
    });
  });
}

/** What was given on the command line, else the limits of the folder's own control group. */
async function budgetOf(folder: string, { cpu, memory }: CgroupsOptions): Promise<CgroupBudget> {
  const { readBudget } = await import('../../live/cgroups/read-budget.js');
  const own = readBudget(folder);
  return {
    cpuMax: cpu === undefined ? own.cpuMax : { quotaUs: Math.round(cpu * 100_000), periodUs: 100_000 },
    memoryBytes: memory ?? own.memoryBytes,
  };
}

function summary(result: SteerResult, { dryRun }: CgroupsOptions): string {
  const { periods, missed, ticks, writes, cgroups: count, longestMs } = result;
  const left = dryRun ? 'no limit was written' : `${writes} limits written, which stay as they are`;
  return `${count} containers, ${periods} periods (${missed} missed, the longest ${longestMs.toFixed(1)} ms), ${ticks} decisions; ${left}`;
}
