import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import Database from 'better-sqlite3';
import { textOf } from '../../engine/base/source.js';
import type { AdhocOptions, AdhocReply, AdhocRequest, AdhocResult } from '../../engine/store/adhoc.js';
import { queryAdhoc } from '../../engine/store/adhoc.js';
import { migrate } from '../../engine/store/migrate.js';
import { openStore } from '../../engine/store/open.js';
import { refuseQuery } from '../../engine/store/query-gate.js';
import { tempFolder } from './helpers/temp-folder.js';

function makeDatabase(path: string, journalMode = 'delete'): void {
  const database = new Database(path);
  database.exec(`pragma journal_mode = ${journalMode};
    create table host (host_id integer primary key, cores integer);
    insert into host values (1, 24), (2, 48), (3, null);
    create table big (n integer); insert into big values (9007199254740993), (7);
    create table bin (b blob); insert into bin values (x'00ff')`);
  database.close();
}

/** Name and digest of every file of a folder. */
function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}`,
    );
}

const RUNAWAY = 'with recursive r(i) as (select 1 union all select i + 1 from r)';

type Expected =
  | readonly (readonly unknown[])[]
  | 'refused'
  /** A failure whose message matches. */
  | RegExp;

const MATRIX: readonly (readonly [string, Expected])[] = [
  ['select host_id from host order by 1', [[1], [2], [3]]],
  ['  -- first\n /* second ; */ SELECT 1 ; -- third', [[1]]],
  ['\ufeffselect 1;;', [[1]]],
  [
    'values (1, 2), (3, 4)',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['with x as (select 2 as n) select n from x', [[2]]],
  ['with "delete" as (values (1)) select * from "delete"', [[1]]],
  [`with x(a) as (values ('aba')) select replace(a, 'b', 'c') from x`, [['aca']]],
  [`with x as (select 'delete' as d) select d, ';' from x`, [['delete', ';']]],
  ['with x as (select 1) values (5)', [[5]]],
  ['select n from big order by n desc', [[9007199254740993n], [7]]],
  ['select b from bin', [[new Uint8Array([0, 255])]]],
  ['select cores from host where host_id = 3', [[null]]],
  ['select 1.5, typeof(1.0)', [[1.5, 'real']]],
  [`select name from pragma_table_info('host') order by cid`, [['host_id'], ['cores']]],
  ['select n from big where n < 0', []],
  ['', 'refused'],
  [' -- nothing\n', 'refused'],
  [';', 'refused'],
  ['; select 1', 'refused'],
  ['explain', 'refused'],
  ['pragma user_version', 'refused'],
  ['PRAGMA journal_mode = delete', 'refused'],
  ['/* x */ pragma writable_schema = on', 'refused'],
  ['explain pragma cache_size = 1', 'refused'],
  ['explain query plan delete from host', 'refused'],
  ['explain explain select 1', 'refused'],
  [`attach ':memory:' as m`, 'refused'],
  [`attach 'FOLDER/other.db' as m`, 'refused'],
  ['detach main', 'refused'],
  ['vacuum', 'refused'],
  [`vacuum into 'FOLDER/copy.db'`, 'refused'],
  ['delete from host', 'refused'],
  ['update host set cores = 0', 'refused'],
  ['insert into host values (9, 9)', 'refused'],
  ['insert into host values (9, 9) returning *', 'refused'],
  ['replace into host values (1, 0)', 'refused'],
  ['with x as (select 1) delete from host', 'refused'],
  ['with x as (select 1) delete from host returning *', 'refused'],
  ['with x as (select 1) insert into host select 9, 9', 'refused'],
  ['with x as (select 1) replace into host select 9, 9', 'refused'],
  ['with x as (select 1) /* ) */ update host set cores = 0', 'refused'],
  ['with x(")") as (select 1) delete from host', 'refused'],
  ['create table t (a)', 'refused'],
  ['create temp table t (a)', 'refused'],
  ['drop table host', 'refused'],
  ['alter table host rename to h', 'refused'],
  ['reindex', 'refused'],
  ['analyze', 'refused'],
  ['begin immediate', 'refused'],
  ['commit', 'refused'],
  ['savepoint s', 'refused'],
  ['"select" 1', 'refused'],
  ['selectx 1', 'refused'],
  ['(select 1)', 'refused'],
  ['select 1; select 2', 'refused'],
  ['select 1; drop table host', 'refused'],
  ['select 1; /* x */ ; pragma user_version = 3', 'refused'],
  ['select 1 \0; drop table host', 'refused'],
  ['select * from absent', /no such table: absent/],
  ['select missing from host', /no such column: missing/],
  ['select from', /syntax error/],
  ['with x as (select 1)', /incomplete input/],
  [`select '`, /unrecognized token/],
  [`select load_extension('x')`, /not authorized|no such function/],
  [`select writefile('FOLDER/x', 'y')`, /no such function/],
  [`select readfile('FOLDER/user.db')`, /no such function/],
  [`select abs(-9223372036854775807 - 1)`, /integer overflow/],
  ['select length(zeroblob(2000000000))', /too big/],
  [`select printf('%.*c', 2000000000, 'x')`, /too big|out of memory|more memory/],
];

