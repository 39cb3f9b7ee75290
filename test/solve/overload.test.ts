import test from 'ava';
import fc from 'fast-check';
import { ModelBuilder } from '../../engine/model/builder.js';
import type { Capacity, Model } from '../../engine/model/model.js';
import { overloadOf } from '../../engine/solve/overload.js';
import { bruteForce, randomLoads, randomModel } from './random-model.js';
import { randomPlacement } from './random-placement.js';

interface Shape {
  readonly demands: readonly number[];
  readonly rooms: readonly number[];
  /** Values beyond the keys that the items may choose. */
  readonly elsewhere?: readonly number[];
  readonly optional?: boolean;
  readonly asLoads?: boolean;
}

function packing({ demands, rooms, elsewhere = [], optional = false, asLoads = false }: Shape): Model {
  const builder = new ModelBuilder();
  const values = [...rooms.map((_room, key) => key), ...elsewhere];
  const flag = builder.variable({ values: [0, 1], lo: 0, hi: 1, label: 'flag' }, null);
  const items: Capacity['items'] = demands.map((demand, i) => ({
    variable: builder.variable({ values, lo: 0, hi: values.at(-1) ?? 0, label: `item ${i}` }, null),
    demand,
    presence: optional ? builder.member(flag, [1]) : null,
  }));
  if (!asLoads) {
    const keys = rooms.map((capacity, key) => ({ key, capacity }));
    builder.capacity({ items, keys }, 7);
    return builder.build([]);
  }
  const loads = { items, classes: null };
  for (const [key, room] of rooms.entries()) {
    const { terms } = builder.load(loads, key);
    const doubled = terms.map((term) => ({ ...term, coefficient: 2 * term.coefficient }));
    builder.assert(builder.linear({ constant: 1, terms: doubled }, null, 2 * room + 1), 10 + key);
  }
  return builder.build([]);
}

const cases: readonly (readonly [string, Shape, readonly number[] | null])[] = [
  ['more than all keys hold', { demands: [3, 3, 3], rooms: [4, 4] }, [7]],
  ['just as much as all keys hold', { demands: [3, 3, 2], rooms: [4, 4] }, null],
  ['items that may be absent do not count', { demands: [3, 3, 3], rooms: [4, 4], optional: true }, null],
  ['items that may go elsewhere do not count', { demands: [3, 3, 3], rooms: [4, 4], elsewhere: [9] }, null],
  ['loads with upper bounds are rooms, too', { demands: [3, 3, 3], rooms: [4, 4], asLoads: true }, [10, 11]],
  ['loads that are just full', { demands: [3, 3, 2], rooms: [4, 4], asLoads: true }, null],
  ['what makes room is no demand', { demands: [3, 3, 3, -2], rooms: [4, 4], asLoads: true }, null],
];

for (const [title, shape, expected] of cases) {
  test(`overload: ${title}`, (t) => t.deepEqual(overloadOf(packing(shape)), expected));
}

test('what is said to be overloaded has no answer (seed 9)', (t) => {
  let overloaded = 0;
  const law = fc.property(
    fc.nat(),
    fc.constantFrom(randomModel, randomLoads, randomPlacement),
    (seed, make) => {
      const model = make(seed);
      if (overloadOf(model) === null) return;
      overloaded += 1;
      t.is(bruteForce(model).levels, null, `model ${seed}`);
    },
  );
  fc.assert(law, { seed: 9, numRuns: 600 });
  t.true(overloaded > 0, 'no model was overloaded');
});
