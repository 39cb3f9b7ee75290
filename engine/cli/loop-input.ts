import type { Command } from 'commander';
import { Option } from 'commander';
import type { BatchMode } from '../loop/loop.js';
import type { TriggerRule } from '../loop/controller.js';
import { collect, wholeNumber } from './option-values.js';
import type { SolverOptions } from './solver-input.js';
import { addSolverOptions } from './solver-input.js';

/** Options of every command that hosts a loop. */
export interface LoopCommandOptions extends SolverOptions {
  readonly policies?: readonly string[];
  readonly scheduler?: string;
  readonly batch: BatchMode;
  readonly everyMs?: number;
  readonly requests?: number;
  readonly pollMs?: number;
}

/** `oneScheduler`: the command runs one scheduler, or policies in its place. */
export function addLoopOptions(command: Command, { oneScheduler = true } = {}): void {
  if (oneScheduler) {
    command
      .addOption(
        new Option('--policies <PATH>', 'policies in place of the scheduler; may repeat').argParser(collect),
      )
      .option('--scheduler <NAME>', 'one of the controller, by name');
  }
  command
    .addOption(
      new Option('--batch <MODE>', 'what becomes of a batch that does not fit')
        .choices(['best-effort', 'all-or-nothing'])
        .default('best-effort'),
    )
    .option('--every-ms <N>', 'decide when the oldest request has waited this long', wholeNumber(0))
    .option('--requests <N>', 'decide when this many requests wait', wholeNumber(1))
    .option(
      '--poll-ms <N>',
      'look only at multiples of this time, as the published loop does',
      wholeNumber(1),
    );
  addSolverOptions(command);
}

/** The trigger that the options describe, or null for the controller's own. Times are microseconds. */
export function triggerOf(options: LoopCommandOptions, own: TriggerRule | null): TriggerRule | null {
  const { everyMs, requests, pollMs } = options;
  if (everyMs === undefined && requests === undefined && pollMs === undefined) return null;
  const base = own?.kind === 'batch' ? own : { delayUs: 3000, requests: 1 };
  if (pollMs !== undefined) {
    return {
      kind: 'poll',
      pollUs: pollMs * 1000,
      requests: requests ?? base.requests,
      maxUs: everyMs === undefined ? base.delayUs : everyMs * 1000,
    };
  }
  return {
    kind: 'batch',
    delayUs: everyMs === undefined ? base.delayUs : everyMs * 1000,
    requests: requests ?? base.requests,
  };
}
