import { writeFileSync } from 'node:fs';
import { DiagnosticError } from '../base/diagnostic.js';

/** Writes a file that the user named. Throws DiagnosticError cli/no-output where that cannot be done. */
export function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const message = `\`${path}\` cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new DiagnosticError([{ code: 'cli/no-output', severity: 'error', message }]);
  }
}
