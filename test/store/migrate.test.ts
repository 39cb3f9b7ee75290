import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import { InternalError } from '../../engine/base/assert.js';
import { DiagnosticError } from '../../engine/base/diagnostic.js';
import { migrate } from '../../engine/store/migrate.js';
import type { Migration } from '../../engine/store/migrations.js';
import { applyDirectly, readMigrations, schemaObjects } from '../../engine/store/migrations.js';
import { openStore } from '../../engine/store/open.js';
import { runChild, startChild } from './helpers/run-child.js';
import { tempFolder } from './helpers/temp-folder.js';

const BOOKS = ['edict_migration', 'edict_migration_lock'];

function ourObjects(path: string): [string, string][] {
  const database = new Database(path, { readonly: true });
  const objects = [...schemaObjects(database)].filter(([name]) => !BOOKS.includes(name));
  database.close();
  return objects;
}

function wantedObjects(migrations = readMigrations()): [string, string][] {
  const database = new Database(':memory:');
  applyDirectly(database, migrations);
  const objects = [...schemaObjects(database)];
  database.close();
  return objects;
}

async function codesOf(action: Promise<unknown>): Promise<string[]> {
  try {
    await action;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map((diagnostic) => diagnostic.code);
    throw error;
  }
  return [];
}

/** Migrations in a folder of their own: the real ones, then the given texts. */
function withMore(folder: string, ...texts: readonly string[]): Migration[] {
  const migrations = join(folder, 'migrations');
  mkdirSync(migrations, { recursive: true });
  const initial = [
    'create table applied_migration (name text not null primary key, checksum text not null) strict',
  ];
  for (const [index, text] of [...initial, ...texts].entries()) {
    writeFileSync(join(migrations, `000${index + 1}_step.sql`), text);
  }
  return readMigrations(migrations);
}

test('a new file gets all tables; a second call changes no byte', async (t) => {
  const path = join(tempFolder(t), 'new.db');
  const names = readMigrations().map((migration) => migration.name);
  t.deepEqual(await migrate(path), { adopted: true, applied: names, warnings: [] });
  t.deepEqual(ourObjects(path), wantedObjects());
  const bytes = readFileSync(path);
  t.deepEqual(await migrate(path), { adopted: false, applied: [], warnings: [] });
  t.deepEqual(readFileSync(path), bytes);
});

test("a user's database keeps all it had and gets our tables beside", async (t) => {
  const path = join(tempFolder(t), 'user.db');
  const database = new Database(path);
  database.exec(`create table shelf (a); insert into shelf values (1); create view broken as select a from gone;
    pragma user_version = 7; pragma application_id = 99`);
  database.close();
  t.true((await migrate(path)).adopted);
  const store = openStore(path, 'state');
  t.deepEqual(store.rows('select a from shelf'), [[1]]);
  t.deepEqual(store.rows('pragma user_version'), [[7]]);
  t.deepEqual(store.rows('pragma application_id'), [[99]]);
  t.is(store.stateVersion(), 0);
  store.close();
});

test('a table of ours that the database already has for other use is refused and nothing is written', async (t) => {
  const path = join(tempFolder(t), 'user.db');
  const database = new Database(path);
  database.exec('create table Journal (a); create table other (b); create index meta on other (b)');
  database.close();
  const bytes = readFileSync(path);
  t.deepEqual(await codesOf(migrate(path)), ['store/foreign-table', 'store/foreign-table']);
  t.deepEqual(readFileSync(path), bytes);
});

test('what cannot become a database is refused with a code', async (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'letter.txt'), 'this is a letter, not a database. '.repeat(100));
  t.deepEqual(await codesOf(migrate(join(folder, 'letter.txt'))), ['store/not-a-database']);
  t.deepEqual(await codesOf(migrate(folder)), ['store/not-a-database']);
  t.deepEqual(await codesOf(migrate(join(folder, 'absent', 'new.db'))), ['store/not-found']);
  t.deepEqual(readdirSync(folder), ['letter.txt']);
});

test('later migrations are applied to a database that has the earlier ones', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'state.db');
  await migrate(path, withMore(folder));
  const more = withMore(folder, 'create table b (b)', 'insert into b values (1); alter table b add column c');
  t.deepEqual((await migrate(path, more)).applied, ['0002_step', '0003_step']);
  t.deepEqual(ourObjects(path), wantedObjects(more));
  t.deepEqual(await codesOf(migrate(path, withMore(tempFolder(t)))), ['store/newer-version']);
});

