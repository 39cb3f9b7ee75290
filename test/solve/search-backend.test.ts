import test from 'ava';
import fc from 'fast-check';
import { monotonicClock } from '../../engine/base/clock.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { Literal, Model } from '../../engine/model/model.js';
import { negate } from '../../engine/model/model.js';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import { createBackends } from '../../engine/solve/backends.js';
import { solveModel } from '../../engine/solve/select.js';
import type { SolveLimits } from '../../engine/solve/solver.js';
import { compileProblem } from '../../engine/solve/search/compile-problem.js';
import { search as runLocal } from '../../engine/solve/search/search.js';
import { searchBackend } from '../../engine/solve/search/search-backend.js';
import { verifyOutcome } from '../../engine/solve/verify.js';
import { SolverWorker } from '../../engine/solve/worker.js';
import { p1Model } from '../../bench/p1-model.js';
import { bruteForce, randomGates, randomLoads, randomModel } from './random-model.js';
import { randomPlacement } from './random-placement.js';

const worker = new SolverWorker();
const search = searchBackend(worker, monotonicClock);
const backends = createBackends();
test.after.always(async () => {
  await search.close();
  await backends.highs.close();
  await backends.search.close();
});

const UNTIMED: SolveLimits = { timeMs: null, work: null, seed: 3 };

const sources: Readonly<Record<string, (seed: number) => Model>> = {
  'random models': (seed) => randomModel(seed),
  'gated sums': randomGates,
  loads: randomLoads,
  'small placements': randomPlacement,
};

/** Lexicographic, the first level first. */
function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

for (const [kind, make] of Object.entries(sources)) {
  test.serial(
    `search answers within what enumeration allows, and mostly reaches it, on ${kind} (seed 42)`,
    async (t) => {
      t.timeout(120_000);
      let [solvable, found, reached] = [0, 0, 0];
      const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
        const model = make(seed);
        const { levels } = bruteForce(model);
        const outcome = await search.solve(model, { ...UNTIMED, moves: 3000 });
        if (outcome.status === 'unknown') {
          if (levels !== null && outcome.limit !== 'backend') solvable += 1;
          return;
        }
        t.is(verifyOutcome(model, outcome), null, `model ${seed}`);
        if (outcome.status === 'infeasible') {
          t.is(levels, null, `model ${seed}`);
          return;
        }
        if (outcome.status === 'model_invalid') return t.fail();
        solvable += 1;
        found += 1;
        if (levels === null) return t.fail(`model ${seed} has no answer`);
        const own = outcome.levels.map(({ value }) => value);
        t.true(compare(own, levels) <= 0, `model ${seed}`);
        if (outcome.status === 'optimal') t.is(compare(own, levels), 0, `model ${seed}`);
        if (compare(own, levels) === 0) reached += 1;
      });
      await fc.assert(law, { seed: 42, numRuns: 200 });
      t.true(found >= 0.95 * solvable, `${found} of ${solvable} found`);
      t.true(reached >= 0.9 * found, `${reached} of ${found} are best`);
    },
  );
}

test.serial('the same seed and moves give the same answer', async (t) => {
  const model = p1Model({ requests: 100, hosts: 20, kind: 'tight', seed: 4 });
  const limits = { ...UNTIMED, moves: 5000 };
  const [first, second] = [await search.solve(model, limits), await search.solve(model, limits)];
  t.is(first.status, 'feasible');
  t.deepEqual(first, second);
});

test.serial('of searches side by side the best answer counts, whichever ends first', async (t) => {
  const model = p1Model({ requests: 400, hosts: 80, kind: 'tight', seed: 4 });
  const worth = async (seed: number, abreast: number): Promise<number> => {
    const outcome = await search.solve(model, { ...UNTIMED, moves: 2000, seed, abreast });
    t.is(verifyOutcome(model, outcome), null);
    return 'levels' in outcome ? (outcome.levels[0]?.value ?? NaN) : NaN;
  };
  let differ = 0;
  for (const seed of [3, 5, 7]) {
    const [first, second] = [await worth(seed, 1), await worth(seed + 1, 1)];
    if (first !== second) differ += 1;
    t.is(await worth(seed, 2), Math.max(first, second));
  }
  t.true(differ > 0, 'no two seeds differ');
});

