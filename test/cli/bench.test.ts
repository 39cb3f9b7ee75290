import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { catalogOf } from '../../engine/check/schema.js';
import type { ExitCode } from '../../engine/cli/exit.js';
import { growthOf } from '../../engine/cli/bench/growth.js';
import { resize } from '../../engine/cli/bench/resize.js';
import { tablesToMultiply } from '../../engine/cli/bench/tables-to-multiply.js';
import { introspect } from '../../engine/store/introspect.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';
import { databaseOf } from '../helpers/solve-here.js';
import { runCliHere } from './helpers/run-cli-here.js';
import { tempFolder } from './helpers/temp-folder.js';

const page = readFileSync('docs/bench.md', 'utf8');
const block = (name: string): string =>
  new RegExp(`^\`\`\`sql ${name}\\n([^]*?)^\`\`\``, 'm').exec(page)?.[1] ?? '';

/** The database and the policies of the page. */
function shopIn(folder: string): { db: string; policies: string } {
  const db = join(folder, 'shop.db');
  const store = openStore(db, 'plain', { create: true });
  store.script(block('shop.sql'));
  store.close();
  const policies = join(folder, 'policies');
  mkdirSync(policies);
  for (const name of ['fits.sql', 'together.sql']) writeFileSync(join(policies, name), block(name));
  return { db, policies };
}

