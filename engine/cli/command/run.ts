import { DiagnosticError } from '../../base/diagnostic.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { controllersNamed } from '../controller-input.js';
import { EXIT } from '../exit.js';
import type { LiveCommandOptions } from '../live-loop.js';
import { withLiveLoop } from '../live-loop.js';
import { addLoopOptions } from '../loop-input.js';

interface RunOptions extends LiveCommandOptions {
  readonly controller?: string;
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
    const { controller: name, policies = [] } = options;
    if (name === undefined && policies.length === 0) {
      const message = 'name a controller, or policies for a database without one';
      const help = 'add `--controller rack`, or `--policies PATH`';
      throw new DiagnosticError([{ code: 'cli/usage', severity: 'error', message, help }]);
    }
    const [controller = null] = await controllersNamed(name === undefined ? [] : [name]);
    const { runLive } = await import('../../live/live-run.js');
    const { events, ticks, digest } = await withLiveLoop(
      options,
      { controller, usualMs: LIVE_MS, output },
      ({ store, loop, hooks }) => {
        // Signals are served between transactions, so that what is committed is whole.
        environment.onStop(() => store.close());
        return runLive(environment.stdin, loop, hooks);
      },
    );
    output.remark(`${events} events, ${ticks} ticks, digest ${digest}`);
    return EXIT.done;
  },
};