test.serial('a long search anneals slowly, by moves as deterministic as a short one', (t) => {
  const problem = compileProblem(p1Model({ requests: 40, hosts: 12, kind: 'tight', seed: 2 }));
  if (problem === null) return t.fail();
  const limits = { moves: 120_000, timeMs: null, nowMs: () => 0, isCancelled: () => false };
  const run = (heat: number): number => runLocal(problem, { limits, seed: 1, patient: true, heat }).objective;
  t.is(run(1), run(1));
  const short = runLocal(problem, { limits: { ...limits, moves: 20_000 }, seed: 1, patient: true }).objective;
  t.true(Math.max(run(1), run(0.4)) >= short);
});

test.serial('one request on many hosts is proved by going through them', async (t) => {
  const model = p1Model({ requests: 1, hosts: 1000, kind: 'loose', seed: 2 });
  const report = await solveModel(model, UNTIMED, backends, monotonicClock);
  t.is(report.backend, 'search');
  t.is(report.outcome.status, 'optimal');
  const exact = await backends.highs.solve(model, UNTIMED);
  t.deepEqual('levels' in report.outcome && report.outcome.levels, 'levels' in exact && exact.levels);
});

test.serial('a large model is searched first and proved from there', async (t) => {
  const model = p1Model({ requests: 10, hosts: 500, kind: 'loose', seed: 1 });
  const report = await solveModel(model, UNTIMED, backends, monotonicClock);
  t.is(report.outcome.status, 'optimal');
  t.deepEqual(report.rejections, []);
});

test.serial('tight packings are placed whole', async (t) => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const model = p1Model({ requests: 200, hosts: 40, kind: 'tight', seed });
    const outcome = await search.solve(model, { ...UNTIMED, moves: 200_000 });
    t.is(outcome.status, 'feasible', `seed ${seed}`);
    if (outcome.status === 'feasible')
      t.deepEqual(evaluate(model, outcome.values).violated, [], `seed ${seed}`);
  }
});

test.serial('a search that nobody waits for any more gives what it has', async (t) => {
  const model = p1Model({ requests: 400, hosts: 80, kind: 'tight', seed: 1 });
  const stop = new AbortController();
  const asked = search.solve(model, { timeMs: 60_000, work: null, seed: 1, signal: stop.signal });
  setTimeout(() => stop.abort(), 300);
  const started = monotonicClock.nowMs();
  const outcome = await asked;
  t.is(outcome.status, 'feasible');
  t.true(monotonicClock.nowMs() - started < 20_000);
});

test.serial('a model that no value satisfies is infeasible, not unknown', async (t) => {
  const model = p1Model({ requests: 60, hosts: 100, kind: 'loose', seed: 1 });
  const cramped: Model = {
    ...model,
    constraints: model.constraints.map((constraint) =>
      constraint.kind === 'capacity'
        ? {
            ...constraint,
            capacity: {
              ...constraint.capacity,
              keys: constraint.capacity.keys.map(({ key }) => ({ key, capacity: 0 })),
            },
          }
        : constraint,
    ),
  };
  const report = await solveModel(cramped, UNTIMED, backends, monotonicClock);
  t.is(report.outcome.status, 'infeasible');
});

