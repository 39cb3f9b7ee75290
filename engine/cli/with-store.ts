import { DiagnosticError } from '../base/diagnostic.js';
import type { OpenOptions, StoreMode } from '../store/open.js';
import type { Store } from '../store/store.js';

/**
 * Opens a database, hands it over and closes it, whatever happens.
 * Loads SQLite only when called. Throws DiagnosticError for all trouble with the file.
 */
export async function withStore<T>(
  path: string,
  mode: StoreMode,
  use: (store: Store) => T | Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  const { openStore } = await import('../store/open.js');
  const { StoreError, storeDiagnostic } = await import('../store/store-error.js');
  const store = openStore(path, mode, options);
  try {
    return await use(store);
  } catch (error) {
    throw error instanceof StoreError ? new DiagnosticError([storeDiagnostic(error, path)]) : error;
  } finally {
    store.close();
  }
}
