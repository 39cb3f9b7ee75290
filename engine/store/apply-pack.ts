import { existsSync } from 'node:fs';
import { DiagnosticError } from '../base/diagnostic.js';
import { packagePath, readText } from './files.js';
import type { Store } from './store.js';

/**
 * Makes the tables and views of a shipped schema pack in a database that has none of them; one that has its tables
 * stays as it is. Throws DiagnosticError: cli/unknown-name where there is no such pack, store/foreign-table where a
 * name is taken by something else.
 */
export function applyPack(store: Store, name: string): void {
  const file = packagePath('schema', 'packs', `${name}.sql`);
  if (!existsSync(file)) {
    const message = `the schema pack \`${name}\` does not exist`;
    throw new DiagnosticError([{ code: 'cli/unknown-name', severity: 'error', message }]);
  }
  const text = readText(file);
  const wanted = [...text.matchAll(/^create table (\w+)/gm)].map(([, table = '']) => table);
  const present = new Set(store.rows('select name from sqlite_schema').map(([one]) => String(one)));
  const taken = wanted.filter((table) => present.has(table));
  if (wanted.length > 0 && taken.length === wanted.length) return;
  if (taken.length > 0) {
    throw new DiagnosticError(
      taken.map((table) => ({
        code: 'store/foreign-table',
        severity: 'error',
        message: `\`${store.path}\` already has a table \`${table}\`, but not the other tables of the schema pack \`${name}\``,
        help: 'use a database of its own',
      })),
    );
  }
  store.write(() => store.script(text));
}
