import type { Diagnostic } from '../base/diagnostic.js';
import type { RawSchema } from '../catalog/raw-schema.js';
import { ground } from '../ground/ground.js';
import type { CompiledPolicies } from '../loop/compile.js';
import { copySchema } from './empty-copy.js';
import { withStore } from './with-store.js';

/**
 * What SQLite refuses of the queries that policies ask for, such as a function with too many arguments.
 * Asked on a copy of the schema without rows, so that it costs the same for every database; what depends on
 * rows is left out, and nothing is said where the schema cannot be copied.
 */
export async function refusedQueries(
  compiled: CompiledPolicies,
  schema: RawSchema,
): Promise<readonly Diagnostic[]> {
  return withStore(':memory:', 'plain', (store) => {
    if (!copySchema(schema, store)) return [];
    const { diagnostics } = store.read(() => ground(compiled, store));
    return diagnostics.filter(({ code }) => code === 'ground/sql' || code.startsWith('lower/'));
  });
}
