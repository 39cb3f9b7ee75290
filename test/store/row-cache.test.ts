import { join } from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { openStore } from '../../engine/store/open.js';
import { readProgram } from '../../engine/store/read-program.js';
import { RowCache } from '../../engine/store/row-cache.js';
import type { Store } from '../../engine/store/store.js';
import { tempFolder } from './helpers/temp-folder.js';

const SEED = 20261121;

const SCHEMA = `
  create table host (host_id integer primary key, cores integer, zone text);
  create table request (request_id integer primary key, host_id integer references host, cores integer);
  create table tag (name text primary key, host_id integer) without rowid;
  create table named (named_id integer primary key, name text unique, cores integer);
  create view room as select host_id as dkernel, max(0, cores - 1) as cores from host;
  create view used as select host_id, sum(cores) as cores from request group by host_id;
  create view wide as select host_id from host where cores > 3;
  insert into host select value, value % 7, 'z' || value % 3 from json_each('[${[...Array(60).keys()].join()}]');
  insert into named select host_id, 'n' || host_id, cores from host;`;

const QUERIES: readonly (readonly [sql: string, parameters: readonly number[]])[] = [
  ['select "host_id" from "host" where "host_id" is not null order by 1', []],
  ['select r1."dkernel", r1."cores" from "room" as r1', []],
  ['select r1.cores, r1.zone, r1.host_id from host as r1 where r1.cores < 5', []],
  ['select * from wide', []],
  ['select * from used order by 1', []],
  ['select name, host_id from tag', []],
  ['select named_id, name, cores from named', []],
  ['select request_id from request where host_id = ? order by 1', [3]],
  ['select request_id, r.cores, h.cores from request as r join host as h using (host_id) order by 1', []],
  ['select count(*), (select max(cores) from host) from request', []],
];

const change = fc.record({
  kind: fc.constantFrom('insert', 'replace', 'update', 'move', 'delete', 'rename'),
  table: fc.constantFrom('host', 'request', 'named', 'tag'),
  id: fc.integer({ min: 0, max: 70 }),
  value: fc.integer({ min: 0, max: 9 }),
  /** How the transaction ends, and who makes it. */
  end: fc.constantFrom('commit', 'commit', 'savepoint', 'rollback', 'other', 'clear', 'ddl', 'readRollback'),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function statementOf({ kind, table, id, value }: Change): readonly [string, readonly (number | string)[]] {
  const key = table === 'tag' ? 'name' : `${table}_id`;
  const keyValue = table === 'tag' ? `t${id}` : id;
  const column = table === 'tag' ? 'host_id' : table === 'named' && kind === 'rename' ? 'name' : 'cores';
  const given = column === 'name' ? `n${value}` : value;
  switch (kind) {
    case 'insert':
    case 'rename':
      if (kind === 'rename')
        return [`update or replace ${table} set ${column} = ? where ${key} = ?`, [given, keyValue]];
      return [`insert or ignore into ${table} (${key}, ${column}) values (?, ?)`, [keyValue, given]];
    case 'replace':
      return table === 'named'
        ? ['insert or replace into named (named_id, name, cores) values (?, ?, ?)', [id, `n${value}`, value]]
        : [`insert or replace into ${table} (${key}, ${column}) values (?, ?)`, [keyValue, given]];
    case 'update':
      return [`update ${table} set ${column} = ? where ${key} = ?`, [given, keyValue]];
    case 'move':
      return [`update or ignore ${table} set ${key} = ${key} + 1 where ${key} = ?`, [keyValue]];
    case 'delete':
      return [`delete from ${table} where ${key} = ?`, [keyValue]];
  }
}

const UNDO = new Error('undo');

function undone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error !== UNDO) throw error;
  }
}

function make(one: Change, store: Store, other: Store, cache: RowCache, at: number): void {
  const [sql, parameters] = statementOf(one);
  const run = (where: Store): void => {
    where.run(sql, parameters);
  };
  switch (one.end) {
    case 'commit':
      store.write(() => run(store));
      return;
    case 'savepoint':
      store.write(() => {
        run(store);
        undone(() =>
          store.savepoint(() => {
            store.run('update host set cores = cores + 1');
            throw UNDO;
          }),
        );
      });
      return;
    case 'rollback':
      undone(() =>
        store.write(() => {
          run(store);
          throw UNDO;
        }),
      );
      return;
    case 'other':
      other.write(() => run(other));
      return;
    case 'clear':
      cache.clear();
      store.write(() => run(store));
      return;
    case 'ddl':
      store.script(`create table made_${at} (x)`);
      store.write(() => run(store));
      return;
    case 'readRollback':
      // A grounding that fails takes back what it began to note.
      undone(() =>
        store.read(() => {
          cache.begin();
          cache.rows(`select ${at} from host`);
          throw UNDO;
        }),
      );
      store.write(() => run(store));
  }
}

