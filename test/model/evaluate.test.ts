import test from 'ava';
import { UnsafeIntegerError } from '../../engine/base/int.js';
import { ModelBuilder, constantOf, sumOf, truthOf } from '../../engine/model/builder.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { Capacity, LinearExpression, Model } from '../../engine/model/model.js';
import { negate } from '../../engine/model/model.js';
import { interval, list } from '../helpers/model-parts.js';

const times = (variable: number, coefficient: number): LinearExpression => ({
  constant: 0,
  terms: [{ of: { kind: 'variable', variable }, coefficient }],
});

test('every violated constraint is named by its origin, once and in order', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(list(1, 2, 3), null);
  const y = builder.variable(list(1, 2, 3), null);
  builder.assert(builder.same(x, null, y, null), 9);
  builder.assert(builder.member(x, [2]), 4);
  builder.assert(builder.atMost(y, 2), 4);
  builder.assert(negate(builder.linear(sumOf([{ expression: times(x, 1), factor: 1 }]), 1, 1)), 2);
  const model = builder.build([]);
  t.deepEqual(evaluate(model, [1, 3]).violated, [2, 4, 9]);
  t.deepEqual(evaluate(model, [2, 2]).violated, []);
});

test('values outside a domain are reported apart from constraints', (t) => {
  const builder = new ModelBuilder();
  builder.variable(list(1, 3), null);
  builder.variable(interval(0, null), null);
  builder.variable(interval(null, null), null);
  const model = builder.build([]);
  t.deepEqual(evaluate(model, [2, -1, -5]).outOfDomain, [0, 1]);
  t.deepEqual(evaluate(model, [3, 5, 0]).outOfDomain, []);
});

test('a value that is no integer is never accepted, even in an unbounded domain', (t) => {
  const builder = new ModelBuilder();
  builder.variable(interval(null, null), null);
  const model = builder.build([]);
  for (const value of [0.5, NaN, Infinity, 2 ** 53]) {
    t.deepEqual(evaluate(model, [value]).outOfDomain, [0], String(value));
  }
});

test('a value without a class equals nothing, not even itself', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(list(1, 2, 3), null);
  const y = builder.variable(list(1, 2, 3), null);
  const racks = new Map([
    [1, 7],
    [2, 7],
  ]);
  builder.assert(builder.same(x, racks, y, racks), 0);
  const model = builder.build([]);
  t.deepEqual(evaluate(model, [1, 2]).violated, []);
  t.deepEqual(evaluate(model, [3, 3]).violated, [0]);
});

test('items that are absent or choose a value that is no key count nowhere in a capacity', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(list(1, 2, 9), null);
  const y = builder.variable(list(1, 2, 9), null);
  const capacity: Capacity = {
    items: [
      { variable: x, demand: 2, presence: null },
      { variable: y, demand: 2, presence: builder.member(x, [1, 9]) },
    ],
    keys: [
      { key: 1, capacity: 3 },
      { key: 2, capacity: 2 },
    ],
  };
  builder.capacity(capacity, 0);
  const model = builder.build([]);
  t.deepEqual(evaluate(model, [1, 1]).violated, [0]);
  t.deepEqual(evaluate(model, [2, 2]).violated, []);
  t.deepEqual(evaluate(model, [9, 9]).violated, []);
});

function balanced(keys: Capacity['keys']): Model {
  const builder = new ModelBuilder();
  const x = builder.variable(list(1, 2), null);
  const balance = builder.numeric({
    kind: 'balance',
    capacity: { items: [{ variable: x, demand: 3, presence: null }], keys },
  });
  return builder.build([{ priority: 0, soft: [{ name: 'balance', weight: 2, expression: balance }] }]);
}

test('balance is the smallest spare capacity less the largest capacity', (t) => {
  const model = balanced([
    { key: 1, capacity: 10 },
    { key: 2, capacity: 4 },
  ]);
  t.deepEqual(evaluate(model, [1]).soft, [[-6]]);
  t.deepEqual(evaluate(model, [2]).soft, [[-9]]);
  t.deepEqual(evaluate(model, [2]).levels, [-18]);
});

test('balance over no keys is 0', (t) => {
  t.deepEqual(evaluate(balanced([]), [1]).soft, [[0]]);
});

test('when gives its expression where its literal holds, else 0', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 9), null);
  const gated = builder.when(builder.atMost(x, 4), sumOf([{ expression: times(x, 10), factor: 1 }]));
  const model = builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression: gated }] }]);
  t.deepEqual(evaluate(model, [4]).levels, [40]);
  t.deepEqual(evaluate(model, [5]).levels, [0]);
});

test('soft values stay unweighted and levels add the weights exactly, decimals included', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 9), null);
  const model = builder.build([
    {
      priority: 1,
      soft: [
        { name: 'a', weight: 0.1, expression: times(x, 1) },
        { name: 'b', weight: 0.2, expression: constantOf(1) },
      ],
    },
    { priority: 0, soft: [{ name: 'c', weight: -1, expression: truthOf(builder.atMost(x, 3)) }] },
  ]);
  t.deepEqual(evaluate(model, [1]).soft, [[1, 1], [1]]);
  t.deepEqual(evaluate(model, [1]).levels, [0.3, -1]);
});

test('sums that leave the exact range throw instead of being rounded', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(null, null), null);
  builder.assert(builder.linear(times(x, 4), 0, null), 0);
  const model = builder.build([]);
  t.throws(() => evaluate(model, [2 ** 52]), { instanceOf: UnsafeIntegerError });
  t.deepEqual(evaluate(model, [2 ** 50]).violated, []);
});

test('a model as deep as it is long is evaluated without recursion', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 9), null);
  let truth = builder.atMost(x, 4);
  for (let depth = 0; depth < 50_000; depth += 1) {
    truth = negate(builder.or([truth, builder.member(x, [depth % 2 === 0 ? 8 : 9])]));
  }
  builder.assert(truth, 0);
  const model = builder.build([]);
  t.deepEqual(evaluate(model, [3]).violated.length + evaluate(model, [5]).violated.length, 1);
});
