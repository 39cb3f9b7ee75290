import test from 'ava';
import fc from 'fast-check';
import type { SqlValue } from '../../engine/base/sql-value.js';
import type { Decision } from '../../engine/loop/controller.js';
import { writeDecisions } from '../../engine/loop/writeback.js';
import { openStore } from '../../engine/store/open.js';

const SEED = 7;

/** Values of every kind that a cell may hold, those that JSON would change among them. */
const cellValue = fc.oneof(
  fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  fc.constantFrom<SqlValue>(null, 0, -0, 2.5, 9007199254740993n, '', '1', 'a"b\\c', 'nul\0l', 'é 𝔛', '\n'),
  fc.string({ maxLength: 4 }),
);

interface Written {
  readonly left: SqlValue;
  readonly right: SqlValue;
  readonly value: SqlValue;
  /** Written beside `value`, or undefined. */
  readonly other: SqlValue | undefined;
}

const rowsToWrite: fc.Arbitrary<Written[]> = fc.uniqueArray(
  fc.record({
    left: fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom('1', 'x', 'nul\0l', null, 2.5)),
    right: fc.constantFrom<SqlValue>(1, 'a'),
    value: cellValue,
    other: fc.option(cellValue, { nil: undefined }),
  }),
  { maxLength: 12, selector: ({ left, right }) => `${typeof left} ${String(left)}/${String(right)}` },
);

test(`rows written together hold what rows written one by one hold, whatever the values (seed ${SEED})`, (t) => {
  fc.assert(
    fc.property(rowsToWrite, (rows) => {
      const store = openStore(':memory:', 'state');
      store.script(
        'create table cell (l any, r any, value any, v any, n integer default 0) strict; create index by_key on cell (l, r)',
      );
      for (const { left, right } of rows)
        store.run('insert into cell (l, r) values (?, ?), (?, ?)', [left, right, left, `${String(right)}~`]);
      const decisions = rows.flatMap(({ left, right, value, other }): Decision[] => {
        const key = { l: left, r: right };
        const common = { table: 'cell', key, previous: '\u0001never' };
        const own: Decision = { ...common, column: 'value', value };
        return other === undefined ? [own] : [own, { ...common, column: 'v', value: other }];
      });
      store.write(() => writeDecisions(store, decisions, new Map()));
      const state = 'select typeof(l), l, r, typeof(value), value, typeof(v), v from cell order by rowid';
      const written = store.rows(state);
      store.run('update cell set value = null, v = null');
      for (const { left, right, value, other } of rows) {
        const params = [value, other ?? null, left, right];
        store.run('update cell set value = ?, v = ? where l is ? and r is ?', params);
      }
      t.deepEqual(written, store.rows(state));
      store.close();
    }),
    { seed: SEED, numRuns: 150 },
  );
  t.pass();
});
