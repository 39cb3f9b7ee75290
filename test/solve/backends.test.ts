import test from 'ava';
import { ModelBuilder, truthOf } from '../../engine/model/builder.js';
import type { LinearExpression, Model } from '../../engine/model/model.js';
import { negate } from '../../engine/model/model.js';
import { createBackends } from '../../engine/solve/backends.js';
import type { SolveLimits } from '../../engine/solve/solver.js';
import { verifyOutcome } from '../../engine/solve/verify.js';
import { interval, linear, list } from '../helpers/model-parts.js';
import { randomPacking } from './random-packing.js';

const backends = createBackends();
test.after.always(() => backends.highs.close());

const NO_LIMIT: SolveLimits = { timeMs: null, work: null, seed: 1 };
const both = ['highs', 'simplex'] as const;

const level = (priority: number, expression: LinearExpression, weight = 1): Model['objectives'][number] => ({
  priority,
  soft: [{ name: 's', weight, expression }],
});

for (const name of both) {
  test.serial(`${name}: a model without soft terms is optimal with no levels`, async (t) => {
    const builder = new ModelBuilder();
    builder.variable(interval(0, 9), null);
    builder.variable(interval(0, 9), null);
    builder.assert(builder.linear(linear([0, 3], [1, 5]), 41, 41), 0);
    const model = builder.build([]);
    const outcome = await backends[name].solve(model, NO_LIMIT);
    t.is(outcome.status, 'optimal');
    t.deepEqual(outcome.status === 'optimal' ? outcome.levels : null, []);
    t.is(verifyOutcome(model, outcome), null);
  });

  test.serial(`${name}: a lower priority never costs a higher one anything`, async (t) => {
    const builder = new ModelBuilder();
    const x = builder.variable(interval(0, 10), null);
    const y = builder.variable(interval(0, 10), null);
    builder.assert(builder.linear(linear([x, 1], [y, 1]), null, 12), 0);
    const model = builder.build([level(2, linear([x, 1])), level(1, linear([y, 100]))]);
    const outcome = await backends[name].solve(model, NO_LIMIT);
    t.deepEqual(outcome, {
      status: 'optimal',
      values: [10, 2],
      levels: [
        { priority: 2, value: 10, bound: 10, gap: 0 },
        { priority: 1, value: 200, bound: 200, gap: 0 },
      ],
    });
  });

  test.serial(`${name}: an infeasible model is said to be so`, async (t) => {
    const builder = new ModelBuilder();
    builder.variable(interval(0, 9), null);
    builder.variable(interval(0, 9), null);
    builder.assert(builder.linear(linear([0, 2], [1, 4]), 7, 7), 0);
    t.deepEqual(await backends[name].solve(builder.build([]), NO_LIMIT), {
      status: 'infeasible',
      blamed: null,
    });
  });

  test.serial(`${name}: negative values and minimisation by a negative weight are exact`, async (t) => {
    const builder = new ModelBuilder();
    const x = builder.variable(interval(-7, 9), null);
    const y = builder.variable(list(-5, 2, 8), null);
    builder.assert(builder.linear(linear([x, 3], [y, 1]), -13, null), 0);
    const outcome = await backends[name].solve(
      builder.build([level(0, linear([x, 1], [y, 1]), -1)]),
      NO_LIMIT,
    );
    t.like(outcome, { status: 'optimal', values: [-2, -5], levels: [{ value: 7, bound: 7 }] });
  });

  test.serial(`${name}: explicit zeros and equalities of one variable keep their cost`, async (t) => {
    const builder = new ModelBuilder();
    const x = builder.variable(interval(0, 1), null);
    const y = builder.variable(interval(0, 1), null);
    const base = builder.build([level(0, linear([x, -4], [y, 2]))]);
    const model: Model = {
      ...base,
      nodes: [
        ...base.nodes,
        { kind: 'linear', expression: linear([x, -2]), lo: -2, hi: -2 },
        { kind: 'linear', expression: linear([y, 0]), lo: null, hi: 37 },
      ],
      constraints: [
        { kind: 'assert', literal: 2, origin: 0 },
        { kind: 'assert', literal: 4, origin: 1 },
      ],
    };
    const outcome = await backends[name].solve(model, NO_LIMIT);
    t.like(outcome, { status: 'optimal', values: [1, 1], levels: [{ value: -2, bound: -2 }] });
  });

  test.serial(`${name}: an objective without bound is a fault of the model`, async (t) => {
    const builder = new ModelBuilder();
    const x = builder.variable(interval(0, null), null);
    const model = builder.build([level(0, linear([x, 1]))]);
    const outcome = await backends[name].solve(model, NO_LIMIT);
    t.is(outcome.status, 'model_invalid');
  });
}

