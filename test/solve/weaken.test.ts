import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { Literal, Model, VariableId } from '../../engine/model/model.js';
import { TRUE, negate } from '../../engine/model/model.js';
import { Weakener } from '../../engine/solve/weaken.js';

const builder = new ModelBuilder();
const [a, b, c] = ['a', 'b', 'c'].map((label) =>
  builder.variable({ values: [0, 1, 2, 3], lo: 0, hi: 3, label }, null),
) as [VariableId, VariableId, VariableId];
const s = builder.variable({ values: null, lo: -5, hi: 5, label: 's' }, null);

const sum = (
  ...terms: readonly (readonly [VariableId, number])[]
): Parameters<ModelBuilder['linear']>[0] => ({
  constant: 0,
  terms: terms.map(([variable, coefficient]) => ({
    of: { kind: 'variable', variable } as const,
    coefficient,
  })),
});
const same = (left: VariableId, right: VariableId): Literal => builder.same(left, null, right, null);
const at = (variable: VariableId, value: number): Literal => builder.member(variable, [value]);
const counted = (...literals: readonly Literal[]): Parameters<ModelBuilder['linear']>[0] =>
  sumOf(literals.map((literal) => ({ expression: truthOf(literal), factor: 1 })));

const extreme = (greatest: boolean, ...of: readonly VariableId[]): ReturnType<typeof sum> => {
  const entries = of.map((variable) => ({ literal: TRUE, expression: sum([variable, 1]) }));
  return builder.numeric({ kind: 'extreme', greatest, entries });
};

const RANGE = [0, 1, 2, 3];

/** Values of a, b and c for which an asserted literal holds. */
function accepted(model: Model, literal: Literal): string[] {
  const asserted: Model = { ...model, constraints: [{ kind: 'assert', literal, origin: 0 }], objectives: [] };
  return RANGE.flatMap((x) => RANGE.flatMap((y) => RANGE.map((z) => [x, y, z, 0])))
    .filter((values) => evaluate(asserted, values).violated.length === 0)
    .map(String);
}

const cases: readonly (readonly [string, Literal, Literal | null])[] = [
  ['a condition on the row alone is dropped', at(b, 1), null],
  ['a condition on other rows stays', at(a, 1), at(a, 1)],
  ['of a conjunction the other parts stay', builder.and([at(a, 1), at(b, 2)]), at(a, 1)],
  ['a disjunction with the row says nothing', builder.or([at(a, 1), at(b, 2)]), null],
  [
    'rows that differ from it and from each other go on to differ',
    builder.and([negate(same(a, b)), negate(same(b, c)), negate(same(a, c))]),
    negate(same(a, c)),
  ],
  ['rows that equal it equal each other', builder.and([same(a, b), same(b, c)]), same(a, c)],
  [
    'a sum with an upper bound loses a term that is never negative',
    builder.linear(sum([a, 1], [b, 1]), null, 4),
    builder.linear(sum([a, 1]), null, 4),
  ],
  [
    'a sum with a lower bound keeps a term that helps',
    builder.linear(sum([a, 1], [b, 1]), 5, null),
    builder.linear(sum([a, 1], [b, 1]), 5, null),
  ],
  [
    'a sum that must be met is bounded on either side by itself',
    builder.linear(sum([a, 1], [b, 1]), 5, 5),
    builder.and([builder.linear(sum([a, 1]), null, 5), builder.linear(sum([a, 1], [b, 1]), 5, null)]),
  ],
  [
    'numbers that it stands between stay in order',
    builder.and([
      builder.linear(sum([a, 1], [b, -1]), null, 0),
      builder.linear(sum([b, 1], [c, -1]), null, -1),
    ]),
    builder.linear(sum([a, 1], [c, -1]), null, -1),
  ],
  ['nothing is compared with it', builder.linear(sum([a, 1], [b, -1]), null, 0), null],
  [
    'an upper bound on the greatest is one on the others',
    builder.linear(extreme(true, a, b, c), null, 1),
    builder.and([builder.atMost(a, 1), builder.atMost(c, 1)]),
  ],
  [
    'a lower bound on the greatest may still be met by it',
    builder.linear(extreme(true, a, b), 2, null),
    builder.or([negate(builder.atMost(a, 1)), negate(builder.atMost(b, 1))]),
  ],
  [
    'a count of rows under two conditions does not count it',
    builder.linear(counted(builder.and([at(b, 1), at(s, 1)]), at(a, 1), at(c, 1)), null, 1),
    builder.linear(counted(at(a, 1), at(c, 1)), null, 1),
  ],
  [
    'a count with an upper bound does not count it',
    builder.linear(counted(at(a, 1), at(b, 1)), null, 0),
    builder.linear(counted(at(a, 1)), null, 0),
  ],
  [
    'a count of what several rows share goes on without it',
    builder.linear(counted(builder.or([at(a, 1), at(b, 1)]), builder.or([at(a, 2), at(c, 2)])), null, 1),
    builder.linear(counted(at(a, 1), builder.or([at(a, 2), at(c, 2)])), null, 1),
  ],
];

for (const [rule, before, after] of cases) {
  test(`without a row: ${rule}`, (t) => {
    const weakener = new Weakener(builder.build([]));
    const constraint = weakener.weaken(
      { kind: 'assert', literal: before, origin: 0 },
      { variable: (variable) => variable === b, key: () => false },
    );
    if (after === null || constraint?.kind !== 'assert') t.is(constraint, null);
    else t.deepEqual(accepted(weakener.model([]), constraint.literal), accepted(builder.build([]), after));
  });
}

test('without a row: a term of either sign counts as nothing or as it is', (t) => {
  const literal = builder.linear(sum([a, 1], [s, 1]), null, 2);
  const weakener = new Weakener(builder.build([]));
  const constraint = must(
    weakener.weaken(
      { kind: 'assert', literal, origin: 0 },
      { variable: (variable) => variable === s, key: () => false },
    ),
    'constraint',
  );
  const model = weakener.model([constraint]);
  const holds = (x: number, y: number): boolean => evaluate(model, [x, 0, 0, y]).violated.length === 0;
  t.deepEqual([holds(2, 5), holds(3, 5), holds(3, -1), holds(3, 0)], [true, false, true, false]);
});

test('a capacity loses dropped items and the room of dropped keys', (t) => {
  const capacity = {
    items: [a, b, c].map((variable) => ({ variable, demand: 2, presence: null })),
    keys: [1, 2, 3].map((key) => ({ key, capacity: 3 })),
  };
  const weakener = new Weakener(builder.build([]));
  const weakened = weakener.weaken(
    { kind: 'capacity', capacity, origin: 4 },
    { variable: (variable) => variable === b, key: (key) => key === 2 },
  );
  t.deepEqual(weakened, {
    kind: 'capacity',
    origin: 4,
    capacity: {
      items: [a, c].map((variable) => ({ variable, demand: 2, presence: null })),
      keys: [1, 3].map((key) => ({ key, capacity: 3 })),
    },
  });
  const nothing = weakener.weaken(
    { kind: 'capacity', capacity, origin: 4 },
    { variable: () => true, key: () => false },
  );
  t.is(nothing, null);
});
