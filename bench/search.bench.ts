import { must } from '../engine/base/assert.js';
import { seededRandom } from '../engine/base/random.js';
import { evaluate } from '../engine/model/evaluate.js';
import type { Model } from '../engine/model/model.js';
import type { Backends } from '../engine/solve/backends.js';
import { createBackends } from '../engine/solve/backends.js';
import { Budget } from '../engine/solve/search/budget.js';
import { compileProblem } from '../engine/solve/search/compile-problem.js';
import { construct } from '../engine/solve/search/construct.js';
import { Ejector } from '../engine/solve/search/eject.js';
import { Gathering } from '../engine/solve/search/gathering.js';
import { Neighbours } from '../engine/solve/search/neighbours.js';
import type { Problem } from '../engine/solve/search/problem.js';
import { State } from '../engine/solve/search/state.js';
import { Support } from '../engine/solve/search/support.js';
import { verifyOutcome } from '../engine/solve/verify.js';
import type { Bench, BenchContext, Row } from './bench.js';
import { boundGap } from './bound-gap.js';
import { percentile } from './measure.js';
import { p1Model } from './p1-model.js';
import { withRatio } from './ratio.js';

interface Size {
  readonly requests: number;
  readonly hosts: number;
  readonly seeds: number;
}

interface Timed extends Size {
  readonly limitMs: number;
  readonly siblings: 'any' | 'each';
}

const LOOSE: readonly Timed[] = [
  { requests: 1, hosts: 1000, seeds: 40, limitMs: 5, siblings: 'any' },
  { requests: 50, hosts: 100, seeds: 40, limitMs: 40, siblings: 'any' },
  { requests: 50, hosts: 1000, seeds: 40, limitMs: 40, siblings: 'any' },
  { requests: 50, hosts: 10_000, seeds: 40, limitMs: 20, siblings: 'any' },
  { requests: 50, hosts: 10_000, seeds: 40, limitMs: 40, siblings: 'any' },
  { requests: 2000, hosts: 5000, seeds: 10, limitMs: 300, siblings: 'any' },
  { requests: 50, hosts: 10_000, seeds: 40, limitMs: 20, siblings: 'each' },
  { requests: 2000, hosts: 5000, seeds: 10, limitMs: 20, siblings: 'each' },
  { requests: 2000, hosts: 5000, seeds: 10, limitMs: 300, siblings: 'each' },
];
const TIGHT: readonly Size[] = [
  { requests: 200, hosts: 40, seeds: 10 },
  { requests: 500, hosts: 100, seeds: 10 },
  { requests: 1000, hosts: 200, seeds: 10 },
  { requests: 2000, hosts: 400, seeds: 10 },
];
/** What HiGHS alone is given on the same. */
const HIGHS: readonly Timed[] = [
  { requests: 50, hosts: 100, seeds: 3, limitMs: 5000, siblings: 'any' },
  { requests: 50, hosts: 1000, seeds: 3, limitMs: 5000, siblings: 'any' },
];

/** Model to answer by the search alone, beside HiGHS alone and best fit. */
export const searchBench: Bench = {
  name: 'search',
  async run(context) {
    const backends = createBackends();
    try {
      const { smoke } = context;
      const few = <T extends Size>(sizes: readonly T[]): readonly T[] =>
        smoke ? sizes.slice(0, 2).map((size) => ({ ...size, seeds: 2 })) : sizes;
      // The first search starts the thread, and slow code is made fast on the way.
      for (let i = 0; i < (smoke ? 1 : 20); i += 1) {
        await backends.search.solve(p1Model({ requests: 50, hosts: 1000, kind: 'loose', seed: 100 + i }), {
          timeMs: 40,
          work: null,
          seed: 1,
        });
      }
      const loose: Row[] = [];
      for (const size of few(LOOSE)) loose.push(await looseRow(size, 'search', backends, context));
      for (const size of few(HIGHS)) loose.push(await looseRow(size, 'highs', backends, context));
      const tight = few(TIGHT).map((size) => tightRow(size, context));
      return [
        {
          name: 'loose',
          title: 'Placements of P1 in a time limit: what is missing to a proved bound, over seeds',
          rows: withRatio(loose, 'of_highs', 'wall_p50_ms', ({ requests, hosts, siblings }) =>
            loose.find(
              (row) =>
                row['by'] === 'highs' &&
                row['requests'] === requests &&
                row['hosts'] === hosts &&
                row['siblings'] === siblings,
            ),
          ),
        },
        {
          name: 'tight',
          title:
            'Packings that ask for 85 % of what is free, until all are placed; beside best fit, the largest first',
          rows: tight,
        },
      ];
    } finally {
      await backends.highs.close();
      await backends.search.close();
    }
  },
};

