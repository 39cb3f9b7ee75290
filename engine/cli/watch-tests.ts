import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { LoadedTests } from '../policy-test/load-tests.js';

/** Milliseconds without another change before tests are run again: editors write a file in several steps. */
const SETTLE_MS = 80;

/**
 * Runs the test files whose texts have changed, now and whenever something changes beside a file that they read.
 * Never ends; the process is ended from outside.
 */
export async function watchTests(
  roots: readonly string[],
  load: () => readonly LoadedTests[],
  run: (changed: readonly LoadedTests[], all: readonly LoadedTests[]) => Promise<void>,
): Promise<never> {
  const watchers = new Map<string, FSWatcher>();
  const digests = new Map<string, string>();
  let wake: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => wake(), SETTLE_MS);
  };
  const watchFolders = (folders: Iterable<string>): void => {
    for (const folder of folders) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: true }, changed);
        // A folder that is removed is watched again when it comes back.
        watcher.on('error', () => {
          watcher.close();
          watchers.delete(folder);
        });
        watchers.set(folder, watcher);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    }
  };
  for (;;) {
    const next = new Promise<void>((done) => {
      wake = done;
    });
    // Watched before they are read, so that no change falls between the two.
    watchFolders(roots.map((root) => resolve(root)));
    const loaded = load();
    watchFolders(new Set(loaded.flatMap(foldersOf)));
    const affected = loaded.filter(({ path, digest }) => digests.get(path) !== digest);
    digests.clear();
    for (const { path, digest } of loaded) digests.set(path, digest);
    if (affected.length > 0) await run(affected, loaded);
    await next;
  }
}

/** Folders of everything that a test file reads. */
function foldersOf({ path, schemas, policies }: LoadedTests): string[] {
  return [path, ...[...schemas, ...policies].map(({ name }) => resolve(name))].map((one) => dirname(one));
}
