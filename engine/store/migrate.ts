import Database from 'better-sqlite3';
import type { DatabaseConnection, Dialect, MigrationProvider } from 'kysely';
import {
  CompiledQuery,
  Kysely,
  Migrator,
  SqliteAdapter,
  SqliteDriver,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import { must } from '../base/assert.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { Migration, MigrationState } from './migrations.js';
import {
  RECORD_MIGRATION,
  applyDirectly,
  migrationState,
  readMigrations,
  schemaObjects,
} from './migrations.js';
import { openDatabase } from './open-database.js';
import { storeDiagnostic } from './store-error.js';

/** What `migrate` did. */
export interface MigrationReport {
  /** The database had none of our tables before. */
  readonly adopted: boolean;
  /** Names of the migrations applied now, oldest first; empty where the database was up to date. */
  readonly applied: readonly string[];
  /** Warnings (store/schema-drift), one per table, view, index or trigger of ours that was changed by hand. */
  readonly warnings: readonly Diagnostic[];
}

// The migrator's own books. It makes them before its transaction begins, so a killed first run may leave them.
const MIGRATION_TABLE = 'edict_migration';
const LOCK_TABLE = 'edict_migration_lock';

/** SQLite does roll DDL back; the stock adapter denies it, and a killed migration then blocks every later start. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** `begin immediate` is the lock: a second starter waits for it and then finds everything applied. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

function dialectOf(database: Database.Database): Dialect {
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => new ImmediateDriver({ database }),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    // The migrator asks only which of its tables exist; the stock introspector reads the columns of every
    // table and view and fails on a user's broken view.
    createIntrospector: () => ({
      getSchemas: () => Promise.resolve([]),
      getTables: () => Promise.resolve(tablesOf(database)),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the interface still asks for it
      getMetadata: () => Promise.resolve({ tables: tablesOf(database) }),
    }),
  };
}

function tablesOf(database: Database.Database): { name: string; isView: boolean; columns: [] }[] {
  const names = database
    .prepare<[], { name: string }>(`select name from sqlite_schema where type = 'table'`)
    .all();
  return names.map(({ name }) => ({ name, isView: false, columns: [] }));
}

function providerOf(migrations: readonly Migration[]): MigrationProvider {
  const steps = migrations.map(({ name, statements, checksum }) => {
    const up = async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of statements) await sql.raw(statement).execute(db);
      await db.executeQuery(CompiledQuery.raw(RECORD_MIGRATION, [name, checksum]));
    };
    return [name, { up }] as const;
  });
  return { getMigrations: () => Promise.resolve(Object.fromEntries(steps)) };
}

/** Our schema after the first `count` migrations. */
function expectedObjects(migrations: readonly Migration[], count: number): ReadonlyMap<string, string> {
  const memory = new Database(':memory:');
  try {
    applyDirectly(memory, migrations.slice(0, count));
    return schemaObjects(memory);
  } finally {
    memory.close();
  }
}

function clashes(database: Database.Database, path: string, migrations: readonly Migration[]): Diagnostic[] {
  const present = schemaObjects(database);
  const wanted = [...expectedObjects(migrations, migrations.length).keys()];
  return wanted
    .filter((name) => present.has(name))
    .map((name) => ({
      code: 'store/foreign-table',
      severity: 'error',
      message: `\`${path}\` already has a table, view, index or trigger \`${name}\` of other use`,
      help: 'rename it, or keep the state in a database of its own',
    }));
}

function drift(
  database: Database.Database,
  path: string,
  expected: ReadonlyMap<string, string>,
): Diagnostic[] {
  const present = schemaObjects(database);
  const found: Diagnostic[] = [];
  for (const [name, statement] of expected) {
    const actual = present.get(name);
    if (actual === statement) continue;
    const change = actual === undefined ? 'is missing' : 'is not what its migration made';
    const message = `\`${name}\` of \`${path}\` ${change}`;
    found.push({ code: 'store/schema-drift', severity: 'warning', message });
  }
  return found;
}

/**
 * Creates, adopts or updates a state database: afterwards it holds the tables of all migrations beside whatever
 * it held before. Uses a connection of its own, which must be the only one of this process.
 *
 * - All pending migrations are one transaction: a process killed anywhere leaves a database that the next call completes.
 * - Throws DiagnosticError: store/not-found (no such folder), store/not-a-database, store/foreign-table,
 *   store/newer-version, store/schema-drift (an applied migration was edited or left out), store/io.
 */
export async function migrate(
  path: string,
  migrations: readonly Migration[] = readMigrations(),
): Promise<MigrationReport> {
  const database = openDatabase(path, 'create');
  const kysely = new Kysely<unknown>({ dialect: dialectOf(database) });
  try {
    const before = stateOrThrow(database, path, migrations);
    const count = before.kind === 'foreign' ? 0 : before.applied;
    const problems = before.kind === 'foreign' ? clashes(database, path, migrations) : [];
    if (problems.length > 0) throw new DiagnosticError(problems);
    const warnings = drift(database, path, expectedObjects(migrations, count));
    const applied: string[] = [];
    if (count < migrations.length) applied.push(...(await runPending(kysely, path, migrations)));
    return { adopted: before.kind === 'foreign', applied, warnings };
  } finally {
    await kysely.destroy();
    if (database.open) database.close();
  }
}

function stateOrThrow(
  database: Database.Database,
  path: string,
  migrations: readonly Migration[],
): Exclude<MigrationState, { kind: 'refused' }> {
  const state = migrationState(database, path, migrations);
  if (state.kind === 'refused') throw new DiagnosticError([state.diagnostic]);
  return state;
}

async function runPending(
  kysely: Kysely<unknown>,
  path: string,
  migrations: readonly Migration[],
): Promise<string[]> {
  const migrator = new Migrator({
    db: kysely,
    provider: providerOf(migrations),
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: LOCK_TABLE,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    const diagnostic = storeDiagnostic(error, path);
    throw new DiagnosticError([
      failed === undefined
        ? diagnostic
        : { ...diagnostic, notes: [{ message: `migration \`${failed}\` was undone` }] },
    ]);
  }
  return must(results, 'migration results').map((result) => result.migrationName);
}