test('the words of a query are judged before SQLite sees them', (t) => {
  for (const [sql, expected] of MATRIX) {
    const diagnostic = refuseQuery({ name: '<query>', text: sql });
    t.is(diagnostic?.code ?? null, expected === 'refused' ? 'query/refused' : null, sql);
  }
});

test('a refusal points at the word that is not allowed', (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['  /* x */ Vacuum into 1', 'Vacuum'],
    ['select 1; drop table host', 'drop'],
    ['with x as (select 1) delete from host', 'delete'],
    ['explain query plan pragma x', 'pragma'],
    ['select 1 \0', '\0'],
  ];
  for (const [sql, word] of cases) {
    const span = refuseQuery({ name: '<query>', text: sql })?.span;
    t.is(span === undefined ? null : textOf(span), word);
  }
});

function judge(result: AdhocResult): unknown {
  if (result.status === 'rows') return result.rows.map((row) => row.map(plain));
  return result.status;
}

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}

test('no statement of the matrix changes a file or reads another one', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'user.db');
  makeDatabase(path);
  makeDatabase(join(folder, 'other.db'));
  const before = filesOf(folder);
  t.true(MATRIX.length >= 60);
  // Two at a time, as there are processors to expect.
  const waiting = [...MATRIX];
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [text, expected] = next;
      const result = await queryAdhoc(path, text.replaceAll('FOLDER', folder), { timeoutMs: 20_000 });
      if (expected instanceof RegExp) {
        t.is(result.status, 'failed', text);
        const diagnostic = result.status === 'rows' ? undefined : result.diagnostics[0];
        t.is(diagnostic?.code, 'query/failed', text);
        t.regex(diagnostic?.message ?? '', expected, text);
      } else {
        t.deepEqual(
          judge(result),
          expected === 'refused' ? expected : expected.map((row) => row.map(plain)),
          text,
        );
      }
      if (result.status === 'refused') t.is(result.diagnostics[0]?.code, 'query/refused');
    }
  };
  await Promise.all([worker(), worker()]);
  t.deepEqual(filesOf(folder), before);
});

/** What the child answers when nothing has looked at the text before. */
function askUngated(path: string, sql: string): Promise<AdhocReply> {
  const script = fileURLToPath(new URL('../../engine/store/adhoc-child.js', import.meta.url));
  const child = fork(script, { serialization: 'advanced' });
  return new Promise((done) => {
    child.on('message', (reply: AdhocReply) => {
      if (reply.status !== 'ready') done(reply);
      else child.send({ path, sql, maxRows: 10, maxBytes: 1000 } satisfies AdhocRequest);
    });
  });
}

test('the child refuses what writes on its own too', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'user.db');
  makeDatabase(path);
  const before = filesOf(folder);
  const cases: readonly (readonly [string, 'rows' | 'refused'])[] = [
    ['select 1', 'rows'],
    ['delete from host', 'refused'],
    ['insert into host values (9, 9) returning *', 'refused'],
    ['with x as (select 1) delete from host returning *', 'refused'],
    [`vacuum into '${folder}/copy.db'`, 'refused'],
    [`attach ':memory:' as m`, 'refused'],
    ['create temp table x (a)', 'refused'],
    ['begin immediate', 'refused'],
  ];
  for (const [sql, status] of cases) t.is((await askUngated(path, sql)).status, status, sql);
  t.deepEqual(filesOf(folder), before);
});

