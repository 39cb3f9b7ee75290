import test from 'ava';
import { ModelBuilder } from '../../engine/model/builder.js';
import { dump } from '../../engine/model/dump.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { ClassMap, Model } from '../../engine/model/model.js';
import { validate } from '../../engine/model/validate.js';
import { propagate } from '../../engine/solve/propagate.js';

const HOSTS = [1, 2, 3];
/** Hosts 1 and 2 are in zone 10, host 3 in zone 20. */
const ZONES: ClassMap = new Map([
  [1, 10],
  [2, 10],
  [3, 20],
]);

/** Items of these demands over three hosts; each limit bounds the load of one class. */
function limited(
  demands: readonly number[],
  limits: readonly { readonly key: number; readonly lo: number | null; readonly hi: number | null }[],
  classes: ClassMap | null = null,
): Model {
  const builder = new ModelBuilder();
  const items = demands.map((demand, index) => ({
    variable: builder.variable({ lo: 1, hi: 3, values: HOSTS, label: `x${index}` }, null),
    demand,
    presence: null,
  }));
  const loads = builder.loads(items, classes);
  limits.forEach(({ key, lo, hi }, origin) => {
    builder.assert(builder.linear(builder.load(loads, key), lo, hi), origin);
  });
  return builder.build([]);
}

function domains(model: Model): (readonly number[] | null)[] | null {
  const found = propagate(model);
  return found.kind === 'infeasible' ? null : found.variables.map(({ values }) => values);
}

test('an item that does not fit at a key loses it', (t) => {
  t.deepEqual(domains(limited([2, 5], [{ key: 2, lo: null, hi: 4 }])), [HOSTS, [1, 3]]);
});

test('an item that does not fit at a class loses all values of the class', (t) => {
  t.deepEqual(domains(limited([2, 5], [{ key: 10, lo: null, hi: 4 }], ZONES)), [HOSTS, [3]]);
});

test('an item without which a load stays too small counts there', (t) => {
  t.deepEqual(domains(limited([2, 5], [{ key: 10, lo: 4, hi: null }], ZONES)), [HOSTS, [1, 2]]);
});

test('a negative demand makes room, and is needed where only it can', (t) => {
  const model = limited([5, -3], [{ key: 2, lo: 1, hi: 2 }]);
  t.deepEqual(domains(model), [[2], [2]]);
});

test('what was narrowed at one key is taken into account at the others', (t) => {
  const fits = limited(
    [3, 3],
    HOSTS.map((key) => ({ key, lo: null, hi: key === 1 ? 3 : 2 })),
  );
  t.is(domains(fits), null);
});

test('a value without a class counts nowhere, and a class is summed over its values', (t) => {
  const model = limited([2, 5, 7], [{ key: 10, lo: null, hi: 7 }], new Map([...ZONES].slice(0, 2)));
  t.deepEqual(evaluate(model, [1, 2, 3]).violated, []);
  t.deepEqual(evaluate(model, [1, 3, 2]).violated, [0]);
});

test('equal loads are one object, and items of one variable are one item', (t) => {
  const builder = new ModelBuilder();
  const variable = builder.variable({ lo: 1, hi: 3, values: HOSTS, label: 'x' }, null);
  const item = { variable, demand: 2, presence: null };
  const loads = builder.loads([item, item], null);
  t.deepEqual(loads.items, [{ variable, demand: 4, presence: null }]);
  t.is(builder.loads([{ ...item, demand: 4 }], null), loads);
  t.deepEqual(builder.load(loads, 2), builder.load(loads, 2));
  t.deepEqual(builder.load(builder.loads([item, { ...item, demand: -2 }], null), 1), {
    constant: 0,
    terms: [],
  });
});

test('a load is written once, and named by those that read it', (t) => {
  const text = dump(
    limited(
      [2, 3],
      [
        { key: 1, lo: null, hi: 1 },
        { key: 2, lo: null, hi: 1 },
      ],
    ),
  );
  t.regex(text, /w0 load l0 at 1\nw1 load l0 at 2\nl0 2@v0 3@v1\n/);
});

test('a demand of 0 in a load is no amount', (t) => {
  const model = limited([2], [{ key: 1, lo: null, hi: 1 }]);
  const loads = { items: [{ variable: 0, demand: 0, presence: null }], classes: null };
  t.deepEqual(validate({ ...model, numerics: [{ kind: 'load', loads, key: 1 }] }), [
    'a demand of numeric 0 is no amount',
  ]);
});