async function looseRow(
  size: Timed,
  name: 'search' | 'highs',
  backends: Required<Backends>,
  { clock, note }: BenchContext,
): Promise<Row> {
  const { requests, hosts, seeds, limitMs, siblings } = size;
  note(`${requests}x${hosts}, ${siblings} sibling, ${name}, ${limitMs} ms`);
  const walls: number[] = [];
  const gaps: number[] = [];
  let [proved, answered] = [0, 0];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const model = p1Model({ requests, hosts, kind: 'loose', seed, siblings });
    const started = clock.nowMs();
    const outcome = await backends[name].solve(model, { timeMs: limitMs, work: null, seed: 1 });
    walls.push(clock.nowMs() - started);
    const refusal = verifyOutcome(model, outcome);
    if (refusal !== null) throw new Error(`${name} ${requests}x${hosts} seed ${seed}: ${refusal.detail}`);
    if (!('levels' in outcome)) continue;
    answered += 1;
    if (outcome.status === 'optimal') proved += 1;
    gaps.push(must(boundGap(model, outcome), 'gap'));
  }
  return {
    requests,
    hosts,
    siblings,
    by: name,
    limit_ms: limitMs,
    seeds,
    answered,
    proved,
    wall_p50_ms: percentile(walls, 50),
    wall_p95_ms: percentile(walls, 95),
    gap_p50_percent: gaps.length === 0 ? null : percentile(gaps, 50),
    gap_max_percent: gaps.length === 0 ? null : Math.max(...gaps),
  };
}

function tightRow({ requests, hosts, seeds }: Size, { clock, note }: BenchContext): Row {
  note(`${requests}x${hosts} tight`);
  const walls: number[] = [];
  let [whole, left] = [0, 0];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const model = p1Model({ requests, hosts, kind: 'tight', seed });
    const problem = must(compileProblem(model), 'problem');
    left += bestFitLeftOver(model);
    const started = clock.nowMs();
    const state = placed(problem);
    walls.push(clock.nowMs() - started);
    if (state === null) continue;
    const values = Array.from(state.values, (value) => problem.universe[value] ?? NaN);
    if (evaluate(model, values).violated.length > 0)
      throw new Error(`${requests}x${hosts} seed ${seed}: broken`);
    whole += 1;
  }
  return {
    requests,
    hosts,
    seeds,
    placed_whole: whole,
    wall_p50_ms: percentile(walls, 50),
    wall_p95_ms: percentile(walls, 95),
    best_fit_left_over: left,
  };
}

/** First places and ejection chains alone, or null where some request found no place. */
function placed(problem: Problem): State | null {
  const state = new State(problem);
  const random = seededRandom(1);
  const near = new Neighbours(problem, state, random, new Support(problem));
  const budget = new Budget({ moves: 5_000_000, timeMs: null, nowMs: () => 0, isCancelled: () => false });
  const left = construct(state, near, new Gathering(problem, state, near), budget);
  return new Ejector(state, near, budget, random).run(left, 1).length === 0 ? state : null;
}

/** Requests that find no host when each in turn, the largest first, takes the one that it leaves least room on. */
function bestFitLeftOver(model: Model): number {
  const capacities = model.constraints.flatMap((one) => (one.kind === 'capacity' ? [one.capacity] : []));
  const room = capacities.map(({ keys }) => new Map(keys.map(({ key, capacity }) => [key, capacity])));
  const asked = model.variables.map((_one, variable) =>
    capacities.map(({ items }) => items.find((item) => item.variable === variable)?.demand ?? 0),
  );
  const order = asked
    .map((_one, i) => i)
    .sort((a, b) => sumOf(asked[b] ?? []) - sumOf(asked[a] ?? []) || a - b);
  let left = 0;
  for (const variable of order) {
    const demand = asked[variable] ?? [];
    let best = -1;
    let least = Infinity;
    for (const key of room[0]?.keys() ?? []) {
      const after = room.map((one, i) => (one.get(key) ?? 0) - (demand[i] ?? 0));
      if (after.some((one) => one < 0) || sumOf(after) >= least) continue;
      least = sumOf(after);
      best = key;
    }
    if (best < 0) left += 1;
    else room.forEach((one, i) => one.set(best, (one.get(best) ?? 0) - (demand[i] ?? 0)));
  }
  return left;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
