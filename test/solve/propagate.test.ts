import test from 'ava';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import type { Literal, Model, Variable } from '../../engine/model/model.js';
import { negate, nodeOf } from '../../engine/model/model.js';
import type { Propagation } from '../../engine/solve/propagate.js';
import { propagate } from '../../engine/solve/propagate.js';
import { interval, linear, list } from '../helpers/model-parts.js';

const open: Variable = { values: null, lo: null, hi: null, label: 'x' };

type Narrowed = Extract<Propagation, { kind: 'narrowed' }>;

function narrowed(model: Model): Narrowed {
  const found = propagate(model);
  if (found.kind !== 'narrowed') throw new Error(`infeasible: ${found.origins.join()}`);
  return found;
}

/** Domain as text: `{1 2}` or `[0, inf]`. */
function domainText({ values, lo, hi }: Variable): string {
  return values === null ? `[${lo ?? '-inf'}, ${hi ?? 'inf'}]` : `{${values.join(' ')}}`;
}

const domainsOf = (model: Model): string[] => narrowed(model).variables.map(domainText);

interface Case {
  readonly title: string;
  readonly variables: readonly Variable[];
  readonly literal: (builder: ModelBuilder) => Literal;
  readonly domains: readonly string[];
}

const racks = new Map([
  [1, 10],
  [2, 10],
  [3, 20],
  [4, 20],
]);

