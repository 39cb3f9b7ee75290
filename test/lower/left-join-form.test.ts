import test from 'ava';
import { must } from '../../engine/base/assert.js';
import type { Random } from '../../engine/base/random.js';
import { seededRandom } from '../../engine/base/random.js';
import { softValuesNow, violationsNow } from '../../engine/loop/check-state.js';
import { compileHere, databaseOf } from '../helpers/solve-here.js';

/**
 * Grouped checking queries come in two forms: an outer join from the side of the keys, and the product of
 * both sides. A ground expression over both sides forces the product, and changes nothing of the meaning.
 */
const GROUPED: readonly (readonly [from: string, having: string, value: string, tie?: string])[] = [
  ['t join h on h.id = t.controllable_h group by h.id', '', 'count(*)'],
  ['t join h on h.id = t.controllable_h group by h.id, h.cap', '', 'sum(t.w) - h.cap'],
  ['h join t on t.controllable_h = h.id group by h.zone', '', 'count(t.w)'],
  ['t join h on h.id = t.controllable_h where t.g = 1 group by h.zone', '', 'sum(t.w)'],
  [
    't join h on h.id = t.controllable_h where h.cap > 2 and t.w is not null group by h.id',
    '',
    'sum(t.w) + count(*)',
  ],
  ['t join h on h.id = t.controllable_h where t.controllable_n = 1 group by h.id', '', 'count(*)'],
  [
    't join h on h.id = t.controllable_h where h.controllable_on = 1 group by h.id',
    '',
    'count(*) + sum(t.w)',
  ],
  ['t join h on h.id = t.controllable_h group by h.id', 'having count(*) > 0', 'sum(t.w)'],
  ['t join h on h.id = t.controllable_h group by h.id', 'having h.id > 1', 'count(*)'],
  [
    't join h on h.id = t.controllable_h group by h.zone',
    '',
    'any(t.w > 1) + all(t.w > 1) + all_equal(t.w) + all_different(t.g)',
  ],
  [
    't join h on h.id = t.controllable_h group by h.id',
    '',
    'count(*) filter (where t.g = 0) + sum(t.w) filter (where t.controllable_n = 1)',
  ],
  ['t join h on h.id = t.controllable_h and t.g = 7 group by h.id', '', 'count(*)'],
  ['t join h on h.id = t.controllable_h group by t.g', '', 'sum(h.cap)'],
  ['t join h on (h.id) = t.controllable_h and h.controllable_on = t.g group by t.g', '', 'sum(h.cap)'],
  [
    'n join t on t.id = n.t join r on r.h = t.controllable_h and r.k = n.k group by r.h, r.k, r.cap',
    '',
    'sum(n.amount) - r.cap',
    'count(n.t + r.h)',
  ],
  [
    'n join t on t.id = n.t join r on r.h = t.controllable_h and r.k = n.k group by r.k',
    '',
    'sum(n.amount) + min(t.w)',
    'count(n.t + r.h)',
  ],
  [
    'n join t on t.id = n.t join r on r.h = t.controllable_h and r.k < n.k join k on k.id = r.k group by r.h, k.weight',
    '',
    'k.weight * sum(n.amount)',
    'count(n.t + r.h)',
  ],
  [
    't join h on h.id = t.controllable_h join k on k.id = t.g where t.controllable_n = k.weight group by k.id, k.weight',
    '',
    'count(distinct h.zone) + k.weight',
    'count(t.id + k.id)',
  ],
  [
    't join k on k.id = t.g join t as u on u.controllable_h = t.controllable_h and u.id <> t.id group by k.id',
    'having count(*) <> 1',
    'count(*)',
    'count(t.id + k.id)',
  ],
];

const either = (random: Random, value: number): string => (random.below(6) === 0 ? 'null' : String(value));

function randomRows(random: Random): string[] {
  const hosts = random.below(5);
  const items = random.below(6);
  return [
    ...Array.from(
      { length: hosts },
      (_one, i) =>
        `insert into h values (${i + 1}, ${random.below(5)}, ${either(random, random.below(2))}, ${random.below(2)})`,
    ),
    ...Array.from({ length: items }, (_one, i) => {
      const host = hosts === 0 || random.below(5) === 0 ? 'null' : String(1 + random.below(hosts));
      return `insert into t values (${i + 1}, ${either(random, random.below(2))}, ${either(random, random.below(4))}, ${host}, ${random.below(2)})`;
    }),
    'insert into k values (0, 2), (1, 1)',
    ...Array.from({ length: items * 2 }, (_one, i) =>
      random.below(4) === 0
        ? ''
        : `insert into n values (${(i >> 1) + 1}, ${i % 2}, ${either(random, random.below(4))})`,
    ),
    ...Array.from({ length: hosts * 2 }, (_one, i) =>
      random.below(4) === 0 ? '' : `insert into r values (${(i >> 1) + 1}, ${i % 2}, ${random.below(3)})`,
    ),
  ];
}

const SCHEMA = [
  'create table h(id integer primary key, cap integer not null, zone integer, controllable_on integer check (controllable_on in (0, 1)))',
  'create table t(id integer primary key, g integer, w integer, controllable_h integer references h(id), controllable_n integer check (controllable_n in (0, 1)))',
  'create table k(id integer primary key, weight integer not null)',
  'create table n(t integer not null, k integer not null, amount integer, primary key (t, k))',
  'create table r(h integer not null, k integer not null, cap integer not null, primary key (h, k))',
];

for (const [from, having, value, tie = 'count(t.id + h.id)'] of GROUPED) {
  test(`the outer join and the product find the same: ${from} ${having} ${value} (seeds 1 to 60)`, (t) => {
    const policies = (term: string): string =>
      `create constraint c as select * from ${from} ${having} check ${term} < 3;` +
      `create constraint s as select * from ${from} ${having} maximize ${term};`;
    const schema = databaseOf(...SCHEMA);
    const joined = must(compileHere(schema, policies(value)).compiled, 'joined');
    const product = must(compileHere(schema, policies(`${value} + 0 * ${tie}`)).compiled, 'product');
    const sqlOf = (compiled: typeof joined): string =>
      compiled.policies
        .flatMap((one) => [...one.violations, ...one.softValues].map(({ sql }) => sql))
        .join('\n');
    t.is(sqlOf(joined).split(' left join ').length, 3);
    t.false(sqlOf(product).includes(' left join '));
    let violations = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const store = databaseOf(...SCHEMA, ...randomRows(seededRandom(seed)));
      const found = [joined, product].map((compiled) =>
        violationsNow(store, compiled.policies, 100)
          .map(({ row }) => JSON.stringify(row))
          .sort(),
      );
      t.deepEqual(found[0], found[1], `seed ${seed}`);
      t.deepEqual(
        softValuesNow(store, joined.policies),
        softValuesNow(store, product.policies),
        `seed ${seed}`,
      );
      violations += found[0]?.length ?? 0;
    }
    if (!from.includes('t.g = 7')) t.true(violations > 0, 'the data never violates');
  });
}
