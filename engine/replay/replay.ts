import type { Diagnostic } from '../base/diagnostic.js';
import type { LoopEvent } from '../loop/controller.js';
import type { Loop } from '../loop/loop.js';
import { Runner } from '../loop/runner.js';

/** How far a replay has come. */
export interface ReplayProgress {
  readonly events: number;
  readonly ticks: number;
  readonly atUs: number;
}

export interface ReplayOptions {
  /** Stop before the first event later than this, microseconds; null for the whole trace. */
  readonly untilUs: number | null;
  readonly onProgress?: (progress: ReplayProgress) => void;
  readonly onRefusal?: (refusal: Diagnostic, atUs: number) => void;
}

export interface ReplayResult extends ReplayProgress {
  /** Events of the trace that an earlier run over the same database had taken in. */
  readonly skipped: number;
  readonly decisions: number;
  readonly refusals: number;
  /** Wall milliseconds of each tick's solve, in order. */
  readonly solveMs: readonly number[];
}

/**
 * Runs a trace through the loop; time moves only to what is due next.
 * Over a database that already holds part of the trace it goes on where that part ends.
 */
export async function replay(
  events: Iterable<LoopEvent>,
  loop: Loop,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const toSkip = loop.eventsTaken();
  const solveMs: number[] = [];
  let seen = 0;
  let taken = 0;
  let decisions = 0;
  let refusals = 0;
  const report = (found: readonly Diagnostic[], atUs: number): void => {
    refusals += found.length;
    for (const refusal of found) options.onRefusal?.(refusal, atUs);
  };
  const runner = new Runner(loop, {
    onTaken: (emitted, atUs) => report(emitted.refusals, atUs),
    onTick: (result, atUs) => {
      solveMs.push(result.solveMs);
      decisions += result.decisions.length;
      report(result.refusals, atUs);
      options.onProgress?.({ events: taken, ticks: solveMs.length, atUs });
    },
  });
  let instant: LoopEvent[] = [];
  const takeInstant = async (): Promise<void> => {
    taken += instant.length;
    await runner.take(instant);
    instant = [];
  };
  for (const event of events) {
    if (options.untilUs !== null && event.atUs > options.untilUs) break;
    seen += 1;
    if (seen <= toSkip) continue;
    const [first] = instant;
    if (first !== undefined && first.atUs !== event.atUs) await takeInstant();
    instant.push(event);
  }
  await takeInstant();
  await runner.decideUntil(options.untilUs ?? Number.MAX_SAFE_INTEGER);
  return {
    events: taken,
    ticks: solveMs.length,
    atUs: runner.nowUs,
    skipped: Math.min(seen, toSkip),
    decisions,
    refusals,
    solveMs,
  };
}