const cases: readonly Case[] = [
  {
    title: 'a list bounds an unbounded variable',
    variables: [open],
    literal: (b) => b.member(0, [3, 1]),
    domains: ['{1 3}'],
  },
  {
    title: 'a negated list cuts a hole into a short interval',
    variables: [interval(0, 4)],
    literal: (b) => negate(b.member(0, [2])),
    domains: ['{0 1 3 4}'],
  },
  {
    title: 'a negated list only trims the ends of an interval too long to list',
    variables: [interval(0, 1_000_000)],
    literal: (b) => negate(b.member(0, [0, 1, 500, 1_000_000])),
    domains: ['[2, 999999]'],
  },
  {
    title: 'a bound and its negation narrow from both sides',
    variables: [open],
    literal: (b) => b.and([b.atMost(0, 9), negate(b.atMost(0, 2))]),
    domains: ['[3, 9]'],
  },
  {
    title: 'a disjunction over one variable is a union of lists',
    variables: [open],
    literal: (b) => b.or([b.member(0, [1, 2]), b.member(0, [7])]),
    domains: ['{1 2 7}'],
  },
  {
    title: 'a disjunction of intervals is their hull where the variable has no list',
    variables: [open],
    literal: (b) => b.or([b.and([b.atMost(0, 2), negate(b.atMost(0, 0))]), b.member(0, [7])]),
    domains: ['[1, 7]'],
  },
  {
    title: 'a disjunction of rows over one variable bounds it',
    variables: [open],
    literal: (b) => b.or([b.linear(linear([0, 2]), 2, 4), b.linear(linear([0, -1]), -9, -8)]),
    domains: ['[1, 9]'],
  },
  {
    title: 'a disjunction of negated rows is exact on a list',
    variables: [list(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
    literal: (b) =>
      b.or([
        negate(b.linear(linear([0, 2]), 3, null)),
        b.and([negate(b.linear(linear([0, 1]), null, 7)), negate(b.linear(linear([0, 1]), 9, 9))]),
      ]),
    domains: ['{0 1 8}'],
  },
  {
    title: 'a disjunction of an equality and a list keeps what either allows',
    variables: [list(1, 2, 3, 4, 5), list(2, 3)],
    literal: (b) => b.or([b.same(0, null, 1, null), b.member(0, [5])]),
    domains: ['{2 3 5}', '{2 3}'],
  },
  {
    title: 'a nested conjunction inside a disjunction is looked into',
    variables: [list(1, 2, 3, 4, 5), list(1, 2, 3)],
    literal: (b) =>
      b.or([b.and([b.member(0, [1, 2]), b.member(1, [1])]), b.and([b.member(0, [5]), b.member(1, [3])])]),
    domains: ['{1 2 5}', '{1 3}'],
  },
  {
    title: 'a row narrows every variable by the bounds of the others',
    variables: [interval(0, 10), interval(0, 10)],
    literal: (b) => b.linear(linear([0, 2], [1, 3]), 27, null),
    domains: ['[0, 10]', '[3, 10]'],
  },
  {
    title: 'a row bounds a variable without bounds',
    variables: [interval(0, null), interval(0, null)],
    literal: (b) => b.linear(linear([0, 2], [1, 3]), null, 13),
    domains: ['[0, 6]', '[0, 4]'],
  },
  {
    title: 'a negated one-sided row is the row of the other side',
    variables: [interval(0, 10)],
    literal: (b) => negate(b.linear(linear([0, 3]), 10, null)),
    domains: ['[0, 3]'],
  },
  {
    title: 'a negated two-sided row cuts a list in the middle',
    variables: [list(1, 2, 3, 4)],
    literal: (b) => negate(b.linear(linear([0, 1]), 2, 3)),
    domains: ['{1 4}'],
  },
  {
    title: 'an equality keeps the classes both sides can have',
    variables: [list(1, 2, 3), list(3, 4)],
    literal: (b) => b.same(0, racks, 1, racks),
    domains: ['{3}', '{3 4}'],
  },
  {
    title: 'an equality of values intersects a list with an interval',
    variables: [list(1, 5, 9), interval(4, 8)],
    literal: (b) => b.same(0, null, 1, null),
    domains: ['{5}', '{5}'],
  },
  {
    title: 'an equality drops values without a class',
    variables: [list(1, 3, 99), list(1, 2, 3, 4)],
    literal: (b) => b.same(0, racks, 1, racks),
    domains: ['{1 3}', '{1 2 3 4}'],
  },
  {
    title: 'an inequality takes the class of a fixed side from the other',
    variables: [list(2), list(1, 2, 3)],
    literal: (b) => negate(b.same(0, racks, 1, racks)),
    domains: ['{2}', '{3}'],
  },
];

for (const { title, variables, literal, domains } of cases) {
  test(title, (t) => {
    const builder = new ModelBuilder();
    for (const variable of variables) builder.variable(variable, null);
    builder.assert(literal(builder), 0);
    t.deepEqual(domainsOf(builder.build([])), domains);
  });
}

test('a row forces the literals it counts', (t) => {
  const builder = new ModelBuilder();
  const literals = [0, 1, 2].map((id) => {
    builder.variable(list(1, 2, 3), null);
    return builder.member(id, [1]);
  });
  const count = sumOf(literals.map((literal) => ({ expression: truthOf(literal), factor: 1 })));
  builder.assert(builder.linear(count, 3, null), 0);
  const model = builder.build([]);
  t.deepEqual(domainsOf(model), ['{1}', '{1}', '{1}']);
  for (const literal of literals) t.is(narrowed(model).truths[nodeOf(literal)], 1);
});

test('a value that is required of `when` decides its literal', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 9), null);
  const y = builder.variable(interval(0, 9), null);
  builder.assert(builder.linear(builder.when(builder.atMost(x, 4), linear([y, 1])), 5, null), 0);
  t.deepEqual(domainsOf(builder.build([])), ['[0, 4]', '[5, 9]']);
});

test('what `when` gives may also be 0, and must be where its expression cannot fit', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 9), null);
  const y = builder.variable(interval(5, 9), null);
  builder.assert(builder.linear(builder.when(builder.atMost(x, 4), linear([y, 1])), null, 3), 0);
  t.deepEqual(domainsOf(builder.build([])), ['[5, 9]', '[5, 9]']);
});

test('keys without room beside what is fixed there leave the domains of other items', (t) => {
  const builder = new ModelBuilder();
  const fixed = builder.variable(list(1), null);
  const free = builder.variable(list(1, 2, 3), null);
  const items = [fixed, free].map((variable) => ({ variable, demand: 2, presence: null }));
  const keys = [
    { key: 1, capacity: 3 },
    { key: 2, capacity: 1 },
    { key: 3, capacity: 2 },
  ];
  builder.capacity({ items, keys }, 0);
  t.deepEqual(domainsOf(builder.build([])), ['{1}', '{3}']);
});

