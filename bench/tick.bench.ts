import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Row, Table } from './bench.js';
import { tickSizes } from './tick-size.js';

/** A file system in memory, where there is one: what is measured is the program, not a disk. */
const MEMORY_FOLDER = '/dev/shm';

/**
 * A live tick of the rack: pending rows in, verified and committed decisions out, on a file in memory. Each size has a
 * process of its own, as each controller of `edict run` has, so that neither memory nor what is compiled is that of others.
 */
export const tickBench: Bench = {
  name: 'tick',
  async run({ smoke }) {
    const folder = mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), 'edict-tick-'));
    try {
      const rows: Row[] = [];
      for (const { name } of tickSizes(smoke)) rows.push(...(await rowsOf(name, folder, smoke)));
      return [table(rows)];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** What the process of one size sends. */
function rowsOf(name: string, folder: string, smoke: boolean): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('tick-child.js', import.meta.url)), [
      name,
      folder,
      smoke ? 'smoke' : 'whole',
    ]);
    let rows: readonly Row[] | null = null;
    child.on('message', (message) => {
      rows = message as readonly Row[];
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (rows === null || code !== 0) reject(new Error(`ticks of ${name} ended with code ${String(code)}`));
      else resolve(rows);
    });
  });
}

function table(rows: readonly Row[]): Table {
  return {
    name: 'tick',
    title:
      'Batches on a rack in use, one per seed after twenty to warm up: median_ms is from waiting rows to committed decisions, `verified` up to the check by SQLite; stages are medians',
    rows,
  };
}
