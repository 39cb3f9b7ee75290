import test from 'ava';
import { ModelBuilder } from '../../engine/model/builder.js';
import type { Model, Variable } from '../../engine/model/model.js';
import type { LevelResult, SolveOutcome } from '../../engine/solve/solver.js';
import { verifyOutcome } from '../../engine/solve/verify.js';

const digit = (label: string): Variable => ({ values: null, lo: 0, hi: 9, label });

/** Maximise x + y at priority 1 and -x at 0, where x + y <= 12. */
function model(weight = 1): Model {
  const builder = new ModelBuilder();
  const x = builder.variable(digit('x'), null);
  const y = builder.variable(digit('y'), null);
  const sum = {
    constant: 0,
    terms: [x, y].map((variable) => ({ of: { kind: 'variable', variable } as const, coefficient: 1 })),
  };
  const own = { constant: 0, terms: [{ of: { kind: 'variable', variable: x } as const, coefficient: 1 }] };
  builder.assert(builder.linear(sum, null, 12), 3);
  return builder.build([
    { priority: 1, soft: [{ name: 'sum', weight, expression: sum }] },
    { priority: 0, soft: [{ name: 'x', weight: -1, expression: own }] },
  ]);
}

const level = (priority: number, value: number, bound: number | null): LevelResult => ({
  priority,
  value,
  bound,
  gap: bound === null ? null : bound - value,
});
const answer = (
  values: readonly number[],
  levels: readonly LevelResult[],
  status: 'optimal' | 'feasible' = 'optimal',
): SolveOutcome => ({ status, values, levels });

const proved = [level(1, 12, 12), level(0, -3, -3)];

test('an answer that is what it claims is not refused', (t) => {
  t.is(verifyOutcome(model(), answer([3, 9], proved)), null);
  t.is(verifyOutcome(model(), answer([4, 5], [level(1, 9, 12), level(0, -4, null)], 'feasible')), null);
});

test('outcomes without values are not judged', (t) => {
  t.is(verifyOutcome(model(), { status: 'infeasible', blamed: null }), null);
  t.is(verifyOutcome(model(), { status: 'unknown', limit: 'time' }), null);
});

const refused: readonly [string, SolveOutcome, 'wrong' | 'fractional', RegExp][] = [
  ['a fraction', answer([3.5, 8.5], proved), 'fractional', /x = 3.5/],
  ['no number', answer([3, NaN], proved), 'fractional', /y = NaN/],
  ['a value outside its domain', answer([3, 10], proved), 'wrong', /y = 10 is outside/],
  ['a violated constraint', answer([9, 9], proved), 'wrong', /origin 3/],
  ['too few values', answer([3], proved), 'wrong', /1 values for 2/],
  ['too few levels', answer([3, 9], [level(1, 12, 12)]), 'wrong', /1 levels for 2/],
  ['levels in another order', answer([3, 9], [level(0, -3, -3), level(1, 12, 12)]), 'wrong', /out of order/],
  [
    'a level value that is not the exact one',
    answer([3, 9], [level(1, 13, 13), level(0, -3, -3)]),
    'wrong',
    /claims 13 at priority 1, where the answer is worth 12/,
  ],
  [
    'a bound below the value',
    answer([3, 9], [level(1, 12, 11), level(0, -3, -3)], 'feasible'),
    'wrong',
    /bound 11/,
  ],
  [
    'an optimum without a bound',
    answer([3, 9], [level(1, 12, 12), level(0, -3, null)]),
    'wrong',
    /without a proof/,
  ],
  [
    'an optimum whose bound is not met',
    answer([3, 8], [level(1, 11, 12), level(0, -3, -3)]),
    'wrong',
    /without a proof/,
  ],
  [
    'a level value that is no number',
    answer([3, 9], [level(1, NaN, 12), level(0, -3, -3)]),
    'wrong',
    /claims NaN/,
  ],
];

for (const [name, outcome, reason, detail] of refused) {
  test(`an answer with ${name} is refused`, (t) => {
    const refusal = verifyOutcome(model(), outcome);
    t.is(refusal?.reason, reason);
    t.regex(refusal?.detail ?? '', detail);
  });
}

test('level values of weights that are no decimals may differ by rounding only', (t) => {
  const third = model(1 / 3);
  const value = 12 / 3;
  t.is(verifyOutcome(third, answer([3, 9], [level(1, value + 1e-12, value), level(0, -3, -3)])), null);
  t.is(
    verifyOutcome(third, answer([3, 9], [level(1, value + 1e-3, value), level(0, -3, -3)]))?.reason,
    'wrong',
  );
});

test('an answer whose sums leave the exact range is refused', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable({ values: null, lo: null, hi: null, label: 'x' }, null);
  const expression = {
    constant: 0,
    terms: [{ of: { kind: 'variable', variable: x } as const, coefficient: 4 }],
  };
  const wide = builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression }] }]);
  t.is(verifyOutcome(wide, answer([2 ** 52], [level(0, 2 ** 54, 2 ** 54)]))?.reason, 'wrong');
});
