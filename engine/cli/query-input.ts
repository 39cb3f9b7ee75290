import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { readText } from '../store/files.js';
import type { Environment } from './environment.js';
import { readStdin } from './read-stdin.js';

/** A query from a file, or from stdin for `-`. Throws DiagnosticError (cli/no-input). */
export async function readQuery(path: string, stdin: Environment['stdin']): Promise<SourceFile> {
  if (path === '-') return readStdin(stdin);
  try {
    return { name: path, text: readText(path) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const message = missing ? `there is no file \`${path}\`` : `\`${path}\` cannot be read: ${reason}`;
    throw new DiagnosticError([{ code: 'cli/no-input', severity: 'error', message }]);
  }
}
