import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withStore } from './with-store.js';

/**
 * Writes what a database held at the end of a tick into a file of its own, hands its path over and removes it,
 * whatever happens. Throws DiagnosticError: store/*, query/no-history, query/no-tick.
 */
export async function withStateAsOf<T>(
  db: string,
  tick: number,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const { stateAsOf } = await import('../store/as-of.js');
  const bytes = await withStore(db, 'read', (store) => {
    const copy = stateAsOf(store, tick);
    try {
      return copy.serialize();
    } finally {
      copy.close();
    }
  });
  const folder = mkdtempSync(join(tmpdir(), 'edict-as-of-'));
  try {
    const path = join(folder, 'state.db');
    writeFileSync(path, bytes, { mode: 0o600 });
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