test.serial('rows that may be left out are, as few as there is room for', async (t) => {
  const builder = new ModelBuilder();
  const keys = Array.from({ length: 50 }, (_one, i) => i + 1);
  const demands = Array.from({ length: 100 }, (_one, i) => 1 + ((7 * i) % 10));
  const present = demands.map((_one, i) =>
    builder.member(builder.variable({ values: [0, 1], lo: 0, hi: 1, label: `present ${i}` }, 1), [1]),
  );
  const items = demands.map((demand, i) => ({
    variable: builder.variable({ values: keys, lo: 1, hi: 50, label: `request ${i}` }, null),
    demand,
    presence: present[i] ?? null,
  }));
  builder.capacity({ items, keys: keys.map((key) => ({ key, capacity: 8 })) }, 0);
  const admitted = sumOf(present.map((literal) => ({ expression: truthOf(literal), factor: 1 })));
  const model = builder.build([
    { priority: 0, soft: [{ name: 'admitted', weight: 1, expression: admitted }] },
  ]);
  const outcome = await search.solve(model, { ...UNTIMED, moves: 100_000 });
  t.is(verifyOutcome(model, outcome), null);
  // The smallest 85 or so ask for all the room of 400; some of a size fit no host any more.
  let [room, most] = [400, 0];
  for (const demand of [...demands].filter((one) => one <= 8).sort((a, b) => a - b)) {
    room -= demand;
    if (room >= 0) most += 1;
  }
  const [level] = 'levels' in outcome ? outcome.levels : [];
  t.log(`${level?.value ?? 'none'} of at most ${most}`);
  t.true((level?.value ?? 0) >= 0.95 * most);
});

test.serial('groups whose members must be in one rack fill all racks to the last host', async (t) => {
  const builder = new ModelBuilder();
  const hosts = Array.from({ length: 200 }, (_one, i) => i + 1);
  const rackOf = new Map(hosts.map((host) => [host, Math.floor((host - 1) / 5)]));
  const values = [0, ...hosts];
  const placed: Literal[] = [];
  const items: { variable: number; demand: number; presence: null }[] = [];
  // Racks of five hosts; groups of three and of two that each need a whole host per member.
  for (let group = 0; group < 80; group += 1) {
    const members = Array.from({ length: group % 2 === 0 ? 3 : 2 }, (_one, i) => {
      const variable = builder.variable({ values, lo: 0, hi: 200, label: `vm ${group}.${i}` }, null);
      items.push({ variable, demand: 7, presence: null });
      placed.push(negate(builder.member(variable, [0])));
      return variable;
    });
    for (const [i, left] of members.entries()) {
      for (const right of members.slice(i + 1)) {
        const isNowhere = [left, right].map((one) => negate(builder.member(one, hosts)));
        builder.assert(builder.or([builder.same(left, rackOf, right, rackOf), ...isNowhere]), group);
      }
    }
  }
  builder.capacity({ items, keys: hosts.map((key) => ({ key, capacity: 8 })) }, 999);
  const expression = sumOf(placed.map((literal) => ({ expression: truthOf(literal), factor: 1 })));
  const model = builder.build([{ priority: 0, soft: [{ name: 'placed', weight: 1, expression }] }]);
  for (const seed of [1, 2, 3]) {
    const outcome = await search.solve(model, { ...UNTIMED, seed, moves: 60_000 });
    t.is(verifyOutcome(model, outcome), null);
    t.is('levels' in outcome ? outcome.levels[0]?.value : null, 200, `seed ${seed}`);
  }
});

test.serial('the search looks only at values that asserted lists leave a decision', async (t) => {
  const builder = new ModelBuilder();
  const values = Array.from({ length: 4000 }, (_one, i) => i);
  const few = values.filter((value) => value % 1000 === 7);
  const variables = [0, 1, 2, 3].map((i) =>
    builder.variable({ values, lo: 0, hi: 3999, label: `v${i}` }, null),
  );
  for (const variable of variables) {
    builder.assert(
      builder.member(
        variable,
        values.filter((value) => value % 500 === 7),
      ),
      0,
    );
    builder.assert(builder.member(variable, few), 1);
  }
  const items = variables.map((variable) => ({ variable, demand: 1, presence: null }));
  builder.capacity({ items, keys: values.map((key) => ({ key, capacity: 1 })) }, 2);
  const problem = compileProblem(builder.build([]));
  t.deepEqual(problem?.universe, Float64Array.from(few));
  t.deepEqual(problem?.domains, [Int32Array.from([0, 1, 2, 3])]);
  const outcome = await search.solve(builder.build([]), { ...UNTIMED, moves: 500 });
  t.deepEqual('values' in outcome ? [...outcome.values].sort((a, b) => a - b) : null, few);
});
