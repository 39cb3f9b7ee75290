import test from 'ava';
import type { RawRelation } from '../../engine/catalog/raw-schema.js';
import { introspect } from '../../engine/store/introspect.js';
import { openStore } from '../../engine/store/open.js';

function relationsOf(script: string): readonly RawRelation[] {
  const store = openStore(':memory:', 'plain');
  store.script(script);
  return introspect(store).relations;
}

function relationOf(script: string): RawRelation | undefined {
  return relationsOf(script).find((relation) => relation.name === 't');
}

test('tables and views come in name order without what SQLite and modules keep for themselves', (t) => {
  const relations = relationsOf(`
    create table b (id integer primary key autoincrement);
    insert into b default values;
    create view "A view" as select id from b;
    create table sqliteish (n);
    create virtual table words using fts5(text);
    create temp table gone (n);
    create table a (id)`);
  t.deepEqual(
    relations.map(({ name, kind }) => [name, kind]),
    [
      ['A view', 'view'],
      ['a', 'table'],
      ['b', 'table'],
      ['sqliteish', 'table'],
    ],
  );
});

test('columns tell type, nullability, key and default as declared', (t) => {
  const relation = relationOf(`create table t (
    id integer primary key, name text not null default 'x''y', n, "odd ""name" varchar(10) default 7,
    twice integer generated always as (n * 2) virtual)`);
  t.deepEqual(relation?.columns, [
    { name: 'id', type: 'INTEGER', notNull: true, primaryKey: 1, default: null },
    { name: 'name', type: 'TEXT', notNull: true, primaryKey: 0, default: `'x''y'` },
    { name: 'n', type: '', notNull: false, primaryKey: 0, default: null },
    { name: 'odd "name', type: 'varchar(10)', notNull: false, primaryKey: 0, default: '7' },
    { name: 'twice', type: 'INTEGER', notNull: false, primaryKey: 0, default: null },
  ]);
  t.false(relation?.withoutRowid);
  t.deepEqual(relation?.uniques, [['id']]);
  t.regex(relation?.sql ?? '', /^CREATE TABLE t \(/i);
});

test('only the alias of the rowid is never null without saying so', (t) => {
  const nullable = (script: string): boolean | undefined => relationOf(script)?.columns[0]?.notNull;
  t.true(nullable('create table t (id integer primary key)'));
  t.false(nullable('create table t (id integer primary key desc)'));
  t.false(nullable('create table t (id int primary key)'));
  t.false(nullable('create table t (id text primary key)'));
  t.true(nullable('create table t (id text primary key) without rowid'));
  t.true(nullable('create table t (id text not null primary key) strict'));
});

test('composite keys keep their own order; unique indexes count unless partial or over expressions', (t) => {
  const relation = relationOf(`
    create table t (a int, b int, c int, d text, primary key (c, a), unique (d, b)) without rowid;
    create unique index by_b on t (b);
    create unique index again on t (b);
    create unique index same_as_key on t (c, a);
    create unique index some on t (a) where b > 0;
    create unique index lower_d on t (lower(d));
    create index plain on t (a)`);
  t.true(relation?.withoutRowid);
  t.deepEqual(relation?.uniques, [['c', 'a'], ['b'], ['d', 'b']]);
  t.deepEqual(
    relation?.columns.map((column) => column.primaryKey),
    [2, 0, 1, 0],
  );
});

test('foreign keys come in the order of declaration, with parent columns only where named', (t) => {
  const relation = relationOf(`
    create table p (x int, y int, primary key (x, y));
    create table "other p" (id integer primary key);
    create table t (a int references "other p", b int, c int, d int references "other p" (id),
      foreign key (c, b) references p (y, x), foreign key (a, b) references p)`);
  t.deepEqual(relation?.foreignKeys, [
    { columns: ['a'], parent: 'other p', parentColumns: [] },
    { columns: ['d'], parent: 'other p', parentColumns: ['id'] },
    { columns: ['c', 'b'], parent: 'p', parentColumns: ['y', 'x'] },
    { columns: ['a', 'b'], parent: 'p', parentColumns: [] },
  ]);
});

test('a view has the types of the columns it shows and none for expressions', (t) => {
  const relation = relationOf(
    'create table n (a integer, b text); create view t as select a, b, a + 1 as c from n',
  );
  t.deepEqual(
    relation?.columns.map(({ name, type }) => [name, type]),
    [
      ['a', 'INTEGER'],
      ['b', 'TEXT'],
      ['c', ''],
    ],
  );
});

test('a view over something dropped is listed without columns', (t) => {
  const relations = relationsOf('create table n (a); create view t as select a from n; drop table n');
  t.deepEqual(
    relations.map(({ name, columns }) => [name, columns]),
    [['t', []]],
  );
});

test('the same database is described the same way every time', (t) => {
  const store = openStore(':memory:', 'state');
  t.deepEqual(introspect(store), introspect(store));
  const journal = introspect(store).relations.find((relation) => relation.name === 'journal');
  t.deepEqual(
    journal?.columns.map((column) => column.name),
    ['seq', 'tick', 'kind', 'at_us', 'body', 'hash', 'digest'],
  );
});
