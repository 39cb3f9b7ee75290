import test from 'ava';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import { seededRandom } from '../../engine/base/random.js';
import { evaluate } from '../../engine/model/evaluate.js';
import { weightScale } from '../../engine/model/weights.js';
import type { Model } from '../../engine/model/model.js';
import { compileProblem } from '../../engine/solve/search/compile-problem.js';
import { guardsOf } from '../../engine/solve/search/guards.js';
import { State } from '../../engine/solve/search/state.js';
import { Support } from '../../engine/solve/search/support.js';
import { randomGates, randomLoads, randomModel } from './random-model.js';
import { randomPlacement } from './random-placement.js';

const sources: Readonly<Record<string, (seed: number) => Model>> = {
  'random models': (seed) => randomModel(seed),
  'gated sums': randomGates,
  loads: randomLoads,
  'small placements': randomPlacement,
};

for (const [kind, make] of Object.entries(sources)) {
  test(`what single changes and their undoing leave is what evaluation says, on ${kind} (seed 7)`, (t) => {
    let compared = 0;
    const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
      const model = make(seed);
      const problem = compileProblem(model);
      if (problem === null) return;
      const state = new State(problem);
      const random = seededRandom(seed);
      const pick = (variable: number): number => {
        const domain = must(problem.domains[problem.domainOf[variable] ?? 0], 'domain');
        return domain[random.below(domain.length)] ?? 0;
      };
      state.begin();
      model.variables.forEach((_one, variable) => state.place(variable, pick(variable)));
      state.settle();
      for (let move = 0; move < 12; move += 1) {
        state.begin();
        const isShifted = random.below(2) === 0;
        for (let k = random.below(3); k >= 0; k -= 1) {
          const variable = random.below(model.variables.length);
          if (isShifted) state.shift(variable, pick(variable));
          else state.place(variable, pick(variable));
        }
        if (isShifted && random.below(4) > 0) state.follow();
        else if (isShifted) {
          state.undo();
          continue;
        }
        const isEarly = random.below(4) === 0;
        if (!isEarly) state.settle();
        if (isEarly || random.below(2) === 0) state.undo();
        const values = Array.from(state.values, (value) => problem.universe[value] ?? NaN);
        const { violated, levels } = evaluate(model, values);
        compared += 1;
        t.is(state.broken === 0, violated.length === 0, `model ${seed}, move ${move}`);
        model.objectives.forEach((level, i) => {
          const scale = weightScale(level) ?? 1;
          const own = state.level(i) / scale;
          t.true(
            Math.abs(own - (levels[i] ?? NaN)) < 1e-6,
            `model ${seed}, move ${move}, level ${i}: ${own}, ${levels[i] ?? NaN}`,
          );
        });
      }
    });
    fc.assert(law, { seed: 7, numRuns: 400 });
    t.true(compared > 3000, `${compared} compared`);
  });
}

for (const [kind, make] of Object.entries(sources)) {
  test(`what does not fit breaks something, and a move is let through or not as it does, on ${kind} (seed 5)`, (t) => {
    let [refused, passed, stopped] = [0, 0, 0];
    const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
      const problem = compileProblem(make(seed));
      if (problem === null) return;
      const state = new State(problem);
      state.guard(guardsOf(problem, new Support(problem)));
      const random = seededRandom(seed);
      const count = problem.domainOf.length;
      const pick = (variable: number): number => {
        const domain = must(problem.domains[problem.domainOf[variable] ?? 0], 'domain');
        return domain[random.below(domain.length)] ?? 0;
      };
      state.begin();
      for (let variable = 0; variable < count; variable += 1) state.place(variable, pick(variable));
      state.settle();
      for (let move = 0; move < 40; move += 1) {
        const variable = random.below(count);
        const other = random.below(3) === 0 ? random.below(count) : -1;
        const own = state.values[variable] ?? -1;
        const value = other < 0 ? pick(variable) : (state.values[other] ?? -1);
        const isWhole = state.broken === 0;
        const fits =
          other === variable ||
          value === own ||
          (state.fits(variable, value, other) && (other < 0 || state.fits(other, own, variable)));
        state.begin();
        state.place(variable, value);
        if (other >= 0 && other !== variable) state.place(other, own);
        if (!isWhole) {
          const before = state.broken;
          state.settle();
          if (state.broken > before) state.undo();
          continue;
        }
        const passes = state.settleUnbroken();
        if (passes) passed += 1;
        else stopped += 1;
        if (!fits && !state.hasPresence) {
          refused += 1;
          t.false(passes, `model ${seed}, move ${move}`);
        }
        if (!passes) {
          state.undo();
          t.is(brokenOf(state), 0);
          state.begin();
          state.place(variable, value);
          if (other >= 0 && other !== variable) state.place(other, own);
          state.settle();
        }
        t.is(brokenOf(state) === 0, passes, `model ${seed}, move ${move}`);
        if (!passes) state.undo();
      }
    });
    fc.assert(law, { seed: 5, numRuns: 400 });
    t.true(passed > 100 && stopped > 100, `${passed} let through, ${stopped} stopped, ${refused} refused`);
    t.log(`${passed} let through, ${stopped} stopped, ${refused} refused`);
  });
}

const brokenOf = ({ broken }: State): number => broken;
