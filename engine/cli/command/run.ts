import { appendFileSync, writeFileSync } from 'node:fs';
import { monotonicClock } from '../../base/clock.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { controllersNamed } from '../controller-input.js';
import { EXIT } from '../exit.js';
import type { LoopCommandOptions } from '../loop-input.js';
import { addLoopOptions, triggerOf } from '../loop-input.js';
import { limitsOf, withSolver } from '../solver-input.js';
import { withStore } from '../with-store.js';

interface RunOptions extends LoopCommandOptions {
  readonly db: string;
  readonly controller?: string;
  readonly record?: string;
}

/** Wall milliseconds of one live solve unless the command line says otherwise. */
const LIVE_MS = 1000;

export const run: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    command
      .requiredOption('--db <FILE>', 'the state database; `edict init` makes one')
      .option(
        '--controller <NAME>',
        'controller that takes the events; without one, table events and --policies',
      )
      .option('--record <TRACE>', 'write the events as a trace that replays to the same digest');
    addLoopOptions(command);
    command.addHelpText('after', '\nOne JSON event per line on stdin; one JSON effect per line on stdout.');
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<RunOptions>();
    const { controller: name, policies = [], scheduler = null, batch: mode, record } = options;
    if (name === undefined && policies.length === 0) {
      const message = 'name a controller, or policies for a database without one';
      const help = 'add `--controller rack`, or `--policies PATH`';
      throw new DiagnosticError([{ code: 'cli/usage', severity: 'error', message, help }]);
    }
    const [controller = null] = await controllersNamed(name === undefined ? [] : [name]);
    const { openLoop } = await import('../../loop/open-loop.js');
    const { runLive } = await import('../../live/live-run.js');
    const { formatHeader, formatRecord } = await import('../../replay/trace.js');
    const { journalDigest } = await import('../../store/journal.js');
    await withStore(options.db, 'state', (store) =>
      withSolver(options.solver, async (solve) => {
        // A record must replay to the same digest, so only a limit that no machine's speed moves may cut a solve short.
        const timeMs = record === undefined ? (options.timeLimit ?? LIVE_MS) : null;
        const limits = { ...limitsOf(options), timeMs };
        const trigger = triggerOf(options, controller?.trigger ?? null);
        const clock = monotonicClock;
        const { loop, scheduler: chosen } = openLoop(store, {
          controller,
          scheduler,
          policies,
          mode,
          trigger,
          limits,
          solve,
          clock,
        });
        if (record !== undefined) {
          writeFileSync(
            record,
            formatHeader({ controller: name ?? null, notes: { scheduler: chosen, seed: options.seed } }),
          );
        }
        // Signals are served between transactions, so that what is committed is whole.
        environment.onStop(() => store.close());
        const result = await runLive(environment.stdin, loop, {
          clock,
          onEvent: (event) => {
            if (record !== undefined) appendFileSync(record, formatRecord(event));
          },
          onEffect: ({ type, fields }, atUs) =>
            output.data(`${JSON.stringify({ at_us: atUs, type, ...fields })}\n`),
          onDiagnostic: (diagnostic) => output.report([diagnostic]),
        });
        output.remark(`${result.events} events, ${result.ticks} ticks, digest ${journalDigest(store)}`);
      }),
    );
    return EXIT.done;
  },
};
