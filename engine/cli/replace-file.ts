import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Puts a text in the place of a file that exists, whole or not at all; a link stays a link, and the mode stays.
 * Throws what the file system throws.
 */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path);
  const { mode } = statSync(target);
  const made = join(dirname(target), `.edict-${process.pid}.tmp`);
  try {
    writeFileSync(made, text, { flag: 'wx', flush: true });
    chmodSync(made, mode & 0o7777);
    renameSync(made, target);
  } catch (error) {
    rmSync(made, { force: true });
    throw error;
  }
}