test.serial('a value beyond 2^31 is exact', async (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 2 ** 45), null);
  builder.assert(builder.linear(linear([x, 3]), null, 10_000_000_000_001), 0);
  const outcome = await backends.highs.solve(builder.build([level(0, linear([x, 1]))]), NO_LIMIT);
  t.like(outcome, { status: 'optimal', values: [3_333_333_333_333] });
});

test.serial('highs takes free variables that only rows read', async (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(null, null), null);
  const y = builder.variable(interval(null, null), null);
  builder.assert(builder.linear(linear([x, 1], [y, 1]), 5, null), 0);
  builder.assert(builder.linear(linear([x, 1], [y, -1]), 1, 1), 1);
  const outcome = await backends.highs.solve(builder.build([level(0, linear([x, -1]))]), NO_LIMIT);
  t.like(outcome, { status: 'optimal', values: [3, 2] });
});

test.serial('simplex declines what its branch and bound was never seen to finish', async (t) => {
  const outcome = await backends.simplex.solve(randomPacking(30, 6, 1), NO_LIMIT);
  t.like(outcome, { status: 'unknown', limit: 'backend' });
  t.regex(outcome.status === 'unknown' ? (outcome.detail ?? '') : '', /integer columns, more than 75/);
});

test.serial(
  'a work limit ends highs with an answer that is not called optimal, the same one every time',
  async (t) => {
    const model = randomPacking(24, 8, 5);
    const limits = { timeMs: null, work: 1, seed: 5 };
    const first = await backends.highs.solve(model, limits);
    t.is(first.status, 'feasible');
    t.is(verifyOutcome(model, first), null);
    if (first.status === 'feasible') {
      const [only] = first.levels;
      t.true(only?.bound !== null && only !== undefined && only.bound > only.value && (only.gap ?? 0) > 0);
    }
    t.deepEqual(await backends.highs.solve(model, limits), first);
  },
);

test.serial('a deadline is kept and what was found until then is answered', async (t) => {
  const model = randomPacking(60, 20, 2);
  await backends.highs.solve(randomPacking(4, 2, 2), NO_LIMIT);
  const started = performance.now();
  const outcome = await backends.highs.solve(model, { timeMs: 400, work: null, seed: 1 });
  const elapsed = performance.now() - started;
  t.true(elapsed < 3000, `${elapsed} ms`);
  t.true(['feasible', 'optimal', 'unknown'].includes(outcome.status), outcome.status);
  t.is(verifyOutcome(model, outcome), null);
});

test.serial('a hint that answers the model is the answer where nothing is to be optimised', async (t) => {
  const builder = new ModelBuilder();
  const ids = [5, 3, 8].map((hint) => builder.variable(interval(0, 9), hint));
  builder.assert(builder.linear(linear(...ids.map((id): [number, number] => [id, 1])), 10, null), 0);
  const outcome = await backends.highs.solve(builder.build([]), NO_LIMIT);
  t.like(outcome, { status: 'optimal', values: [5, 3, 8] });
});

test.serial('a closed backend starts again with the next solve', async (t) => {
  const own = createBackends();
  const model = randomPacking(4, 2, 2);
  t.is((await own.highs.solve(model, NO_LIMIT)).status, 'optimal');
  await own.highs.close();
  t.is((await own.simplex.solve(model, NO_LIMIT)).status, 'optimal');
  await own.simplex.close();
});

test.serial('a warm tiny solve takes a few milliseconds', async (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(list(1, 2, 3), null);
  const y = builder.variable(list(1, 2, 3), null);
  builder.assert(negate(builder.same(x, null, y, null)), 0);
  const soft = truthOf(builder.member(x, [3]));
  for (const name of both) {
    const times: number[] = [];
    for (let run = 0; run < 20; run += 1) {
      const model = builder.build([level(0, soft)]);
      const started = performance.now();
      t.is((await backends[name].solve(model, NO_LIMIT)).status, 'optimal');
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    const median = times[10] ?? Infinity;
    t.log(`${name}: ${median.toFixed(2)} ms`);
    t.true(median < 200);
  }
});
