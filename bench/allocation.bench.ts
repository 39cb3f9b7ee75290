import { must } from '../engine/base/assert.js';
import type { Backends } from '../engine/solve/backends.js';
import { createBackends } from '../engine/solve/backends.js';
import { solveModel } from '../engine/solve/select.js';
import type { SolveLimits, SolveReport } from '../engine/solve/solver.js';
import type { AllocationOptions } from './allocation-model.js';
import { allocationModel } from './allocation-model.js';
import type { Bench, BenchContext, Row } from './bench.js';
import { measureAsync, repetition, timesOf } from './measure.js';

const CONSUMERS = [68, 1000, 24_000] as const;
const KINDS: readonly AllocationOptions['kind'][] = ['served', 'even'];
/** For HiGHS alone; the closed form needs no limit. */
const LIMIT_MS = 10_000;

/** Limits handed out from one pool: solveModel with its closed form beside HiGHS alone. */
export const allocationBench: Bench = {
  name: 'allocation',
  async run(context) {
    const all = createBackends();
    try {
      const rows: Row[] = [];
      for (const kind of KINDS) {
        for (const consumers of context.smoke ? CONSUMERS.slice(0, 1) : CONSUMERS) {
          rows.push(await rowOf({ consumers, kind, seed: 1 }, all, null, context));
          const alone = { simplex: all.highs, highs: all.highs };
          rows.push(await rowOf({ consumers, kind, seed: 1 }, alone, LIMIT_MS, context));
        }
      }
      return [
        { name: 'pool', title: 'Limits from one pool: closed form (no limit) beside HiGHS alone', rows },
      ];
    } finally {
      await all.highs.close();
      await all.search.close();
    }
  },
};

async function rowOf(
  options: AllocationOptions,
  backends: Backends,
  timeMs: number | null,
  { smoke, clock, note }: BenchContext,
): Promise<Row> {
  const { consumers, kind } = options;
  note(`${kind} ${consumers}, ${timeMs === null ? 'closed form' : 'highs'}`);
  const model = allocationModel(options);
  const limits: SolveLimits = { timeMs, work: null, seed: 1 };
  const { timing, last } = await measureAsync(clock, repetition(smoke), () =>
    solveModel(model, limits, backends, clock),
  );
  return {
    kind,
    consumers,
    by: last.backend,
    limit_ms: timeMs,
    status: last.outcome.status,
    value: valueOf(last),
    ...timesOf(timing),
  };
}

const valueOf = ({ outcome }: SolveReport): number | null =>
  'levels' in outcome ? must(outcome.levels[0], 'level').value : null;