test('a domain that nothing narrows stays the same object', (t) => {
  const builder = new ModelBuilder();
  builder.variable(list(1, 2), null);
  builder.variable(list(1, 2), null);
  builder.assert(builder.member(1, [2]), 0);
  const model = builder.build([
    { priority: 0, soft: [{ name: 's', weight: 1, expression: linear([0, 1]) }] },
  ]);
  const { variables } = narrowed(model);
  t.is(variables[0], model.variables[0]);
  t.not(variables[1], model.variables[1]);
});

test('a conflict is blamed on the constraints that lead to it and on no others', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 9), null);
  const y = builder.variable(interval(0, 9), null);
  const z = builder.variable(interval(0, 9), null);
  builder.assert(builder.atMost(z, 5), 1);
  builder.assert(builder.atMost(x, 3), 2);
  builder.assert(builder.linear(linear([y, 1], [x, -1]), null, 0), 3);
  builder.assert(negate(builder.atMost(y, 7)), 4);
  const found = propagate(builder.build([]));
  t.is(found.kind, 'infeasible');
  t.deepEqual(found.kind === 'infeasible' ? found.origins : null, [2, 3, 4]);
});

test('an empty domain is a conflict of the schema: no constraint is blamed', (t) => {
  const builder = new ModelBuilder();
  builder.variable(list(1), null);
  builder.variable({ values: [], lo: null, hi: null, label: 'x' }, null);
  t.deepEqual(propagate(builder.build([])), { kind: 'infeasible', origins: [], variable: 1 });
});

test('rows that narrow by one step at a time end early and stay sound', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 1_000_000_000), null);
  const y = builder.variable(interval(0, 1_000_000_000), null);
  builder.assert(builder.linear(linear([x, 1], [y, -1]), 1, null), 0);
  builder.assert(builder.linear(linear([x, 2], [y, -2]), null, 3), 1);
  const { variables } = narrowed(builder.build([]));
  t.true((variables[0]?.hi ?? 0) > 1000);
});

test('bounds beyond the exact integers are dropped, not rounded', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, Number.MAX_SAFE_INTEGER), null);
  const y = builder.variable(interval(0, Number.MAX_SAFE_INTEGER), null);
  builder.assert(builder.linear(linear([x, 3], [y, -5]), 0, null), 0);
  t.deepEqual(domainsOf(builder.build([])), [
    `[0, ${Number.MAX_SAFE_INTEGER}]`,
    `[0, ${Number.MAX_SAFE_INTEGER}]`,
  ]);
});

test('variables without finite domain are listed unless only rows and objectives read them', (t) => {
  const builder = new ModelBuilder();
  const inRow = builder.variable(open, null);
  const inObjective = builder.variable(open, null);
  const tested = builder.variable(open, null);
  const gated = builder.variable(open, null);
  const keyed = builder.variable(open, null);
  const holed = builder.variable(open, null);
  const unread = builder.variable(open, null);
  const flag = builder.variable(list(0, 1), null);
  builder.assert(builder.linear(linear([inRow, 1], [inObjective, -1]), 0, null), 0);
  builder.assert(builder.or([builder.atMost(tested, 3), builder.member(flag, [1])]), 1);
  const value = builder.when(builder.member(flag, [1]), linear([gated, 1]));
  builder.assert(builder.linear(value, 0, null), 2);
  builder.capacity(
    { items: [{ variable: keyed, demand: 1, presence: null }], keys: [{ key: 1, capacity: 1 }] },
    3,
  );
  builder.assert(negate(builder.member(holed, [5])), 4);
  const model = builder.build([
    { priority: 0, soft: [{ name: 's', weight: 1, expression: linear([inObjective, -1]) }] },
  ]);
  t.deepEqual(narrowed(model).unbounded, [tested, gated, keyed, holed]);
  t.false(narrowed(model).unbounded.includes(unread));
});
