import test from 'ava';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import type { Capacity, ClassMap, Model } from '../../engine/model/model.js';
import { negate } from '../../engine/model/model.js';
import { pruneDominated } from '../../engine/solve/dominance.js';
import { bruteForce } from './random-model.js';

/** `count` requests of one unit on hosts 1..n with the given capacities. */
function placement(
  capacities: readonly number[],
  count: number,
  more: (builder: ModelBuilder, capacity: Capacity) => void = () => undefined,
): ModelBuilder {
  const builder = new ModelBuilder();
  const hosts = capacities.map((_, index) => index + 1);
  const items = Array.from({ length: count }, (_, index) => ({
    variable: builder.variable({ values: hosts, lo: 1, hi: hosts.length, label: `request[${index}]` }, null),
    demand: 1,
    presence: null,
  }));
  const keys = capacities.map((capacity, index) => ({ key: index + 1, capacity }));
  builder.capacity({ items, keys }, 0);
  more(builder, { items, keys });
  return builder;
}

const keptBy = (model: Model): (readonly number[] | null)[] =>
  pruneDominated(model).variables.map(({ values }) => values);

const without = (model: Model, host: number): Model => ({
  ...model,
  variables: model.variables.map((variable) => ({
    ...variable,
    values: variable.values?.filter((value) => value !== host) ?? null,
  })),
});

test('of hosts that are alike as many stay as there are requests, the first ones', (t) => {
  t.deepEqual(keptBy(placement([1, 1, 1, 1, 1], 2).build([])), [
    [1, 2],
    [1, 2],
  ]);
});

test('a host stays where R - 1 hosts dominate it: with them alone the requests no longer fit', (t) => {
  const model = placement([1, 1, 1], 3).build([]);
  t.deepEqual(keptBy(model)[0], [1, 2, 3]);
  t.true(bruteForce(model).solutions > 0);
  t.is(bruteForce(without(model, 3)).solutions, 0);
});

test('a host with more room dominates one with less, not the other way round', (t) => {
  t.deepEqual(keptBy(placement([1, 3, 2], 1).build([])), [[2]]);
});

test('a host must be dominated in every capacity', (t) => {
  const model = placement([5, 1, 4, 1], 1, (builder, { items }) => {
    const keys = [1, 5, 4, 1].map((capacity, index) => ({ key: index + 1, capacity }));
    builder.capacity({ items, keys }, 1);
  }).build([]);
  t.deepEqual(keptBy(model), [[1, 2, 3]]);
});

test('a host that an objective likes is only compared with others it likes', (t) => {
  const builder = placement([9, 1, 1, 9], 1);
  const liked = { name: 's', weight: 1, expression: truthOf(builder.member(0, [2, 3])) };
  t.deepEqual(keptBy(builder.build([{ priority: 0, soft: [liked] }])), [[1, 2]]);
});

test('what fixed items take counts as gone', (t) => {
  const model = placement([3, 2], 1, (builder, { items, keys }) => {
    const placed = builder.variable({ values: [1], lo: 1, hi: 1, label: 'placed' }, null);
    builder.capacity({ items: [...items, { variable: placed, demand: 2, presence: null }], keys }, 1);
  }).build([]);
  t.deepEqual(keptBy(model)[0], [1, 2]);
});

test('a value that is no key has room without end', (t) => {
  const model = placement([1, 1, 1], 1, (builder, { items, keys }) => {
    builder.capacity({ items, keys: keys.slice(0, 2) }, 1);
  }).build([]);
  t.deepEqual(keptBy(model), [[3]]);
});

test('nothing is removed where the value itself counts', (t) => {
  const builder = placement([1, 1, 1, 1], 1);
  const expression = {
    constant: 0,
    terms: [{ of: { kind: 'variable', variable: 0 }, coefficient: 1 }],
  } as const;
  const model = builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression }] }]);
  t.is(pruneDominated(model), model);
});

test('nothing is removed from items of a balance that somebody wants small', (t) => {
  const model = (weight: number): Model => {
    const builder = new ModelBuilder();
    const variable = builder.variable({ values: [1, 2, 3], lo: 1, hi: 3, label: 'x' }, null);
    const capacity = {
      items: [{ variable, demand: 1, presence: null }],
      keys: [1, 2, 3].map((key) => ({ key, capacity: key })),
    };
    const expression = builder.numeric({ kind: 'balance', capacity });
    return builder.build([{ priority: 0, soft: [{ name: 's', weight, expression }] }]);
  };
  t.deepEqual(keptBy(model(1)), [[3]]);
  t.deepEqual(keptBy(model(-1)), [[1, 2, 3]]);
});

test('requests that want each other move together', (t) => {
  const builder = placement([2, 2, 2, 2], 2);
  const together = truthOf(builder.same(0, null, 1, null));
  const model = builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression: together }] }]);
  t.deepEqual(keptBy(model), [
    [1, 2],
    [1, 2],
  ]);
  t.deepEqual(bruteForce(pruneDominated(model)).levels, [1]);
});

const racks: ClassMap = new Map([
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [6, 3],
]);

test('anti-affinity keeps a host of each of as many racks as there are requests', (t) => {
  const model = placement([1, 1, 1, 1, 1, 1], 2, (builder) => {
    builder.assert(negate(builder.same(0, racks, 1, racks)), 1);
  }).build([]);
  t.deepEqual(keptBy(model)[0], [1, 2, 4]);
  t.true(bruteForce(pruneDominated(model)).solutions > 0);
});

test('ten thousand hosts of two capacities are pruned in a few milliseconds', (t) => {
  const builder = new ModelBuilder();
  const hosts = Array.from({ length: 10_000 }, (_, index) => index);
  const items = Array.from({ length: 50 }, () => ({
    variable: builder.variable({ values: hosts, lo: 0, hi: 9_999, label: 'x' }, null),
    demand: 1,
    presence: null,
  }));
  for (const factor of [7, 13]) {
    const keys = hosts.map((key) => ({ key, capacity: (key * factor) % 101 }));
    builder.capacity({ items, keys }, factor);
  }
  const model = builder.build([]);
  const kept = keptBy(model);
  // The best of some: other programs take their time, too.
  const elapsed = Math.min(
    ...[1, 2, 3, 4, 5].map(() => {
      const started = performance.now();
      pruneDominated(model);
      return performance.now() - started;
    }),
  );
  t.log(`${kept[0]?.length ?? 0} of 10000 hosts stay, ${elapsed.toFixed(1)} ms`);
  t.true((kept[0]?.length ?? 0) < 1000);
  t.true(elapsed < 500, `${elapsed} ms`);
});

test('pruning is told apart from a sum of parts: unused expressions do not couple', (t) => {
  const builder = placement([1, 1, 1, 1], 1);
  const both = sumOf([
    { expression: truthOf(builder.member(0, [1])), factor: 1 },
    { expression: truthOf(builder.member(0, [2])), factor: -1 },
  ]);
  const model = builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression: both }] }]);
  t.deepEqual(keptBy(model), [[1, 2, 3]]);
});