test(`a kept result is what SQLite answers now, whoever changed what (seed ${SEED})`, (t) => {
  const folder = tempFolder(t);
  let round = 0;
  let kept = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 10 }), (changes) => {
      round += 1;
      const path = join(folder, `${round}.db`);
      const made = new Database(path);
      made.exec(SCHEMA);
      made.close();
      const store = openStore(path, 'plain');
      const second = openStore(path, 'plain');
      const cache = new RowCache(store);
      let before: unknown[] = [];
      for (const [at, one] of [null, ...changes].entries()) {
        if (one !== null) make(one, store, second, cache, at);
        store.read(() => {
          cache.begin();
          const now = QUERIES.map(([sql, parameters]) => cache.rows(sql, parameters));
          t.deepEqual(
            now.map(sorted),
            QUERIES.map(([sql, parameters]) => sorted(store.rows(sql, parameters))),
            JSON.stringify(changes),
          );
          kept += now.filter((rows, i) => rows === before[i]).length;
          before = now;
        });
      }
      second.close();
      store.close();
    }),
    { seed: SEED, numRuns: 150 },
  );
  t.true(kept > 1000, `${kept}`);
});

/** Queries of the language are ordered by who reads them, where they are not by themselves. */
const sorted = (rows: readonly (readonly unknown[])[]): string[] =>
  rows.map((row) => JSON.stringify(row)).sort();

test('only what changed is another array', (t) => {
  const store = openStore(':memory:', 'plain');
  store.script(SCHEMA);
  const cache = new RowCache(store);
  const read = (sql: string): unknown[][] =>
    store.read(() => {
      cache.begin();
      return cache.rows(sql);
    });
  const sql = 'select dkernel, cores from room';
  const first = read(sql);
  t.is(read(sql), first);
  store.run("update host set zone = 'elsewhere' where host_id = 5");
  t.is(read(sql), first, 'the query does not read the column');
  store.run('update host set cores = 100 where host_id = 5');
  store.run('insert into host values (100, 3, null)');
  store.run('delete from host where host_id = 7');
  const second = read(sql);
  t.not(second, first);
  t.deepEqual(second[5], [5, 99]);
  t.deepEqual(second.at(-1), [100, 2]);
  t.is(second[6], first[6]);
  t.is(second[7], first[8]);
  t.is(second.length, first.length);
});

test('a query is kept only where its program tells all that it reads', (t) => {
  const store = openStore(':memory:', 'plain');
  store.script(SCHEMA);
  store.script('create temp table passing (x)');
  const program = (sql: string): unknown => readProgram(store, sql, []);
  for (const sql of [
    'select random() from host',
    "select date('now') from host",
    'select current_timestamp from host',
    'select changes() from host',
    "select value from json_each('[1]')",
    'select x from temp.passing',
    'select name from pragma_table_list',
  ]) {
    t.is(program(sql), null, sql);
  }
  const walks = { tables: ['host'], walked: 'host' };
  const reads = { tables: ['host'], walked: null };
  for (const [sql, expected] of [
    ['select * from room', walks],
    ['select host_id, upper(zone) from host where cores in (1, 2) and zone like ?', walks],
    ['select host_id, upper(zone) from host where cores > 1', walks],
    ['select distinct cores from host', reads],
    ['select host_id from host limit 3', reads],
    ['select host_id, row_number() over () from host', reads],
    ['select host_id from host order by host_id desc', reads],
    ['select sum(cores) from host', reads],
    ['select host_id, (select max(cores) from host) from host', reads],
    ['select name from tag', { tables: ['tag'], walked: null }],
    ['select name from named', { tables: ['named'], walked: null }],
    ['select 1', { tables: [], walked: null }],
  ] as const) {
    t.deepEqual(readProgram(store, sql, sql.includes('?') ? ['z'] : []), expected, sql);
  }
});

test('two caches over one store take turns and are both right', (t) => {
  const store = openStore(':memory:', 'plain');
  store.script(SCHEMA);
  const caches = [new RowCache(store), new RowCache(store)];
  for (let round = 0; round < 6; round += 1) {
    store.run('update host set cores = ? where host_id = ?', [round, round % 2]);
    for (const cache of round % 3 === 0 ? caches : caches.slice(0, 1)) {
      store.read(() => {
        cache.begin();
        t.deepEqual(cache.rows('select * from room'), store.rows('select * from room'));
      });
    }
  }
});
