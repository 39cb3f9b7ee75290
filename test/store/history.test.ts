import test from 'ava';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import { DiagnosticError } from '../../engine/base/diagnostic.js';
import { stateAsOf } from '../../engine/store/as-of.js';
import { beginHistory, endHistory, historyState } from '../../engine/store/history.js';
import { appendJournal, verifyJournal } from '../../engine/store/journal.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';
import { StoreError } from '../../engine/store/store-error.js';
import { rackLoop, solver } from '../helpers/rack-loop.js';

test.after.always(() => solver.close());

type Dump = ReadonlyMap<string, string>;

/** All that a database holds but its history and `state_version`: rows as text, by table and view. */
function dump(store: Store): Dump {
  const tables = store.rows(
    "select name from sqlite_schema where type in ('table', 'view') and name not like 'edict^_history%' escape '^'",
  );
  return new Map(
    tables.map(([name]) => {
      const columns = name === 'meta' ? 'journal_seq, journal_hash, journal_digest' : '*';
      const rows = store
        .rows(`select ${columns} from "${String(name)}"`)
        .map((row) =>
          JSON.stringify(
            row.map((value) => [typeof value, value instanceof Uint8Array ? [...value] : String(value)]),
          ),
        );
      return [String(name), rows.sort().join('\n')] as const;
    }),
  );
}

/** Tables and views that do not hold the same. */
function differences(one: Dump, other: Dump): string[] {
  const names = [...new Set([...one.keys(), ...other.keys()])].filter(
    (name) => one.get(name) !== other.get(name),
  );
  return names.map((name) => `${name}: ${one.get(name) ?? 'not there'} <> ${other.get(name) ?? 'not there'}`);
}

/** The code and words that an action is refused with. */
function refusal(action: () => unknown): string {
  try {
    action();
    return 'not refused';
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n');
  }
}

test('what a rack held at every tick is what it held then, views and journal included', async (t) => {
  const store = openStore(':memory:', 'state');
  beginHistory(store);
  const { runner, ticks } = rackLoop({}, store);
  const dumps = new Map([[0, dump(store)]]);
  await runner.take(
    [1, 2, 3].map((host) => ({ atUs: 0, type: 'host', fields: { host, cores: 6, memslices: 8 } })),
  );
  for (let at = 1; at <= 12; at += 1) {
    const atUs = at * 10_000;
    const allocate = {
      atUs,
      type: 'allocate',
      fields: { process: 1 + (at % 3), cores: 1 + (at % 2), memslices: 1 },
    };
    const release = { atUs, type: 'release', fields: { request: at - 4 } };
    const before = ticks.length;
    await runner.take(at > 5 && at % 2 === 0 ? [release, allocate] : [allocate]);
    await runner.decideUntil(atUs + 9000);
    if (ticks.length > before) dumps.set(must(ticks.at(-1), 'tick').tick, dump(store));
  }
  t.log(`${dumps.size} ticks`);
  t.true(dumps.size > 10);
  for (const [tick, held] of dumps) {
    const then = stateAsOf(store, tick);
    t.deepEqual(differences(dump(then), held), [], `tick ${tick}`);
    t.is(verifyJournal(then).status, 'whole');
    then.close();
  }
});

const ODD = `
create table parent (name text not null primary key collate nocase, n integer) strict;
create table child (
  a integer not null, b text not null, parent text references parent on delete cascade on update cascade, v any,
  doubled integer generated always as (a * 2) stored, primary key (a, b)
) strict, without rowid;
create table counted (id integer primary key, code text unique, "odd name" real, x blob);
create table keyless (rowid text, v);
create trigger counted_counts after insert on counted begin
  update parent set n = coalesce(n, 0) + 1; update counted set x = coalesce(x, 'made') where id = new.id;
end;
`;

