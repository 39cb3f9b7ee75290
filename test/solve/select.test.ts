import test from 'ava';
import { monotonicClock } from '../../engine/base/clock.js';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import type { Model } from '../../engine/model/model.js';
import { negate } from '../../engine/model/model.js';
import { createBackends } from '../../engine/solve/backends.js';
import { PRESOLVE, solveModel } from '../../engine/solve/select.js';
import type {
  Backend,
  Rejection,
  SolveLimits,
  SolveOutcome,
  SolveReport,
} from '../../engine/solve/solver.js';
import { p1Model } from '../../bench/p1-model.js';
import { randomPacking } from './random-packing.js';

const real = createBackends();
test.after.always(() => real.highs.close());

const NO_LIMIT: SolveLimits = { timeMs: null, work: null, seed: 1 };

/** Three requests, three hosts, no two together; the first likes host 3, the second too. */
function model(): Model {
  const builder = new ModelBuilder();
  const ids = [0, 1, 2].map((index) =>
    builder.variable({ values: [1, 2, 3], lo: 1, hi: 3, label: `request[${index}]` }, null),
  );
  for (const a of ids)
    for (const b of ids) if (a < b) builder.assert(negate(builder.same(a, null, b, null)), a);
  const liked = sumOf([
    { expression: truthOf(builder.member(0, [3])), factor: 2 },
    { expression: truthOf(builder.member(1, [3])), factor: 3 },
    { expression: truthOf(builder.member(2, [1])), factor: 1 },
  ]);
  return builder.build([{ priority: 0, soft: [{ name: 'liked', weight: 1, expression: liked }] }]);
}

const BEST = 4;

/** A backend made by hand, under the name of one that is asked first. */
function fake(answer: (model: Model) => Promise<SolveOutcome> | SolveOutcome): Backend & { closed: number } {
  return {
    name: 'simplex',
    closed: 0,
    async solve(asked) {
      return answer(asked);
    },
    async close() {
      this.closed += 1;
      return Promise.resolve();
    },
  };
}

const solved = (values: readonly number[], value: number, bound = value): SolveOutcome => ({
  status: 'optimal',
  values,
  levels: [{ priority: 0, value, bound, gap: bound - value }],
});

function solveWith(first: Backend, limits = NO_LIMIT): Promise<SolveReport> {
  return solveModel(model(), limits, { simplex: first, highs: real.highs }, monotonicClock);
}

const bestLevel = ({ outcome }: SolveReport): number | null =>
  outcome.status === 'optimal' ? (outcome.levels[0]?.value ?? null) : null;

const faults: readonly [string, () => SolveOutcome | Promise<SolveOutcome>, Rejection['reason'], RegExp][] = [
  ['breaks a constraint', () => solved([3, 3, 1], 6), 'wrong', /violates/],
  ['leaves a domain', () => solved([3, 2, 7], 2), 'wrong', /outside its domain/],
  ['claims a better value than it has', () => solved([2, 3, 1], 5), 'wrong', /claims 5/],
  ['claims an optimum below its own bound', () => solved([3, 2, 1], 3, 4), 'wrong', /without a proof/],
  ['answers in fractions', () => solved([2.5, 3, 1], 4), 'fractional', /request\[0\] = 2.5/],
  [
    'throws',
    () => {
      throw new Error('out of memory');
    },
    'crashed',
    /out of memory/,
  ],
  ['rejects', () => Promise.reject(new Error('worker died')), 'crashed', /worker died/],
  [
    'declines',
    () => ({ status: 'unknown', limit: 'backend', detail: 'too many columns' }) as const,
    'unsupported',
    /too many columns/,
  ],
  ['ran out of its time', () => ({ status: 'unknown', limit: 'time' }) as const, 'late', /ended/],
  [
    'denies that there is an answer',
    () => ({ status: 'infeasible', blamed: null }) as const,
    'wrong',
    /infeasible/,
  ],
];

