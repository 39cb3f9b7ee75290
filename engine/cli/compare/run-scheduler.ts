import { monotonicClock } from '../../base/clock.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { ComparisonChart, Controller, TriggerRule } from '../../loop/controller.js';
import type { Solve } from '../../loop/decide.js';
import type { BatchMode } from '../../loop/loop.js';
import type { SolveLimits } from '../../solve/solver.js';
import { applyPackOf } from '../trace-input.js';
import type { TraceInput } from '../trace-input.js';
import { withStore } from '../with-store.js';

/** One scheduler after the trace, on a state of its own. */
export interface SchedulerRun {
  readonly scheduler: string;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly events: number;
  readonly ticks: number;
  readonly refusals: number;
  readonly digest: string;
  /** Milliseconds of CPU that the process spent on it. */
  readonly cpuMs: number;
  /** Rows of each chart's query, in the order of the charts. */
  readonly chartRows: readonly (readonly SqlRecord[])[];
}

export interface RunSetup {
  readonly controller: Controller;
  readonly scheduler: string;
  readonly mode: BatchMode;
  readonly trigger: TriggerRule | null;
  readonly limits: SolveLimits;
  readonly solve: Solve;
  readonly untilUs: number | null;
  /** Charts whose rows are wanted. */
  readonly charts: readonly ComparisonChart[];
  readonly onProgress: (atUs: number) => void;
}

/** Replays the whole trace from an empty state. Throws DiagnosticError as the replay does. */
export async function runScheduler(input: TraceInput, setup: RunSetup): Promise<SchedulerRun> {
  const { openLoop } = await import('../../loop/open-loop.js');
  const { replay } = await import('../../replay/replay.js');
  const { rowsOf } = await import('../../store/rows-of.js');
  const { journalDigest } = await import('../../store/journal.js');
  const { controller, scheduler, charts, onProgress, untilUs } = setup;
  const before = process.cpuUsage();
  return withStore(
    ':memory:',
    'state',
    async (store) => {
      await applyPackOf(store, input.header);
      const { loop } = openLoop(store, { ...setup, clock: monotonicClock });
      const result = await replay(input.events, loop, {
        untilUs,
        onProgress: ({ atUs }) => onProgress(atUs),
      });
      const rows = rowsOf(store);
      return {
        scheduler,
        metrics: controller.metrics(rows),
        events: result.events,
        ticks: result.ticks,
        refusals: result.refusals,
        digest: journalDigest(store),
        cpuMs: cpuMsOf(process.cpuUsage(before)),
        chartRows: charts.map(({ sql }) => rows.all(sql)),
      };
    },
    { durable: false },
  );
}

const cpuMsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;
