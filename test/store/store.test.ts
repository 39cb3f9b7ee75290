import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { InternalError } from '../../engine/base/assert.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';
import { StoreError } from '../../engine/store/store-error.js';
import { tempFolder } from './helpers/temp-folder.js';

function memory(script = ''): Store {
  const store = openStore(':memory:', 'plain');
  store.script(script);
  return store;
}

test('integers beyond 2^53 come back exact, others as numbers', (t) => {
  const store = memory('create table n (n integer)');
  const values = [9007199254740993n, -9007199254740993n, 9007199254740992n, 9223372036854775807n];
  for (const value of values) store.run('insert into n values (?)', [value]);
  store.run('insert into n values (?), (?), (?)', [9007199254740991, -9007199254740991, 0]);
  const expected = [...values, 9007199254740991, -9007199254740991, 0];
  t.deepEqual(
    store.rows('select n from n order by rowid').map(([n]) => n),
    expected,
  );
  t.deepEqual(
    store.records('select n from n order by rowid').map((record) => record['n']),
    expected,
  );
  t.deepEqual(
    [...store.iterate('select n from n order by rowid')].map(([n]) => n),
    expected,
  );
  t.deepEqual(store.rows('select n from n where n = ?', [9007199254740993n]), [[9007199254740993n]]);
});

test('a statement that once met an unsafe integer stays exact for later rows', (t) => {
  const store = memory('create table n (n integer)');
  t.deepEqual(store.rows('select n from n'), []);
  store.run('insert into n values (9007199254740993), (1)');
  t.deepEqual(store.rows('select n from n'), [[9007199254740993n], [1]]);
  store.run('delete from n where n > 1');
  t.deepEqual(store.rows('select n from n'), [[1]]);
});

test('a writing statement that returns rows runs once even where its integers are unsafe', (t) => {
  const store = memory('create table n (n integer)');
  t.deepEqual(store.rows('insert into n values (9007199254740993) returning n'), [[9007199254740993n]]);
  t.deepEqual(store.rows('select count(*) from n'), [[1]]);
});

test('any value written is the value read (seed 42)', (t) => {
  const store = memory('create table v (v any) strict');
  const value = fc.oneof(
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }).filter((n) => !Object.is(n, -0)),
    fc.string({ unit: 'binary' }).filter((text) => Buffer.from(text).toString() === text),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(value, (written) => {
      store.script('delete from v');
      store.run('insert into v values (?)', [written]);
      const read = store.rows('select v from v')[0]?.[0];
      if (written instanceof Uint8Array) t.deepEqual([...(read as Uint8Array)], [...written]);
      else if (typeof written === 'bigint' && Number.isSafeInteger(Number(written)))
        t.is(read, Number(written));
      else t.is(read, written);
    }),
    { seed: 42, numRuns: 300 },
  );
});

test('parameters keep their kind: integers stay integers and booleans are 0 and 1', (t) => {
  const store = memory();
  t.deepEqual(
    store.rows('select ? / 2, typeof(?), typeof(?), typeof(?), ?, ?', [7, 7, 7.5, 3e9, true, false]),
    [[3, 'integer', 'real', 'integer', 1, 0]],
  );
});

test('rows keep column order and repeated names; records go by name', (t) => {
  const store = memory();
  t.deepEqual(store.rows('select 1 as a, 2 as a, 3 as b'), [[1, 2, 3]]);
  t.deepEqual(store.records('select 1 as a, 2 as a, 3 as b'), [{ a: 2, b: 3 }]);
  t.deepEqual(store.record('select 5 as a union all select 6'), { a: 5 });
  t.is(store.record('select 1 where false'), undefined);
});

test('run gives the number of rows changed', (t) => {
  const store = memory('create table n (n integer); insert into n values (1), (2), (3)');
  t.is(store.run('update n set n = n + 1 where n > ?', [1]), 2);
  t.is(store.run('delete from n where n > ?', [100]), 0);
});

test('columns of a query name the table columns they show', (t) => {
  const store = memory('create table host (host_id integer primary key, cores integer)');
  t.deepEqual(store.columnsOf('select host_id as id, cores + 1 as more from host'), [
    { name: 'id', table: 'host', column: 'host_id', type: 'INTEGER' },
    { name: 'more', table: null, column: null, type: null },
  ]);
});

test('the same query may run inside a loop over itself, and a broken off loop frees the store', (t) => {
  const store = memory('create table n (n integer); insert into n values (1), (2), (3)');
  const sql = 'select n from n order by n';
  let inner = 0;
  for (const [n] of store.iterate(sql)) {
    inner += store.rows(sql).length;
    for (const row of store.iterate(sql)) t.is(row.length, 1);
    if (n === 2) break;
  }
  t.is(inner, 6);
  t.is(store.run('delete from n'), 3);
});

test('a failed statement carries its SQL, the code and the cause', (t) => {
  const store = memory('create table n (n integer primary key check (n > 0)); insert into n values (1)');
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['select * from absent', 'SQLITE_ERROR', /no such table: absent/],
    ['selct 1', 'SQLITE_ERROR', /syntax error/],
    ['insert into n values (1)', 'SQLITE_CONSTRAINT_PRIMARYKEY', /UNIQUE/],
    ['insert into n values (-1)', 'SQLITE_CONSTRAINT_CHECK', /CHECK/],
    ['select ?', 'MISUSE', /parameter/],
    ['select 1; select 2', 'MISUSE', /more than one statement/],
  ];
  for (const [sql, code, message] of cases) {
    for (const attempt of [() => store.rows(sql), () => store.records(sql), () => [...store.iterate(sql)]]) {
      if (sql.startsWith('insert')) continue;
      const error = t.throws(attempt, { instanceOf: StoreError }, sql);
      t.is(error.sql, sql);
      t.is(error.code, code);
      t.regex(error.message, message);
      t.truthy(error.cause);
    }
    if (sql.startsWith('insert')) {
      const error = t.throws(() => store.run(sql), { instanceOf: StoreError }, sql);
      t.is(error.code, code);
    }
  }
});