/** A line with its times and sizes in memory taken out; numbers of rows stay. */
const shape = (text: string): string =>
  text
    .replace(/\d+\.\d+(e[+-]\d+)?/g, '#')
    .replace(/^( *\S+ +\d+ +\d+ +\w+ +\d+) .*$/gm, '$1')
    .replace(/calibration \S+/, 'calibration')
    .replace(/^-[- ]*$/gm, '-')
    .replace(/-#/g, '#')
    .replace(/ +/g, ' ');

test('the example of docs/bench.md prints what it shows, times aside, and leaves the file alone', async (t) => {
  const { db, policies } = shopIn(tempFolder(t));
  const before = readFileSync(db);
  const [, line = '', shown = ''] = /^```text edict (bench .*)\n([^]*?)^```/m.exec(page) ?? [];
  const args = line
    .replace('shop.db', db)
    .replace('--policies policies', `--policies ${policies}`)
    .split(' ');
  const { exit, stdout, stderr } = await runCliHere(args);
  t.is(exit, 0, stderr);
  t.is(shape(stdout), shape(shown));
  t.regex(stdout, /^ +4 +44 +32 +optimal +0( +[\d.]+){6}$/m);
  t.deepEqual(readFileSync(db), before);
});

test('each format has the sizes that were asked for, in order and once', async (t) => {
  const { db, policies } = shopIn(tempFolder(t));
  const run = (...more: string[]): ReturnType<typeof runCliHere> =>
    runCliHere(['bench', '--db', db, '--policies', policies, '--runs', '1', '--sizes', '2,1,2', ...more]);
  const { stdout } = await run('--format', 'json');
  const document = JSON.parse(stdout) as Record<string, unknown>;
  const sizes = document['sizes'] as Record<string, unknown>[];
  t.deepEqual(
    sizes.map(({ size, rows, decisions, status, objective, gap }) => [
      size,
      rows,
      decisions,
      status,
      objective,
      gap,
    ]),
    [
      [1, 11, 8, 'optimal', 3, 0],
      [2, 22, 16, 'optimal', 6, 0],
    ],
  );
  for (const { ms } of sizes)
    t.deepEqual(Object.keys(ms as object), ['ground', 'presolve', 'solve', 'verify', 'total']);
  t.deepEqual(Object.keys(document['growth'] as object), ['ground', 'presolve', 'solve', 'verify', 'total']);
  t.deepEqual([document['multiplied'], document['kept'], document['runs']], [['parcel', 'van'], [], 1]);
  t.true(Number(document['calibration_ms']) > 0);
  const plain = await run('--format', 'plain');
  t.regex(
    plain.stdout,
    /^size=1 rows=11 decisions=8 status=optimal gap=0 ground_ms=\S+ .*\nsize=2 rows=22 .*\n$/,
  );
  const csv = await run('--format', 'csv');
  t.regex(csv.stdout, /^size,rows,decisions,status,gap,ground_ms,[^\r]*\r\n1,11,8,optimal,0,/);
  const markdown = await run('--format', 'markdown', '--table', 'parcel');
  t.regex(
    markdown.stdout,
    /^\| size \| rows .*\n.*\n\| 1 \| 8 \| 8 \| optimal \| 0 \|.*\n\| 2 \| 16 \| 16 \| (infeasible|optimal)/,
  );
});

test('what cannot be measured is a diagnostic', async (t) => {
  const { db, policies } = shopIn(tempFolder(t));
  const base = ['bench', '--db', db, '--policies', policies];
  const told: readonly [args: readonly string[], exit: ExitCode, says: RegExp][] = [
    [[...base, '--sizes', '1.5'], 2, /whole numbers up to 10000/],
    [[...base, '--sizes', '0'], 2, /shares below 1/],
    [[...base, '--sizes', 'a'], 2, /shares below 1/],
    [[...base, '--runs', '0'], 2, /whole number from 1/],
    [[...base, '--table', 'vans'], 2, /no table `vans`[^]*van/],
    [['bench', '--db', `${db}x`, '--policies', policies], 2, /no database/],
    [['bench', '--db', db], 2, /no policies were named/],
    [['bench', '--db', db, '--policies', '-'], 1, /no column `vam`/],
  ];
  for (const [args, exit, says] of told) {
    const stdin = 'create constraint c as select * from parcel check vam = 1;';
    const end = await runCliHere(args, { stdin });
    t.is(end.exit, exit, args.join(' '));
    t.regex(end.stderr, says, args.join(' '));
    t.is(end.stdout, '');
  }
});

const SCHEMA = [
  'create table zone (name text primary key) without rowid',
  'create table host (zone text not null references zone, number integer not null, primary key (zone, number))',
  'create table port (zone text, number integer, port integer, unique (zone, number, port), foreign key (zone, number) references host)',
  'create table job (job_id integer primary key, label text unique, before_id integer references job, controllable_zone text references zone, twice integer generated always as (job_id * 2))',
  'create table note (text_of text, job_id integer references job)',
  'create table setting (id integer primary key check (id = 1), level integer)',
  'create table other (id integer primary key, job_id integer)',
  'create trigger seen after insert on job begin insert into other (job_id) values (new.job_id); end',
  "insert into zone values (''), ('a'), ('b~1')",
  "insert into host values ('a', 1), ('a', 2), ('b~1', 1)",
  "insert into port values ('a', 1, 80), ('b~1', 1, 80)",
  "insert into job (job_id, label, before_id, controllable_zone) values (-3, 'x', null, 'a'), (4, null, -3, ''), (9, 'y', 4, null)",
  "insert into note values ('n', 4), ('m', 9)",
  'insert into setting values (1, 5)',
  'delete from other',
];
const POLICY = [
  {
    name: 'p.sql',
    text: 'create constraint c as select * from job join host on true join setting on true check 1;',
  },
];

function resized(size: number): { store: Store; multiplied: readonly string[]; kept: readonly string[] } {
  const store = databaseOf(...SCHEMA);
  const catalog = catalogOf(introspect(store));
  const { multiplied, kept } = resize(store, catalog, tablesToMultiply(POLICY, catalog), false, size);
  return { store, multiplied: multiplied.map(({ name }) => name), kept: kept.map(({ table }) => table) };
}

const count = (store: Store, from: string): number =>
  Number(store.rows(`select count(*) from ${from}`)[0]?.[0]);

test('copies have keys of their own and refer to copies; what stands for nothing has none', (t) => {
  const { store, multiplied, kept } = resized(3);
  t.deepEqual(multiplied, ['host', 'job', 'note', 'port', 'zone']);
  t.deepEqual(kept, ['setting']);
  t.is(count(store, 'pragma_foreign_key_check'), 0);
  t.is(count(store, "pragma_integrity_check where integrity_check <> 'ok'"), 0);
  t.deepEqual(
    ['zone', 'host', 'port', 'job', 'note', 'setting', 'other'].map((table) => count(store, table)),
    [7, 9, 6, 9, 6, 1, 0],
  );
  t.deepEqual(
    store.rows(
      'select a.label, c.label from job as a join job as b on b.before_id = a.job_id join job as c on c.before_id = b.job_id order by 1',
    ),
    [
      ['x', 'y'],
      ['x~1', 'y~1'],
      ['x~2', 'y~2'],
    ],
  );
  t.deepEqual(store.rows("select label, controllable_zone from job where label like 'x%' order by 1"), [
    ['x', 'a'],
    ['x~1', 'a~~1'],
    ['x~2', 'a~~2'],
  ]);
  t.is(count(store, "job where controllable_zone = ''"), 3);
  t.is(count(store, "sqlite_schema where type = 'trigger'"), 1, 'triggers are back');
  store.close();
});

test('a share keeps rows evenly over the keys and nothing that refers to others', (t) => {
  const { store } = resized(0.5);
  t.is(count(store, 'pragma_foreign_key_check'), 0);
  t.deepEqual(store.rows('select job_id, before_id, controllable_zone from job order by 1'), [
    [-3, null, null],
    [9, null, null],
  ]);
  t.deepEqual(store.rows('select name from zone order by 1'), [[''], ['b~1']]);
  t.deepEqual(store.rows('select zone, number from host'), [['b~1', 1]]);
  t.deepEqual(store.rows('select job_id from note'), [[9]]);
  store.close();
});

test('size 1 is the database as it is', (t) => {
  const { store, multiplied } = resized(1);
  t.is(count(store, 'job'), 3);
  t.true(multiplied.includes('setting'));
  store.close();
});

test('growth is the exponent of a power law, whatever its factor', (t) => {
  for (const exponent of [0, 0.5, 1, 2.25]) {
    const points = [10, 30, 70, 500].map((rows) => ({ rows, ms: 3.5 * rows ** exponent }));
    t.true(Math.abs((growthOf(points) ?? NaN) - exponent) < 1e-9, String(exponent));
  }
  t.is(growthOf([{ rows: 4, ms: 1 }]), null);
  t.is(
    growthOf([
      { rows: 4, ms: 1 },
      { rows: 4, ms: 2 },
    ]),
    null,
  );
  t.is(
    growthOf([
      { rows: 4, ms: 0 },
      { rows: 8, ms: 2 },
    ]),
    null,
  );
});
