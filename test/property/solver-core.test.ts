import test from 'ava';
import fc from 'fast-check';
import { monotonicClock, stoppedClock } from '../../engine/base/clock.js';
import type { Model } from '../../engine/model/model.js';
import { createBackends } from '../../engine/solve/backends.js';
import { feasibilityTest, minimalCore, restrictModel } from '../../engine/solve/core.js';
import { solveModel } from '../../engine/solve/select.js';
import type { SolveLimits } from '../../engine/solve/solver.js';
import { bruteForce, randomGates, randomModel } from '../solve/random-model.js';
import { randomPlacement } from '../solve/random-placement.js';

const backends = createBackends();
test.after.always(() => backends.highs.close());

const LIMITS: SolveLimits = { timeMs: null, work: null, seed: 7 };

/** Random models rarely clash; this one asserts much. */
function crowded(seed: number): Model {
  const model = randomModel(seed);
  const extra = model.nodes.slice(1).map((_, index) => {
    const literal = 2 * (index + 1) + ((seed >> (index % 16)) & 1);
    return { kind: 'assert', literal, origin: 20 + index } as const;
  });
  return { ...model, constraints: [...model.constraints, ...extra] };
}

test.serial('a core has no solution, and gains one without any of its constraints (seed 42)', async (t) => {
  t.timeout(120_000);
  let cores = 0;
  const solve = feasibilityTest(LIMITS, backends, monotonicClock);
  const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
    const model = crowded(seed);
    if (bruteForce(model).solutions > 0) return;
    const groups = new Map(model.constraints.map(({ origin }) => [origin, origin % 4]));
    const { minimal, origins } = await minimalCore(model, solve, groups, {
      clock: stoppedClock,
      timeMs: null,
      tests: null,
    });
    cores += 1;
    t.true(minimal, `model ${seed}`);
    t.is(bruteForce(restrictModel(model, new Set(origins))).solutions, 0, `model ${seed}`);
    for (const left of origins) {
      const rest = new Set(origins.filter((origin) => origin !== left));
      t.true(bruteForce(restrictModel(model, rest)).solutions > 0, `model ${seed} without ${left}`);
    }
  });
  await fc.assert(law, { seed: 42, numRuns: 250 });
  t.true(cores > 50, `${cores} cores`);
});

const sources = {
  'random models': (seed: number) => randomModel(seed),
  'gated sums': randomGates,
  'small placements': randomPlacement,
};

for (const [kind, make] of Object.entries(sources)) {
  test.serial(`a whole solve answers as enumeration does on ${kind} (seed 46)`, async (t) => {
    t.timeout(120_000);
    const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
      const model = make(seed);
      const { levels } = bruteForce(model);
      const { outcome, rejections } = await solveModel(model, LIMITS, backends, monotonicClock);
      t.deepEqual(rejections, [], `model ${seed}`);
      t.is(outcome.status, levels === null ? 'infeasible' : 'optimal', `model ${seed}`);
      if (outcome.status === 'optimal') {
        t.deepEqual(
          outcome.levels.map(({ value }) => value),
          levels,
          `model ${seed}`,
        );
      }
    });
    await fc.assert(law, { seed: 46, numRuns: 250 });
  });
}
