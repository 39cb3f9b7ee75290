import test from 'ava';
import fc from 'fast-check';
import { weightScale } from '../../engine/model/weights.js';
import type { Model } from '../../engine/model/model.js';
import { upperBound } from '../../engine/solve/search/bound.js';
import { compileProblem } from '../../engine/solve/search/compile-problem.js';
import { search } from '../../engine/solve/search/search.js';
import { p1Model } from '../../bench/p1-model.js';
import { bruteForce, randomGates, randomLoads, randomModel } from './random-model.js';
import { randomPlacement } from './random-placement.js';
import { randomTeams } from './random-teams.js';

const sources: Readonly<Record<string, (seed: number) => Model>> = {
  'random models': (seed) => randomModel(seed),
  'gated sums': randomGates,
  loads: randomLoads,
  'small placements': randomPlacement,
  'requests beside their process': (seed) =>
    p1Model({ requests: 4, hosts: 4, kind: seed % 2 === 0 ? 'loose' : 'tight', seed }),
  'requests that gain beside each of their process': (seed) =>
    p1Model({ requests: 5, hosts: 4, kind: seed % 2 === 0 ? 'loose' : 'tight', seed, siblings: 'each' }),
  teams: randomTeams,
  'requests that want different hosts without room for all': (seed) =>
    p1Model({ requests: 7, hosts: 3, kind: 'tight', seed }),
};

for (const [kind, make] of Object.entries(sources)) {
  test(`no assignment is worth more than the bound, on ${kind} (seed 11)`, (t) => {
    t.timeout(120_000);
    let [compared, met] = [0, 0];
    const law = fc.property(fc.noShrink(fc.nat()), fc.constantFrom(3, 40, 100_000), (seed, steps) => {
      const model = make(seed);
      const problem = compileProblem(model);
      const { levels } = bruteForce(model);
      if (problem === null || levels === null || !problem.comparable) return;
      const best = model.objectives.reduce(
        (sum, level, i) => sum + (problem.worth[i] ?? 0) * (weightScale(level) ?? 1) * (levels[i] ?? 0),
        0,
      );
      const tolerance = 1e-6 * Math.max(1, Math.abs(best));
      const { bound } = upperBound(problem, steps, -Infinity);
      t.true(bound >= best - tolerance, `model ${seed}, ${steps} steps: ${bound} below ${best}`);
      // What is known to be reached may end the search for a bound early, never below it.
      t.true(
        upperBound(problem, steps, best).bound >= best - tolerance,
        `model ${seed}, ${steps} steps, known`,
      );
      compared += 1;
      if (bound <= best + tolerance) met += 1;
    });
    fc.assert(law, { seed: 11, numRuns: 300 });
    t.log(`${met} of ${compared} bounds are met`);
    t.true(compared > 100 && met > 0);
  });
}

test('most loose placements of fifty requests are proved by their bound', (t) => {
  let proved = 0;
  for (let seed = 1; seed <= 10; seed += 1) {
    const problem = compileProblem(p1Model({ requests: 50, hosts: 1000, kind: 'loose', seed }));
    if (problem === null) return t.fail();
    const limits = { moves: 200_000, timeMs: null, nowMs: () => 0, isCancelled: () => false };
    const { objective, bound } = search(problem, { limits, seed: 1, patient: true });
    t.true(objective <= bound + 1e-6);
    t.true((bound - objective) / bound < 0.004, `seed ${seed}: ${objective} of ${bound}`);
    if (objective >= bound - 1e-6) proved += 1;
  }
  t.true(proved >= 5, `${proved} of 10`);
});
