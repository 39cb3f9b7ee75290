import test from 'ava';
import fc from 'fast-check';
import { seededRandom } from '../../engine/base/random.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { Model } from '../../engine/model/model.js';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import { Budget } from '../../engine/solve/search/budget.js';
import { clear } from '../../engine/solve/search/clear.js';
import { compileProblem } from '../../engine/solve/search/compile-problem.js';
import { construct } from '../../engine/solve/search/construct.js';
import { Gathering } from '../../engine/solve/search/gathering.js';
import { Gains } from '../../engine/solve/search/gains.js';
import { guardsOf } from '../../engine/solve/search/guards.js';
import type { Run } from '../../engine/solve/search/improve.js';
import { Best } from '../../engine/solve/search/improve.js';
import { Neighbours } from '../../engine/solve/search/neighbours.js';
import type { Problem } from '../../engine/solve/search/problem.js';
import { State } from '../../engine/solve/search/state.js';
import { Support } from '../../engine/solve/search/support.js';
import { randomPacking } from './random-packing.js';
import { randomPlacement } from './random-placement.js';

/** A search that has placed all it can; null where something found no place. */
function begun(problem: Problem, seed: number): Run | null {
  const state = new State(problem);
  const random = seededRandom(seed);
  const support = new Support(problem);
  const near = new Neighbours(problem, state, random, support);
  state.guard(guardsOf(problem, support));
  state.placeFixed();
  const budget = new Budget({ moves: 1e9, timeMs: null, nowMs: () => 0, isCancelled: () => false });
  state.begin();
  problem.hints.forEach((hint, variable) => {
    if (hint >= 0) state.place(variable, hint);
  });
  state.settle();
  const gathering = new Gathering(problem, state, near);
  const left = construct(state, near, gathering, budget);
  if (left.length > 0 || state.broken > 0) return null;
  const best = new Best(state);
  return {
    state,
    near,
    gathering,
    budget,
    random,
    best,
    bound: Infinity,
    chain: [],
    goals: [],
    heat: 1,
    gains: new Gains(),
  };
}

const sources: Readonly<Record<string, (seed: number) => Model>> = {
  'tight packings': (seed) => randomPacking(16, 5, seed),
  'small placements': randomPlacement,
};

for (const [kind, make] of Object.entries(sources)) {
  test(`making room breaks nothing, and what it leaves is what evaluation says, on ${kind} (seed 11)`, (t) => {
    let [made, longer] = [0, 0];
    const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
      const model = make(seed);
      const problem = compileProblem(model);
      const run = problem === null ? null : begun(problem, seed);
      if (problem === null || run === null || run.near.open.length < 2) return;
      const { state } = run;
      for (let turn = 0; turn < 20; turn += 1) {
        const before = state.values.slice();
        const objective = state.objective;
        const isMade = clear(run);
        if (isMade) {
          made += 1;
          const moved = state.values.filter((value, variable) => value !== before[variable]).length;
          if (moved > 2) longer += 1;
        }
        if (!isMade || run.random.below(2) === 0) {
          if (isMade) state.undo();
          t.deepEqual(state.values, before, `model ${seed}, turn ${turn}`);
          t.true(Math.abs(state.objective - objective) < 1e-6, `model ${seed}, turn ${turn}`);
        }
        const values = Array.from(state.values, (value) => problem.universe[value] ?? NaN);
        const { violated, levels } = evaluate(model, values);
        t.deepEqual(violated, [], `model ${seed}, turn ${turn}`);
        if (levels.length === 1) {
          const worth = problem.worth[0] ?? 1;
          t.true(Math.abs(state.objective - worth * (levels[0] ?? 0)) < 1e-6, `model ${seed}, turn ${turn}`);
        }
      }
    });
    fc.assert(law, { seed: 11, numRuns: 200 });
    t.true(made > 300, `${made} made`);
    if (kind === 'tight packings') t.true(longer > 50, `${longer} of more than two variables`);
    t.log(`${made} made, ${longer} of them of more than two variables`);
  });
}

test('a large item takes the place of several small ones, which find others', (t) => {
  // The large one stands alone on host 1; host 2 is full of four small ones, hosts 3 to 6 have room for one each.
  const builder = new ModelBuilder();
  const values = [1, 2, 3, 4, 5, 6];
  const labels = ['large', 'a', 'b', 'c', 'd'];
  const variables = labels.map((label, index) =>
    builder.variable({ values, lo: 1, hi: 6, label }, index === 0 ? 1 : 2),
  );
  const capacity = {
    items: variables.map((variable, index) => ({ variable, demand: index === 0 ? 8 : 2, presence: null })),
    keys: [8, 8, 2, 2, 2, 2].map((room, index) => ({ key: index + 1, capacity: room })),
  };
  builder.capacity(capacity, 0);
  const soft = variables.map((variable, index) => ({
    name: labels[index] ?? '',
    weight: 1,
    expression: sumOf([
      { expression: truthOf(builder.member(variable, [2])), factor: index === 0 ? 100 : 20 },
    ]),
  }));
  const problem = compileProblem(builder.build([{ priority: 0, soft }]));
  const run = problem === null ? null : begun(problem, 1);
  if (problem === null || run === null) throw new Error('no start');
  t.is(run.state.objective, 80);
  let [turns, isBetter] = [0, false];
  for (; turns < 200 && !isBetter; turns += 1) {
    if (!clear(run)) continue;
    isBetter = run.state.objective === 100;
    if (!isBetter) run.state.undo();
  }
  t.true(isBetter, 'it never did');
  t.is(problem.universe[run.state.values[0] ?? -1], 2);
});
