import test from 'ava';
import fc from 'fast-check';
import type { Model } from '../../engine/model/model.js';
import { validate } from '../../engine/model/validate.js';
import { pruneDominated } from '../../engine/solve/dominance.js';
import { propagate } from '../../engine/solve/propagate.js';
import { reduceModel } from '../../engine/solve/reduce.js';
import { assignmentsOf, bruteForce, randomGates, randomLoads, randomModel } from '../solve/random-model.js';
import { randomPlacement } from '../solve/random-placement.js';
import { evaluate } from '../../engine/model/evaluate.js';

const sources = {
  'random models': (seed: number) => randomModel(seed),
  'gated sums': randomGates,
  loads: randomLoads,
  'small placements': randomPlacement,
};

const restricted = (model: Model, origins: readonly number[]): Model => ({
  ...model,
  constraints: model.constraints.filter(({ origin }) => origins.includes(origin)),
});

for (const [kind, make] of Object.entries(sources)) {
  test(`propagation and folding keep every solution and its level values on ${kind} (seed 42)`, (t) => {
    let narrowed = 0;
    const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
      const model = make(seed);
      const found = propagate(model);
      if (found.kind !== 'narrowed') return;
      const reduced = reduceModel(model, found);
      t.deepEqual(validate(reduced), [], `model ${seed}`);
      t.deepEqual(bruteForce(reduced), bruteForce(model), `model ${seed}`);
      if (reduced.variables.some((variable, id) => variable !== model.variables[id])) narrowed += 1;
    });
    fc.assert(law, { seed: 42, numRuns: 400 });
    t.true(narrowed > 40, `${narrowed} narrowed`);
  });

  test(`the constraints blamed for a conflict suffice for it on ${kind} (seed 43)`, (t) => {
    let conflicts = 0;
    const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
      const model = make(seed);
      const found = propagate(model);
      if (found.kind !== 'infeasible') return;
      conflicts += 1;
      t.is(bruteForce(restricted(model, found.origins)).solutions, 0, `model ${seed}`);
    });
    fc.assert(law, { seed: 43, numRuns: 400 });
    t.true(conflicts > 15, `${conflicts} conflicts`);
  });

  test(`a node that propagation decides has that truth in every solution on ${kind} (seed 44)`, (t) => {
    const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
      const model = make(seed);
      const found = propagate(model);
      if (found.kind !== 'narrowed') return;
      // Asserting the opposite of what was decided must leave no solution.
      for (const [node, truth] of found.truths.entries()) {
        if (node === 0 || truth < 0) continue;
        const opposite = { kind: 'assert', literal: 2 * node + truth, origin: 99 } as const;
        const contrary = { ...model, constraints: [...model.constraints, opposite] };
        t.is(bruteForce(contrary).solutions, 0, `model ${seed}, node ${node}`);
      }
    });
    fc.assert(law, { seed: 44, numRuns: 60 });
  });

  test(`pruning keeps the best level values and infeasibility on ${kind} (seed 45)`, (t) => {
    let pruned = 0;
    const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
      const model = make(seed);
      const found = propagate(model);
      const models = found.kind === 'narrowed' ? [model, reduceModel(model, found)] : [model];
      for (const each of models) {
        const left = pruneDominated(each);
        if (left === each) continue;
        pruned += 1;
        t.deepEqual(bruteForce(left).levels, bruteForce(each).levels, `model ${seed}`);
      }
    });
    fc.assert(law, { seed: 45, numRuns: 800 });
    t.true(pruned > (kind === 'gated sums' ? 0 : 100), `${pruned} pruned`);
  });
}

test('enumeration visits every assignment once', (t) => {
  const model = randomModel(5);
  const all = [...assignmentsOf(model)];
  const size = model.variables.reduce(
    (product, { values, lo, hi }) => product * (values?.length ?? (hi ?? 0) - (lo ?? 0) + 1),
    1,
  );
  t.is(new Set(all.map((values) => values.join())).size, size);
  t.true(all.every((values) => evaluate(model, values).outOfDomain.length === 0));
});
