import test from 'ava';
import fc from 'fast-check';
import { monotonicClock } from '../../engine/base/clock.js';
import { seededRandom } from '../../engine/base/random.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { Constraint, Model } from '../../engine/model/model.js';
import { createBackends } from '../../engine/solve/backends.js';
import { feasibilityOf } from '../../engine/solve/feasibility.js';
import { solveModel } from '../../engine/solve/select.js';
import { shrink } from '../../engine/solve/shrink.js';
import type { SolveLimits } from '../../engine/solve/solver.js';
import { submodelOf } from '../../engine/solve/submodel.js';
import { Weakener } from '../../engine/solve/weaken.js';
import { assignmentsOf, bruteForce, randomGates, randomLoads, randomModel } from '../solve/random-model.js';
import { randomPlacement } from '../solve/random-placement.js';

const backends = createBackends();
test.after.always(() => backends.highs.close());

const LIMITS: SolveLimits = { timeMs: null, work: null, seed: 7 };

const either = (seed: number): Model => (seed % 2 === 0 ? randomModel(seed) : randomLoads(seed));

/** Random models rarely clash; this one asserts much. */
function crowded(seed: number): Model {
  const model = either(seed);
  const extra = model.nodes.slice(1).map((_, index) => {
    const literal = 2 * (index + 1) + ((seed >> (index % 16)) & 1);
    return { kind: 'assert', literal, origin: 20 + index } as const;
  });
  return { ...model, constraints: [...model.constraints, ...extra], objectives: [] };
}

const withOnly = (model: Model, origins: readonly number[]): Model => ({
  ...model,
  constraints: model.constraints.filter(({ origin }) => origins.includes(origin)),
});

test.serial('a core has no solution, and gains one without any of its constraints (seed 42)', async (t) => {
  t.timeout(120_000);
  let cores = 0;
  const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
    const model = crowded(seed);
    if (bruteForce(model).solutions > 0) return;
    const origins = [...new Set(model.constraints.map(({ origin }) => origin))];
    const { minimal, kept } = await shrink(
      origins,
      async (rest) => {
        const { constraints } = withOnly(model, [...rest]);
        const solve = async (part: Model) =>
          (await solveModel(part, LIMITS, backends, monotonicClock)).outcome;
        const found = await feasibilityOf(model, constraints, solve, () => null);
        const isInfeasible = found.kind === 'infeasible';
        return {
          feasible: found.kind === 'unknown' ? null : !isInfeasible,
          sufficient: isInfeasible ? found.blamed : null,
          needed: [],
        };
      },
      { clock: monotonicClock, untilMs: null, tests: null },
    );
    cores += 1;
    t.true(minimal, `model ${seed}`);
    t.is(bruteForce(withOnly(model, kept)).solutions, 0, `model ${seed}`);
    for (const left of kept) {
      const rest = kept.filter((origin) => origin !== left);
      t.true(bruteForce(withOnly(model, rest)).solutions > 0, `model ${seed} without ${left}`);
    }
  });
  await fc.assert(law, { seed: 42, numRuns: 250 });
  t.true(cores > 50, `${cores} cores`);
});

test.serial('a part of a model by itself means what it means in the whole (seed 43)', (t) => {
  const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
    const model = { ...either(seed), objectives: [] };
    const random = seededRandom(seed);
    const constraints = model.constraints.filter(() => random.below(2) === 0);
    const { model: part, expand, project } = submodelOf(model, constraints);
    t.is(part.constraints.length, constraints.length);
    for (const values of assignmentsOf(model)) {
      const whole = evaluate({ ...model, constraints }, values).violated;
      t.deepEqual(evaluate(part, project(values)).violated, whole, `model ${seed}`);
      const expanded = expand(project(values));
      t.deepEqual(project(expanded), project(values), `model ${seed}`);
    }
  });
  fc.assert(law, { seed: 43, numRuns: 150 });
});

test.serial('what is left of a constraint follows from it, and from it with less dropped (seed 44)', (t) => {
  let strictly = 0;
  const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
    const model = { ...crowded(seed), objectives: [] };
    const random = seededRandom(seed);
    const few = new Set(model.variables.map((_one, id) => id).filter(() => random.below(3) === 0));
    const many = new Set([
      ...few,
      ...model.variables.map((_one, id) => id).filter(() => random.below(3) === 0),
    ]);
    const weakener = new Weakener(model);
    const without = (constraint: Constraint, dropped: ReadonlySet<number>): Constraint[] => {
      const left = weakener.weaken(constraint, { variable: (id) => dropped.has(id), key: () => false });
      return left === null ? [] : [left];
    };
    const all = [...assignmentsOf(model)];
    for (const constraint of model.constraints) {
      const less = without(constraint, few);
      const more = without(constraint, many);
      const holds = (constraints: readonly Constraint[], values: readonly number[]): boolean =>
        evaluate(weakener.model(constraints), values).violated.length === 0;
      for (const values of all) {
        const before = holds([constraint], values);
        const after = holds(less, values);
        if (before) t.true(after, `model ${seed}`);
        if (after && !before) strictly += 1;
        if (after) t.true(holds(more, values), `model ${seed}`);
      }
    }
  });
  fc.assert(law, { seed: 44, numRuns: 60 });
  t.true(strictly > 1000, `${strictly}`);
});

const sources = {
  'random models': (seed: number) => randomModel(seed),
  'gated sums': randomGates,
  loads: randomLoads,
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
