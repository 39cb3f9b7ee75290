import test from 'ava';
import { compileHere, databaseOf } from '../helpers/solve-here.js';
import { ground } from '../../engine/ground/ground.js';
import { must } from '../../engine/base/assert.js';

const SCHEMA = [
  'create table slot(id integer primary key, rack integer not null, label text not null)',
  'create table vm(id integer primary key, controllable_slot integer references slot(id))',
  'insert into vm values (1, null), (2, null)',
];

const JOIN = `select * from vm as a join vm as b on a.id < b.id
  join slot as sa on sa.id = a.controllable_slot
  join slot as sb on sb.id = b.controllable_slot`;

for (const check of [
  'sa.rack = sb.rack',
  'not (sa.rack = sb.rack) and sa.id <> sb.id',
  'sa.rack <> sb.rack or a.controllable_slot = 1',
]) {
  test(`columns of two chosen rows are compared without making their product: ${check}`, (t) => {
    const store = databaseOf(...SCHEMA);
    store.write(() => {
      for (let id = 1; id <= 2000; id += 1)
        store.run('insert into slot values (?, ?, ?)', [id, id % 7, `s${id}`]);
    });
    const { compiled } = compileHere(store, `create constraint c as ${JOIN} check ${check};`);
    let most = 0;
    const reader = {
      rows: (sql: string, parameters: readonly (string | number | bigint | null | Uint8Array)[] = []) => {
        const rows = store.rows(sql, parameters);
        most = Math.max(most, rows.length);
        return rows;
      },
    };
    const { diagnostics, model } = ground(must(compiled, 'policies'), reader);
    t.deepEqual(diagnostics, []);
    t.is(most, 2000, 'no query gives more rows than the table has');
    t.true(model.nodes.some((node) => node.kind === 'same'));
    t.true(model.constraints.length <= 2);
    store.close();
  });
}