test('a query tells its columns, and explain works', async (t) => {
  const path = join(tempFolder(t), 'user.db');
  makeDatabase(path);
  const result = await queryAdhoc(path, 'select host_id as id, cores from host order by id');
  t.like(result, { status: 'rows', columns: ['id', 'cores'], truncated: false });
  t.true(result.status === 'rows' && result.ms >= 0);
  for (const sql of ['explain select * from host', 'explain query plan select * from host']) {
    const plan = await queryAdhoc(path, sql);
    t.true(plan.status === 'rows' && plan.rows.length > 0, sql);
  }
});

test('a runaway query is killed at its limit whatever it does', async (t) => {
  const path = join(tempFolder(t), 'user.db');
  makeDatabase(path);
  const before = readFileSync(path);
  const cases = [
    `${RUNAWAY} select count(*) from r`,
    `${RUNAWAY} select i from r where i < 0`,
    `${RUNAWAY} select max(a.i * b.i) from (select i from r limit 1000000) a, (select i from r limit 1000000) b`,
  ];
  for (const sql of cases) {
    const start = performance.now();
    const result = await queryAdhoc(path, sql, { timeoutMs: 150 });
    t.is(result.status, 'timeout', sql);
    t.is(result.status === 'timeout' ? result.diagnostics[0]?.code : '', 'query/timeout');
    t.true(performance.now() - start < 10_000);
  }
  t.deepEqual(readFileSync(path), before);
});

test('rows beyond the cap are not read', async (t) => {
  const path = join(tempFolder(t), 'user.db');
  makeDatabase(path);
  const count = async (sql: string, options: AdhocOptions): Promise<unknown> => {
    const result = await queryAdhoc(path, sql, options);
    return result.status === 'rows' ? [result.rows.length, result.truncated] : result.status;
  };
  t.deepEqual(await count(`${RUNAWAY} select i from r`, { maxRows: 10 }), [10, true]);
  t.deepEqual(await count('select * from host', { maxRows: 3 }), [3, false]);
  t.deepEqual(await count('select * from host', { maxRows: 2 }), [2, true]);
  t.deepEqual(await count(`${RUNAWAY} select i from r`, { timeoutMs: 20_000 }), [1000, true]);
});

test('a result that is too large is cut or fails, and never breaks the caller', async (t) => {
  const path = join(tempFolder(t), 'user.db');
  makeDatabase(path);
  const options = { maxRows: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
  const many = await queryAdhoc(path, `${RUNAWAY} select printf('%.*c', 1000000, 'x') from r`, options);
  t.true(many.status === 'rows' && many.truncated && many.rows.length < 40);
  const hungry = `${RUNAWAY} select group_concat(printf('%.*c', 1000000, 'x')) from (select i from r limit 3000)`;
  const result = await queryAdhoc(path, hungry, options);
  t.is(result.status, 'failed');
});

test('the file that cannot be queried is named by a store diagnostic', async (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'letter.txt'), 'this is a letter, not a database. '.repeat(100));
  const codeOf = async (path: string): Promise<string | undefined> => {
    const result = await queryAdhoc(path, 'select 1');
    return result.status === 'rows' ? 'rows' : result.diagnostics[0]?.code;
  };
  t.is(await codeOf(join(folder, 'absent.db')), 'store/not-found');
  t.is(await codeOf(join(folder, 'letter.txt')), 'store/not-a-database');
  t.is(await codeOf(folder), 'store/not-a-database');
  t.deepEqual(readdirSync(folder), ['letter.txt']);
});

test('a query on a state database at rest leaves neither log files nor changes, even when killed', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'state.db');
  await migrate(path);
  openStore(path, 'state').close();
  const before = filesOf(folder);
  t.is(before.length, 1);
  t.deepEqual(judge(await queryAdhoc(path, 'select journal_seq from meta')), [[0]]);
  t.deepEqual(filesOf(folder), before);
  const killed = await queryAdhoc(path, `${RUNAWAY} select count(*) from r, meta`, { timeoutMs: 100 });
  t.is(killed.status, 'timeout');
  t.deepEqual(filesOf(folder), before);
});

test('a query beside a working loop sees what is committed and disturbs nothing', async (t) => {
  const path = join(tempFolder(t), 'state.db');
  await migrate(path);
  const store = openStore(path, 'state');
  store.write(() => store.bumpState());
  t.deepEqual(judge(await queryAdhoc(path, 'select state_version from meta')), [[1]]);
  store.write(() => store.bumpState());
  t.deepEqual(judge(await queryAdhoc(path, 'select state_version from meta')), [[2]]);
  t.is(store.stateVersion(), 2);
  store.close();
});
