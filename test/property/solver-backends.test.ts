import test from 'ava';
import fc from 'fast-check';
import { createBackends } from '../../engine/solve/backends.js';
import type { SolveLimits } from '../../engine/solve/solver.js';
import { verifyOutcome } from '../../engine/solve/verify.js';
import { bruteForce, randomGates, randomLoads, randomModel } from '../solve/random-model.js';
import { randomPlacement } from '../solve/random-placement.js';

const backends = createBackends();
test.after.always(() => backends.highs.close());

const LIMITS: SolveLimits = { timeMs: null, work: null, seed: 7 };
const sources = {
  'random models': (seed: number) => randomModel(seed),
  'gated sums': randomGates,
  loads: randomLoads,
  'small placements': randomPlacement,
};

for (const name of ['highs', 'simplex'] as const) {
  for (const [kind, make] of Object.entries(sources)) {
    test.serial(
      `${name} gives the status and level values of enumeration on ${kind} (seed 42)`,
      async (t) => {
        t.timeout(120_000);
        let answered = 0;
        const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
          const model = make(seed);
          const { levels } = bruteForce(model);
          const outcome = await backends[name].solve(model, LIMITS);
          if (outcome.status === 'unknown' && outcome.limit === 'backend') return;
          answered += 1;
          t.is(outcome.status, levels === null ? 'infeasible' : 'optimal', `model ${seed}`);
          t.is(verifyOutcome(model, outcome), null, `model ${seed}`);
          if (outcome.status === 'optimal') {
            t.deepEqual(
              outcome.levels.map(({ value }) => value),
              levels,
              `model ${seed}`,
            );
          }
        });
        await fc.assert(law, { seed: 42, numRuns: 250 });
        t.true(answered > 225, `${answered} of 250 answered`);
      },
    );
  }
}