const word = fc.constantFrom("'a'", "'A'", "'b'", "'c'");
const number = fc.integer({ min: 1, max: 4 }).map(String);
const value = fc.constantFrom(
  'null',
  '1',
  '1.5',
  '0.1 + 0.2',
  "'text'",
  "x'00ff'",
  '9007199254740993',
  '9e999',
);
const verb = fc.constantFrom('insert', 'insert or replace', 'insert or ignore');
const statement = fc.oneof(
  fc.tuple(verb, word, number).map(([insert, name, n]) => `${insert} into parent values (${name}, ${n})`),
  fc
    .tuple(verb, number, word, word, value)
    .map(([insert, ...row]) => `${insert} into child (a, b, parent, v) values (${row.join(', ')})`),
  fc
    .tuple(verb, fc.oneof(number, fc.constant('null')), word, value)
    .map(([insert, id, code, x]) => `${insert} into counted (id, code, x) values (${id}, ${code}, ${x})`),
  fc
    .tuple(number, word, value)
    .map(
      ([id, code, x]) =>
        `insert into counted (id, code, "odd name") values (${id}, ${code}, 1) on conflict (code) do update set x = ${x}`,
    ),
  fc.tuple(word, value).map(([name, v]) => `insert into keyless values (${name}, ${v})`),
  fc.tuple(word, word).map(([from, to]) => `update or replace parent set name = ${to} where name = ${from}`),
  fc.tuple(number, number).map(([from, to]) => `update or replace counted set id = ${to} where id = ${from}`),
  fc.tuple(number, word).map(([id, code]) => `update or replace counted set code = ${code} where id = ${id}`),
  fc.tuple(number, value).map(([a, v]) => `update child set a = a + 1, v = ${v} where a = ${a}`),
  value.map((v) => `update keyless set v = ${v} where _rowid_ % 2 = 0`),
  fc
    .constantFrom('parent', 'child', 'counted', 'keyless')
    .map((table) => `delete from ${table} where random() % 2`),
);

test('rows of any table are turned back, whatever changed them (seed 7)', (t) => {
  const law = fc.property(fc.array(fc.array(statement, { maxLength: 8 }), { maxLength: 6 }), (ticks) => {
    const store = openStore(':memory:', 'state');
    store.write(() => store.script(ODD));
    beginHistory(store);
    const dumps = [dump(store)];
    ticks.forEach((statements, i) => {
      store.write(() => {
        for (const sql of statements) {
          try {
            store.savepoint(() => store.run(sql));
          } catch (error) {
            if (!(error instanceof StoreError)) throw error;
          }
        }
        appendJournal(store, [{ tick: i + 1, kind: 'outcome', atUs: i, body: {} }]);
      });
      dumps.push(dump(store));
    });
    dumps.forEach((held, tick) => {
      const then = stateAsOf(store, tick);
      t.deepEqual(differences(dump(then), held), [], `tick ${tick}`);
      then.close();
    });
    store.close();
  });
  fc.assert(law, { seed: 7, numRuns: 25 });
});

test('a tick before the history, after the last tick, or without a history is refused', (t) => {
  const store = openStore(':memory:', 'state');
  const tick = (number: number): void =>
    store.write(() => appendJournal(store, [{ tick: number, kind: 'outcome', atUs: number, body: {} }]));
  t.is(
    refusal(() => stateAsOf(store, 0)),
    'query/no-history `:memory:` does not keep what its rows were',
  );
  tick(1);
  t.true(beginHistory(store));
  tick(2);
  t.false(beginHistory(store), 'it goes on');
  t.is(
    refusal(() => stateAsOf(store, 0)),
    'query/no-history the history of `:memory:` begins after tick 0',
  );
  t.is(
    refusal(() => stateAsOf(store, 3)),
    'query/no-tick there has been no tick 3; the last one is 2',
  );
  for (const at of [1, 2]) stateAsOf(store, at).close();
  store.write(() => store.run('create table later (id integer primary key)'));
  t.is(
    refusal(() => stateAsOf(store, 2)),
    'query/no-history the tables of `:memory:` have changed since its history began',
  );
  t.true(beginHistory(store), 'it begins anew');
  t.is(
    refusal(() => stateAsOf(store, 1)),
    'query/no-history the history of `:memory:` begins after tick 1',
  );
  t.true(endHistory(store));
  t.is(historyState(store).kind, 'none');
  t.deepEqual(store.rows("select name from sqlite_schema where name like 'edict_history%'"), []);
  const plain = openStore(':memory:', 'plain');
  t.regex(
    refusal(() => stateAsOf(plain, 0)),
    /^store\/not-adopted/,
  );
});