for (const [name, answer, reason, detail] of faults) {
  test.serial(`where a backend ${name} another one answers, and the report says so`, async (t) => {
    const report = await solveWith(fake(answer));
    t.is(bestLevel(report), BEST);
    t.is(report.backend, 'highs');
    t.is(report.rejections.length, 1);
    t.like(report.rejections[0], { backend: 'simplex', reason });
    t.regex(report.rejections[0]?.detail ?? '', detail);
  });
}

test.serial('a backend that never answers is left behind and closed at its deadline', async (t) => {
  const hanging = fake(() => new Promise<SolveOutcome>(() => undefined));
  const report = await solveWith(hanging, { timeMs: 400, work: null, seed: 1 });
  t.is(hanging.closed, 1);
  t.deepEqual(
    report.rejections.map(({ backend, reason }) => [backend, reason]),
    [['simplex', 'late']],
  );
  t.is(bestLevel(report), BEST);
});

test.serial('a backend that says how long it may take is waited for as long', async (t) => {
  const slow = fake(
    () => new Promise<SolveOutcome>((resolve) => setTimeout(() => resolve(solved([2, 3, 1], BEST)), 800)),
  );
  const limits = { timeMs: 20, work: null, seed: 1 };
  t.is((await solveWith(slow, limits)).rejections[0]?.reason, 'late');
  const report = await solveWith({ ...slow, guardMs: () => 5000 }, limits);
  t.deepEqual([report.backend, report.rejections], ['simplex', []]);
});

test.serial('an answer after the deadline is not waited for', async (t) => {
  const waiting: ((outcome: SolveOutcome) => void)[] = [];
  const slow = fake(() => new Promise<SolveOutcome>((resolve) => waiting.push(resolve)));
  const report = await solveWith(slow, { timeMs: 300, work: null, seed: 1 });
  t.is(report.backend, 'highs');
  for (const resolve of waiting) resolve(solved([1, 2, 3], 0));
  t.is(waiting.length, 1);
  t.is(bestLevel(report), BEST);
});

test.serial('where no backend answers the outcome is unknown and every reason is listed', async (t) => {
  const broken = fake(() => Promise.reject(new Error('no')));
  const highs = { ...broken, name: 'highs' };
  const report = await solveModel(model(), NO_LIMIT, { simplex: broken, highs }, monotonicClock);
  t.deepEqual(report.outcome, { status: 'unknown', limit: 'backend' });
  t.is(report.backend, null);
  t.deepEqual(
    report.rejections.map(({ backend, reason }) => [backend, reason]),
    [
      ['simplex', 'crashed'],
      ['highs', 'crashed'],
    ],
  );
});

test.serial('a tiny model goes to simplex, a larger one to highs', async (t) => {
  t.is((await solveModel(model(), NO_LIMIT, real, monotonicClock)).backend, 'simplex');
  t.is((await solveModel(randomPacking(12, 4, 2), NO_LIMIT, real, monotonicClock)).backend, 'highs');
});

test.serial('what propagation decides alone needs no backend', async (t) => {
  const never = fake(() => Promise.reject(new Error('asked')));
  const builder = new ModelBuilder();
  const x = builder.variable({ values: null, lo: 0, hi: 9, label: 'x' }, null);
  builder.variable({ values: null, lo: null, hi: null, label: 'unread' }, 42);
  builder.assert(builder.and([builder.atMost(x, 4), negate(builder.atMost(x, 3))]), 0);
  const soft = { name: 's', weight: 2, expression: truthOf(builder.atMost(x, 8)) };
  const expression = {
    constant: 1,
    terms: [{ of: { kind: 'variable', variable: x } as const, coefficient: 3 }],
  };
  const small = builder.build([{ priority: 0, soft: [soft, { name: 'x', weight: 1, expression }] }]);
  const report = await solveModel(small, NO_LIMIT, { simplex: never, highs: never }, monotonicClock);
  t.deepEqual(report, {
    outcome: { status: 'optimal', values: [4, 42], levels: [{ priority: 0, value: 15, bound: 15, gap: 0 }] },
    backend: PRESOLVE,
    rejections: [],
  });
});

