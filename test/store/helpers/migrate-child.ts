// Migrates the database named first; kills itself before the statement whose number comes second, or never for 0.
import Database from 'better-sqlite3';
import { migrate } from '../../../engine/store/migrate.js';

const [path = '', killAt = '0'] = process.argv.slice(2);
const prototype = Database.prototype as { prepare: (this: unknown, sql: string) => unknown };
const { prepare } = prototype;
let count = 0;
prototype.prepare = function counted(sql: string): unknown {
  // Statements of the comparison database in memory count too; they only move the numbers.
  count += 1;
  if (String(count) === killAt) process.kill(process.pid, 'SIGKILL');
  return prepare.call(this, sql);
};
await migrate(path);
process.stdout.write(String(count));