test('an applied migration that was edited is refused', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'state.db');
  await migrate(path, withMore(folder, 'create table b (b)'));
  t.deepEqual(await codesOf(migrate(path, withMore(folder, 'create table b (b, c)'))), [
    'store/schema-drift',
  ]);
});

test('an applied migration that is missing between others is refused', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'state.db');
  const three = withMore(folder, 'create table b (b)', 'create table c (c)');
  await migrate(path, three);
  const database = new Database(path);
  database.exec(`delete from applied_migration where name = '0002_step'`);
  database.close();
  t.deepEqual(await codesOf(migrate(path, three)), ['store/schema-drift']);
});

test('a gap in the migration files is a bug of ours', (t) => {
  const folder = tempFolder(t);
  for (const name of ['0001_a.sql', '0003_c.sql']) writeFileSync(join(folder, name), 'select 1');
  t.throws(() => readMigrations(folder), { instanceOf: InternalError });
});

test('a migration that fails halfway is undone together with those before it', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'state.db');
  await migrate(path, withMore(folder));
  const before = ourObjects(path);
  const failing = withMore(folder, 'create table b (b)', 'create table c (c); insert into absent values (1)');
  const error = await t.throwsAsync(migrate(path, failing), { instanceOf: DiagnosticError });
  t.is(error.diagnostics[0]?.code, 'store/io');
  t.regex(error.diagnostics[0]?.message ?? '', /no such table: absent/);
  t.regex(error.diagnostics[0]?.notes?.[0]?.message ?? '', /0003_step/);
  t.deepEqual(ourObjects(path), before);
  const mended = withMore(folder, 'create table b (b)', 'create table c (c)');
  t.deepEqual((await migrate(path, mended)).applied, ['0002_step', '0003_step']);
});

test('tables of ours that were changed by hand are warned of', async (t) => {
  const path = join(tempFolder(t), 'state.db');
  await migrate(path);
  const database = new Database(path);
  database.exec('drop index timer_by_due; alter table solve_run add column note text');
  database.close();
  const { warnings } = await migrate(path);
  t.deepEqual(
    warnings.map(({ code, severity, message }) => [code, severity, message]),
    [
      ['store/schema-drift', 'warning', `\`solve_run\` of \`${path}\` is not what its migration made`],
      ['store/schema-drift', 'warning', `\`timer_by_due\` of \`${path}\` is missing`],
    ],
  );
});

test('a process killed at any statement leaves a database that the next start completes', async (t) => {
  const folder = tempFolder(t);
  const whole = await runChild('migrate-child', join(folder, 'whole.db'), '0');
  t.is(whole.stderr, '');
  const total = Number(whole.stdout);
  const statements = readMigrations().reduce((sum, migration) => sum + migration.statements.length, 0);
  t.true(total > statements);
  const wanted = wantedObjects();
  // From the first statement that writes (past opening and comparing) to the last, at evenly spread points.
  const first = total - statements - 16;
  const points = Array.from({ length: 14 }, (_, i) => first + Math.round((i * (total - first)) / 13));
  for (const point of points) {
    const path = join(folder, `killed-${point}.db`);
    const end = await runChild('migrate-child', path, String(point));
    t.is(end.signal, 'SIGKILL', `statement ${point} of ${total}`);
    const report = await migrate(path);
    t.deepEqual(report.warnings, []);
    t.deepEqual(ourObjects(path), wanted, `killed at ${point}`);
    const store = openStore(path, 'state');
    t.deepEqual(store.rows('pragma integrity_check'), [['ok']]);
    t.deepEqual(store.rows('select count(*) from applied_migration'), [[readMigrations().length]]);
    store.close();
  }
});

// Serial, because the other tests would keep this process busy for longer than the writer works.
test.serial('a migration waits for a writer at work instead of failing on its lock', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'state.db');
  await migrate(path, withMore(folder));
  const writer = startChild('lock-child', path);
  await writer.spoke;
  const report = await migrate(path, withMore(folder, 'create table b (b)'));
  t.deepEqual(report.applied, ['0002_step']);
  t.deepEqual(await writer.ended, { code: 0, signal: null, stdout: 'locked', stderr: '' });
});

test('four processes that start at once migrate once and all succeed', async (t) => {
  const path = join(tempFolder(t), 'shared.db');
  const ends = await Promise.all([1, 2, 3, 4].map(() => runChild('migrate-child', path, '0')));
  for (const end of ends) t.is(end.code, 0, end.stderr);
  t.deepEqual(ourObjects(path), wantedObjects());
  const stores = [1, 2].map(() => openStore(path, 'state'));
  for (const store of stores) store.close();
});