test.serial('a model without variables is optimal', async (t) => {
  const empty = new ModelBuilder().build([]);
  const report = await solveModel(empty, NO_LIMIT, real, monotonicClock);
  t.deepEqual(report.outcome, { status: 'optimal', values: [], levels: [] });
  t.is(report.backend, PRESOLVE);
});

test.serial('a conflict found by propagation carries the constraints it rests on', async (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable({ values: null, lo: 0, hi: 9, label: 'x' }, null);
  builder.assert(builder.atMost(x, 8), 1);
  builder.assert(builder.atMost(x, 4), 2);
  builder.assert(negate(builder.atMost(x, 4)), 3);
  const report = await solveModel(builder.build([]), NO_LIMIT, real, monotonicClock);
  t.deepEqual(report.outcome, { status: 'infeasible', blamed: [2, 3] });
});

test.serial('a malformed model is refused before any backend sees it', async (t) => {
  const sound = model();
  const report = await solveModel({ ...sound, hints: [] }, NO_LIMIT, real, monotonicClock);
  t.is(report.outcome.status, 'model_invalid');
  t.is(report.backend, null);
});

test.serial('a model that no backend can take says what it needs', async (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable({ values: null, lo: 0, hi: null, label: 'quota' }, null);
  const y = builder.variable({ values: [1, 2, 3], lo: 1, hi: 3, label: 'y' }, null);
  builder.assert(builder.or([builder.atMost(x, 5), builder.member(y, [2])]), 0);
  const report = await solveModel(builder.build([]), NO_LIMIT, real, monotonicClock);
  t.like(report.outcome, { status: 'unknown', limit: 'backend' });
  t.deepEqual(
    report.rejections.map(({ reason }) => reason),
    ['unsupported'],
  );
  t.regex(report.rejections[0]?.detail ?? '', /quota/);
});

test.serial('a model whose sums leave the exact integers is refused, not rounded', async (t) => {
  const builder = new ModelBuilder();
  const big = { values: null, lo: 2 ** 52, hi: 2 ** 52, label: 'x' };
  const x = builder.variable(big, null);
  const y = builder.variable(big, null);
  const terms = [x, y].map((variable) => ({ of: { kind: 'variable', variable } as const, coefficient: 1 }));
  const soft = { name: 's', weight: 1, expression: { constant: 0, terms } };
  const report = await solveModel(
    builder.build([{ priority: 0, soft: [soft] }]),
    NO_LIMIT,
    real,
    monotonicClock,
  );
  t.is(report.outcome.status, 'model_invalid');
});

test('a glance proves what proofs by programs take long for, and says what they say', async (t) => {
  const backends = createBackends();
  const { simplex, highs } = backends;
  try {
    let glanced = 0;
    for (let seed = 1; seed <= 12; seed += 1) {
      const siblings = seed % 2 === 0 ? 'each' : 'any';
      const kind = seed % 3 === 0 ? 'tight' : 'loose';
      const asked = p1Model({ requests: 14, hosts: 6, kind, seed, siblings });
      const report = await solveModel(asked, NO_LIMIT, backends, monotonicClock);
      const exact = await solveModel(asked, NO_LIMIT, { simplex, highs }, monotonicClock);
      t.is(report.outcome.status, 'optimal', `seed ${seed}`);
      if (report.outcome.status !== 'optimal' || exact.outcome.status !== 'optimal') return t.fail();
      t.is(report.outcome.levels[0]?.value, exact.outcome.levels[0]?.value, `seed ${seed}`);
      t.is(exact.backend, 'highs');
      if (report.backend === 'search') glanced += 1;
    }
    t.true(glanced > 2 && glanced < 12, `${glanced} of 12`);
  } finally {
    await backends.highs.close();
    await backends.search.close();
  }
});
