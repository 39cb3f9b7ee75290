import test from 'ava';
import { stoppedClock } from '../../engine/base/clock.js';
import type { Answer, Ask } from '../../engine/solve/shrink.js';
import { shrink } from '../../engine/solve/shrink.js';

const NO_BUDGET = { clock: stoppedClock, untilMs: null, tests: null };
const TWENTY = Array.from({ length: 20 }, (_one, i) => i);

/** Infeasible where all of `clash` are kept; tells nothing beside. */
const clashOf =
  (clash: readonly number[], asked: number[][] = []): Ask =>
  (kept) => {
    asked.push([...kept]);
    const feasible = !clash.every((element) => kept.has(element));
    return Promise.resolve({ feasible, sufficient: null, needed: [] });
  };

test('what is left clashes and each of it is needed', async (t) => {
  const shrunk = await shrink(TWENTY, clashOf([3, 7, 18]), NO_BUDGET);
  t.deepEqual(shrunk, { minimal: true, isSpent: false, kept: [3, 7, 18] });
});

test('few needed among many cost few questions, by halves', async (t) => {
  const asked: number[][] = [];
  const many = Array.from({ length: 1000 }, (_one, i) => i);
  const { kept } = await shrink(many, clashOf([500, 777], asked), NO_BUDGET);
  t.deepEqual(kept, [500, 777]);
  t.true(asked.length <= 40, `${asked.length} questions`);
});

test('of two clashes the one of the later elements is left', async (t) => {
  const ask: Ask = (kept) => {
    const feasible = ![
      [0, 1],
      [8, 9],
    ].some((clash) => clash.every((element) => kept.has(element)));
    return Promise.resolve({ feasible, sufficient: null, needed: [] });
  };
  const { kept } = await shrink(TWENTY.slice(0, 10), ask, NO_BUDGET);
  t.deepEqual(kept, [8, 9]);
});

test('a proof that names what suffices leaves the rest out at once', async (t) => {
  const asked: number[][] = [];
  const blind = clashOf([3, 7], asked);
  const ask: Ask = async (kept, all): Promise<Answer> => {
    const answer = await blind(kept, all);
    return { ...answer, sufficient: answer.feasible === false ? [3, 7] : null };
  };
  const { kept, minimal } = await shrink(TWENTY, ask, NO_BUDGET);
  t.deepEqual({ kept, minimal }, { kept: [3, 7], minimal: true });
  t.true(asked.length <= 8, `${asked.length} questions`);
});

test('what an answer shows to be needed is not asked about', async (t) => {
  const asked: number[][] = [];
  const blind = clashOf([3, 7, 9], asked);
  const ask: Ask = async (kept, all): Promise<Answer> => {
    const answer = await blind(kept, all);
    return { ...answer, needed: answer.feasible === true ? [3, 7, 9] : [] };
  };
  const { minimal } = await shrink([3, 7, 9], ask, NO_BUDGET);
  t.true(minimal);
  t.is(asked.length, 1);
});

test('questions that run out leave a clash that is not called minimal', async (t) => {
  const shrunk = await shrink(TWENTY, clashOf([3, 7]), { ...NO_BUDGET, tests: 3 });
  t.false(shrunk.minimal);
  t.true(shrunk.isSpent);
  t.true([3, 7].every((element) => shrunk.kept.includes(element)));
});

test('a question is not begun where one like the last would end too late', async (t) => {
  let now = 0;
  let questions = 0;
  const ask: Ask = (kept, all) => {
    now += 60;
    questions += 1;
    return clashOf([3, 7])(kept, all);
  };
  const { minimal, isSpent } = await shrink(TWENTY, ask, {
    clock: { nowMs: () => now },
    untilMs: 100,
    tests: null,
  });
  t.deepEqual({ minimal, isSpent, questions }, { minimal: false, isSpent: true, questions: 1 });
});

test('an answer that cannot say keeps the element, and the clash from being called minimal', async (t) => {
  const ask: Ask = async (kept, all): Promise<Answer> => {
    const answer = await clashOf([3])(kept, all);
    return kept.has(5) ? answer : { ...answer, feasible: null };
  };
  const shrunk = await shrink([3, 4, 5], ask, NO_BUDGET);
  t.deepEqual(shrunk, { minimal: false, isSpent: false, kept: [3, 5] });
});
