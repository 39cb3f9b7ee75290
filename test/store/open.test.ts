import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import { DiagnosticError } from '../../engine/base/diagnostic.js';
import { migrate } from '../../engine/store/migrate.js';
import { openStore } from '../../engine/store/open.js';
import { StoreError, storeDiagnostic } from '../../engine/store/store-error.js';
import { tempFolder } from './helpers/temp-folder.js';

function codesOf(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map((diagnostic) => diagnostic.code);
    throw error;
  }
  return [];
}

const MODES = ['state', 'plain', 'read'] as const;

test('a missing file is store/not-found in every mode and is not made', (t) => {
  const folder = tempFolder(t);
  for (const mode of MODES)
    t.deepEqual(
      codesOf(() => openStore(join(folder, 'absent.db'), mode)),
      ['store/not-found'],
    );
  t.deepEqual(readdirSync(folder), []);
  t.deepEqual(
    codesOf(() => openStore('', 'plain')),
    ['store/not-found'],
  );
});

test('what is no SQLite database is store/not-a-database and stays as it is', (t) => {
  const folder = tempFolder(t);
  const text = 'this is a letter, not a database. '.repeat(100);
  writeFileSync(join(folder, 'letter.txt'), text);
  mkdirSync(join(folder, 'folder.db'));
  for (const mode of MODES) {
    t.deepEqual(
      codesOf(() => openStore(join(folder, 'letter.txt'), mode)),
      ['store/not-a-database'],
    );
    t.deepEqual(
      codesOf(() => openStore(join(folder, 'folder.db'), mode)),
      ['store/not-a-database'],
    );
  }
  t.is(readFileSync(join(folder, 'letter.txt'), 'utf8'), text);
});

test('a damaged database is store/damaged, never a raw error', (t) => {
  const folder = tempFolder(t);
  const whole = join(folder, 'whole.db');
  const database = new Database(whole);
  database.exec('create table n (n integer); create index i on n (n)');
  database.close();
  const bytes = readFileSync(whole);
  // The root page of sqlite_schema begins after the 100 bytes of the header.
  bytes.fill(0xff, 100, 108);
  const path = join(folder, 'damaged.db');
  writeFileSync(path, bytes);
  for (const mode of MODES)
    t.deepEqual(
      codesOf(() => openStore(path, mode)),
      ['store/damaged'],
    );
});

test('a database that was not adopted opens for everything but the loop', (t) => {
  const path = join(tempFolder(t), 'user.db');
  const database = new Database(path);
  database.exec('create table n (n integer); insert into n values (1)');
  database.close();
  const before = readFileSync(path);

  t.deepEqual(
    codesOf(() => openStore(path, 'state')),
    ['store/not-adopted'],
  );
  const plain = openStore(path, 'plain');
  t.false(plain.adopted);
  t.deepEqual(plain.rows('pragma journal_mode'), [['delete']]);
  t.deepEqual(plain.rows('pragma foreign_keys'), [[1]]);
  t.deepEqual(plain.rows('select n from n'), [[1]]);
  plain.close();
  const read = openStore(path, 'read');
  t.throws(() => read.run('insert into n values (2)'), { instanceOf: StoreError });
  read.close();
  t.deepEqual(readFileSync(path), before);
});

test('an adopted database opens for the loop with a durable write-ahead log', async (t) => {
  const path = join(tempFolder(t), 'state.db');
  await migrate(path);
  const store = openStore(path, 'state');
  t.true(store.adopted);
  t.deepEqual(store.rows('pragma journal_mode'), [['wal']]);
  t.deepEqual(store.rows('pragma synchronous'), [[2]]);
  t.deepEqual(store.rows('pragma foreign_keys'), [[1]]);
  store.close();
  const quick = openStore(path, 'state', { durable: false });
  t.deepEqual(quick.rows('pragma synchronous'), [[1]]);
  quick.close();
  t.is(
    storeDiagnostic(
      t.throws(() => quick.rows('select 1')),
      path,
    ).code,
    'store/io',
  );
});

test('a database of a newer version is refused by the loop', async (t) => {
  const path = join(tempFolder(t), 'newer.db');
  await migrate(path);
  const database = new Database(path);
  database.prepare('insert into applied_migration values (?, ?)').run('9999_later', '0'.repeat(64));
  database.close();
  t.deepEqual(
    codesOf(() => openStore(path, 'state')),
    ['store/newer-version'],
  );
  t.deepEqual(
    codesOf(() => openStore(path, 'read').close()),
    [],
  );
  const error = await t.throwsAsync(migrate(path), { instanceOf: DiagnosticError });
  t.deepEqual(
    error.diagnostics.map((diagnostic) => diagnostic.code),
    ['store/newer-version'],
  );
});

test('a database whose migrations differ from ours is store/schema-drift', async (t) => {
  const path = join(tempFolder(t), 'edited.db');
  await migrate(path);
  const database = new Database(path);
  database.exec(`update applied_migration set checksum = '${'0'.repeat(64)}'`);
  t.deepEqual(
    codesOf(() => openStore(path, 'state')),
    ['store/schema-drift'],
  );
  database.exec(`delete from applied_migration`);
  database.close();
  t.deepEqual(
    codesOf(() => openStore(path, 'state')),
    ['store/schema-drift'],
  );
});

test('reading a cleanly closed WAL database leaves no log files; a log that was there stays', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'state.db');
  await migrate(path);
  openStore(path, 'state').close();
  const bytes = readFileSync(path);
  const read = openStore(path, 'read');
  t.deepEqual(read.rows('select state_version from meta'), [[0]]);
  read.close();
  t.deepEqual(readdirSync(folder), ['state.db']);
  t.deepEqual(readFileSync(path), bytes);

  // A copy taken while a writer is at work is what a crash leaves.
  const writer = openStore(path, 'state');
  writer.write(() => writer.bumpState());
  const crashed = join(folder, 'crashed.db');
  for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${crashed}${end}`);
  writer.close();
  const main = readFileSync(crashed);
  const reader = openStore(crashed, 'read');
  t.is(reader.stateVersion(), 1);
  reader.close();
  t.deepEqual(readFileSync(crashed), main);
  t.true(readdirSync(folder).includes('crashed.db-wal'));
});
