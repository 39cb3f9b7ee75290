import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { assert } from '../base/assert.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { digestText } from '../base/digest.js';
import { packagePath, readText, sqlFilesIn } from './files.js';
import { normalizeSql, splitStatements } from './sql-text.js';

/** One step from an older schema to a newer one. */
export interface Migration {
  /** File name without `.sql`, such as `0001_initial`. */
  readonly name: string;
  readonly statements: readonly string[];
  /** SHA-256 of the file's text. */
  readonly checksum: string;
}

export const RECORD_MIGRATION = 'insert into applied_migration (name, checksum) values (?, ?)';

/** The migrations in a folder, oldest first. INVARIANT: named `0001_...`, `0002_...` without a gap. */
export function readMigrations(folder: string = packagePath('migrations')): Migration[] {
  return sqlFilesIn(folder).map((file, index) => {
    const number = String(index + 1).padStart(4, '0');
    assert(file.startsWith(`${number}_`), () => `a gap in the migrations before ${file}`);
    const text = readText(join(folder, file));
    const statements = splitStatements(text).map((statement) => statement.text);
    return { name: file.slice(0, -'.sql'.length), statements, checksum: digestText(text) };
  });
}

/** How a database stands to a list of migrations. */
export type MigrationState =
  /** None of our tables. */
  | { readonly kind: 'foreign' }
  /** Made by the first `applied` migrations; up to date when that is all of them. */
  | { readonly kind: 'adopted'; readonly applied: number }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic };

/** Compares what the database says was applied with what there is to apply. */
export function migrationState(
  database: Database.Database,
  path: string,
  migrations: readonly Migration[],
): MigrationState {
  const columns = database.prepare(`select name from pragma_table_info('applied_migration') order by cid`);
  if (columns.pluck().all().join() !== 'name,checksum') return { kind: 'foreign' };
  const applied = database
    .prepare<[], { name: string; checksum: string }>(
      'select name, checksum from applied_migration order by name',
    )
    .all();
  for (const [index, { name, checksum }] of applied.entries()) {
    const known = migrations[index];
    if (known === undefined) {
      return refused(
        'store/newer-version',
        `\`${path}\` was written by a newer version, which applied \`${name}\``,
        {
          help: 'use that version, or start from a new database',
        },
      );
    }
    if (known.name !== name) {
      return refused(
        'store/schema-drift',
        `\`${path}\` has applied \`${name}\` where \`${known.name}\` belongs`,
      );
    }
    if (known.checksum !== checksum) {
      return refused('store/schema-drift', `\`${path}\` has applied another text of migration \`${name}\``, {
        help: 'a migration is never edited once applied; start from a new database',
      });
    }
  }
  return { kind: 'adopted', applied: applied.length };
}

function refused(
  code: Diagnostic['code'],
  message: string,
  more: Partial<Diagnostic> = {},
): MigrationState & { kind: 'refused' } {
  return { kind: 'refused', diagnostic: { ...more, code, severity: 'error', message } };
}

/** Applies migrations without the migrator, for databases in memory, which no second process can see. */
export function applyDirectly(database: Database.Database, migrations: readonly Migration[]): void {
  for (const { name, statements, checksum } of migrations) {
    for (const statement of statements) database.exec(statement);
    database.prepare(RECORD_MIGRATION).run(name, checksum);
  }
}

/** Name and normalised statement of every table, view, index and trigger that has one, in name order. */
export function schemaObjects(database: Database.Database): ReadonlyMap<string, string> {
  const rows = database
    .prepare<[], { name: string; sql: string }>(
      `select name, sql from sqlite_schema where sql is not null and name not like 'sqlite^_%' escape '^' order by name`,
    )
    .all();
  return new Map(rows.map(({ name, sql }) => [name.toLowerCase(), normalizeSql(sql)]));
}
