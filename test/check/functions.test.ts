import test from 'ava';
import {
  AGGREGATES,
  ALL_FUNCTIONS,
  GROUND_AGGREGATES,
  LANGUAGE_AGGREGATES,
  SQLITE_FUNCTIONS,
  TABLE_FUNCTIONS,
} from '../../engine/check/functions.js';
import { databaseOf } from '../helpers/solve-here.js';

const inSqlite = new Set(
  databaseOf()
    .rows('select name from pragma_function_list')
    .map(([name]) => String(name)),
);

test('every function that is said to be SQLite’s is', (t) => {
  const own = AGGREGATES.filter((name) => !LANGUAGE_AGGREGATES.includes(name));
  const missing = [...SQLITE_FUNCTIONS, ...GROUND_AGGREGATES, ...own].filter((name) => !inSqlite.has(name));
  t.deepEqual(missing, []);
});

test('every aggregate of the language is unknown to SQLite, so that it must be spelled out', (t) => {
  t.deepEqual(
    LANGUAGE_AGGREGATES.filter((name) => inSqlite.has(name)),
    [],
  );
});

test('every table-valued function of a policy is SQLite’s, with these columns', (t) => {
  const store = databaseOf();
  for (const [name, columns] of TABLE_FUNCTIONS) {
    const found = store.columnsOf(`select * from ${name}('[]')`).map((column) => column.name);
    t.deepEqual(found, [...columns]);
  }
});

test('no function with a side effect or of chance may be called', (t) => {
  for (const name of [
    'random',
    'randomblob',
    'load_extension',
    'last_insert_rowid',
    'changes',
    'sqlite_log',
  ]) {
    t.false(ALL_FUNCTIONS.includes(name), name);
  }
});
