import { closeSync, openSync, writeFileSync } from 'node:fs';
import { DiagnosticError } from '../base/diagnostic.js';

/** Writes a file that the user named. Throws DiagnosticError cli/no-output where that cannot be done. */
export function writeOutput(path: string, text: string): void {
  attempt(path, () => writeFileSync(path, text));
}

/** Throws as `writeOutput` would, before the work that is to be written; what is in the file stays. */
export function expectWritable(path: string): void {
  attempt(path, () => closeSync(openSync(path, 'a')));
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const message = `\`${path}\` cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new DiagnosticError([{ code: 'cli/no-output', severity: 'error', message }]);
  }
}
