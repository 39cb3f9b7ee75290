import { appendFileSync, writeFileSync } from 'node:fs';
import { monotonicClock } from '../base/clock.js';
import type { Controller } from '../loop/controller.js';
import type { Loop } from '../loop/loop.js';
import type { LiveOptions } from '../live/live-run.js';
import type { Store } from '../store/store.js';
import type { LoopCommandOptions } from './loop-input.js';
import { triggerOf } from './loop-input.js';
import type { Output } from './output.js';
import { limitsOf, withSolver } from './solver-input.js';
import { withStore } from './with-store.js';

/** Options of every command that hosts a loop live. */
export interface LiveCommandOptions extends LoopCommandOptions {
  readonly db: string;
  readonly record?: string;
}

export interface LiveSetting {
  /** null: table events, and policies from the command line. */
  readonly controller: Controller | null;
  /** Wall milliseconds of one solve unless the command line says otherwise. */
  readonly usualMs: number;
  readonly output: Output;
}

export interface LiveLoop {
  readonly store: Store;
  readonly loop: Loop;
  /** Time, and what a host tells: effects to stdout, diagnostics to stderr, events to the record. */
  readonly hooks: LiveOptions;
}

/**
 * Opens a loop for events that come live, hands it over, and closes solver and database whatever happens.
 * Returns what `host` returned and the digest of the journal after it.
 */
export async function withLiveLoop<Result extends object>(
  options: LiveCommandOptions,
  { controller, usualMs, output }: LiveSetting,
  host: (live: LiveLoop) => Promise<Result>,
): Promise<Result & { readonly digest: string }> {
  const { policies = [], scheduler = null, batch: mode, record, timeLimit = usualMs } = options;
  const { favourMainThread } = await import('../live/favour-main-thread.js');
  const { openLoop } = await import('../loop/open-loop.js');
  const { formatHeader, formatRecord } = await import('../replay/trace.js');
  const { journalDigest } = await import('../store/journal.js');
  favourMainThread();
  return withStore(options.db, 'state', (store) =>
    withSolver(options.solver, async (solve) => {
      const clock = monotonicClock;
      const { loop, scheduler: chosen } = openLoop(store, {
        controller,
        scheduler,
        policies,
        mode,
        trigger: triggerOf(options, controller?.trigger ?? null),
        // A record must replay to the same digest, so only a limit that no machine's speed moves may cut a solve short.
        limits: { ...limitsOf(options), timeMs: record === undefined ? timeLimit : null },
        solve,
        clock,
      });
      if (record !== undefined) {
        const notes = { scheduler: chosen, seed: options.seed };
        writeFileSync(record, formatHeader({ controller: controller?.name ?? null, notes }));
      }
      const hooks: LiveOptions = {
        clock,
        onEvent: (event) => {
          if (record !== undefined) appendFileSync(record, formatRecord(event));
        },
        onEffect: ({ type, fields }, atUs) =>
          output.data(`${JSON.stringify({ at_us: atUs, type, ...fields })}\n`),
        onDiagnostic: (diagnostic) => output.report([diagnostic]),
      };
      return { ...(await host({ store, loop, hooks })), digest: journalDigest(store) };
    }),
  );
}