test('an integer overflow inside a loop is a store error too', (t) => {
  const store = memory();
  const rows = store.iterate('select 1 union all select abs(-9223372036854775807 - 1)');
  t.deepEqual(rows.next().value, [1]);
  const error = t.throws(() => rows.next(), { instanceOf: StoreError });
  t.regex(error.message, /integer overflow/);
});

test('a write transaction keeps all of its changes or none', (t) => {
  const store = memory('create table n (n integer)');
  t.is(
    store.write(() => store.run('insert into n values (1)')),
    1,
  );
  t.throws(
    () =>
      store.write(() => {
        store.run('insert into n values (2)');
        throw new Error('changed my mind');
      }),
    { message: 'changed my mind' },
  );
  t.deepEqual(store.rows('select n from n'), [[1]]);
  t.false(store.inTransaction);
});

test('a commit that SQLite refuses rolls back and leaves the store usable', (t) => {
  const store = memory(`create table a (a integer primary key);
    create table b (a integer references a deferrable initially deferred)`);
  const error = t.throws(() => store.write(() => store.run('insert into b values (1)')), {
    instanceOf: StoreError,
  });
  t.is(error.code, 'SQLITE_CONSTRAINT_FOREIGNKEY');
  t.false(store.inTransaction);
  store.write(() => {
    store.run('insert into a values (1)');
    store.run('insert into b values (1)');
  });
  t.deepEqual(store.rows('select count(*) from b'), [[1]]);
});

test('a savepoint undoes its own changes alone, at every depth', (t) => {
  const store = memory('create table n (n integer)');
  store.write(() => {
    store.run('insert into n values (1)');
    t.throws(() =>
      store.savepoint(() => {
        store.run('insert into n values (2)');
        store.savepoint(() => store.run('insert into n values (3)'));
        throw new Error('no');
      }),
    );
    store.savepoint(() => {
      t.throws(() =>
        store.savepoint(() => {
          store.run('insert into n values (4)');
          throw new Error('no');
        }),
      );
      store.run('insert into n values (5)');
    });
  });
  t.deepEqual(store.rows('select n from n order by n'), [[1], [5]]);
});

test('transactions are used as they are meant', (t) => {
  const store = memory('create table n (n integer)');
  const bug = { instanceOf: InternalError };
  t.throws(() => store.write(() => store.write(() => 1)), bug);
  t.throws(() => store.read(() => store.write(() => 1)), bug);
  t.throws(() => store.read(() => store.run('insert into n values (1)')), bug);
  t.throws(() => store.read(() => store.savepoint(() => 1)), bug);
  t.throws(() => store.savepoint(() => 1), bug);
  t.throws(() => store.write(() => Promise.resolve(store.run('insert into n values (1)'))), bug);
  t.deepEqual(store.rows('select n from n'), []);
  t.is(
    store.write(() => store.read(() => store.run('insert into n values (1)'))),
    1,
  );
});

test('a read transaction sees one state while another connection commits', (t) => {
  const path = join(tempFolder(t), 'state.db');
  const setup = openStore(':memory:', 'plain');
  setup.script(`attach '${path}' as f; pragma f.journal_mode = wal; create table f.n (n integer)`);
  setup.close();
  const reader = openStore(path, 'plain');
  const writer = openStore(path, 'plain');
  const version = reader.dataVersion();
  reader.read(() => {
    writer.write(() => writer.run('insert into n values (1)'));
    t.deepEqual(reader.rows('select count(*) from n'), [[0]]);
    t.is(reader.dataVersion(), version);
  });
  t.deepEqual(reader.rows('select count(*) from n'), [[1]]);
  t.not(reader.dataVersion(), version);
  reader.close();
  writer.close();
});

test('data version tells of other connections, state version of own changes', (t) => {
  const path = join(tempFolder(t), 'plain.db');
  const setup = openStore(':memory:', 'plain');
  setup.script(`attach '${path}' as f; create table f.n (n integer)`);
  setup.close();
  const first = openStore(path, 'plain');
  const second = openStore(path, 'plain');
  const before = first.dataVersion();
  first.write(() => {
    first.run('insert into n values (1)');
    first.bumpState();
  });
  t.is(first.dataVersion(), before);
  t.is(first.stateVersion(), 1);
  second.run('insert into n values (2)');
  t.not(first.dataVersion(), before);
  t.is(second.stateVersion(), 0);
  first.close();
  second.close();
});

test('the state version of an adopted database is rolled back with its transaction', (t) => {
  const store = openStore(':memory:', 'state');
  store.write(() => store.bumpState());
  t.throws(() =>
    store.write(() => {
      store.bumpState();
      throw new Error('no');
    }),
  );
  t.is(store.stateVersion(), 1);
});

test('closing twice is allowed; using a closed store is a store error', (t) => {
  const store = memory();
  store.close();
  store.close();
  t.throws(() => store.rows('select 1'), { instanceOf: StoreError });
});

test('more statements than the cache holds all work', (t) => {
  const store = memory();
  for (let i = 0; i < 1200; i += 1) t.deepEqual(store.rows(`select ${i}`), [[i]]);
  t.deepEqual(store.rows('select 0'), [[0]]);
});
