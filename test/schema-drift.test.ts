import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import Database from 'better-sqlite3';
import { introspect } from '../engine/store/introspect.js';
import { packagePath, readText, sqlFilesIn } from '../engine/store/files.js';
import { applyDirectly, readMigrations, schemaObjects } from '../engine/store/migrations.js';
import { openStore } from '../engine/store/open.js';
import { splitStatements } from '../engine/store/sql-text.js';
import { generateTables } from './store/helpers/generate-tables.js';

test('the schema files and the migrations make equal databases', (t) => {
  const migrated = new Database(':memory:');
  const migrations = readMigrations();
  applyDirectly(migrated, migrations);
  const direct = new Database(':memory:');
  for (const file of sqlFilesIn(packagePath('schema'))) direct.exec(readText(packagePath('schema', file)));

  const wanted = schemaObjects(direct);
  t.true(wanted.size > 10);
  t.deepEqual([...schemaObjects(migrated)], [...wanted]);

  // Rows that the schema files put in are put in by the migrations too.
  for (const { name } of direct
    .prepare<[], { name: string }>(`select name from sqlite_schema where type = 'table' order by name`)
    .all()) {
    if (name === 'applied_migration') continue;
    const rows = (database: Database.Database): unknown[] =>
      database.prepare(`select * from "${name}"`).all();
    t.deepEqual(rows(migrated), rows(direct), name);
  }
  const applied = migrated.prepare('select name from applied_migration order by name').pluck().all();
  t.deepEqual(
    applied,
    migrations.map((migration) => migration.name),
  );
});

test('every table of the schema files is strict', (t) => {
  const store = openStore(':memory:', 'state');
  t.deepEqual(
    store.rows(
      `select name from pragma_table_list
        where schema = 'main' and type = 'table' and name not like 'sqlite%' and strict = 0`,
    ),
    [],
  );
});

test('every table and column of the core schema has a comment line above it', (t) => {
  const text = readText(packagePath('schema', '00_core.sql'));
  const lines = text.split('\n');
  for (const { text: statement, start } of splitStatements(text)) {
    if (!statement.startsWith('create table')) continue;
    const first = text.slice(0, start).split('\n').length - 1;
    t.true(lines[first - 1]?.startsWith('-- '), statement.split('\n')[0]);
    for (const [offset, line] of statement.split('\n').entries()) {
      if (/^ {2}[a-z_]+ +(integer|text|real|blob|any)\b/.test(line)) {
        t.true(lines[first + offset - 1]?.trim().startsWith('-- '), line);
      }
    }
  }
});

test('the row types of the core tables are those the schema makes', async (t) => {
  const database = openStore(':memory:', 'plain');
  database.script(readText(packagePath('schema', '00_core.sql')));
  const { relations } = introspect(database);
  const text = await generateTables(relations.filter((relation) => relation.kind === 'table'));
  const path = packagePath('engine', 'store', 'tables.ts');
  if (process.env['UPDATE'] === '1') writeFileSync(path, text);
  t.is(readFileSync(path, 'utf8'), text);
});
