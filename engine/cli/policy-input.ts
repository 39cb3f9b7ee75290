import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { readPolicyPaths } from '../store/files.js';
import type { Environment } from './environment.js';
import { readStdin } from './read-stdin.js';

/**
 * The policy texts named on a command line: files, folders, and `-` for stdin; each text once.
 * The text from stdin takes the place of the file of its name, which need not be there.
 * Throws DiagnosticError with one cli/no-input per path that is missing, unreadable, or a folder without policies.
 */
export async function readPolicies(
  paths: readonly string[],
  stdin: Environment['stdin'],
  stdinName?: string,
): Promise<readonly SourceFile[]> {
  const unsaved = paths.includes('-') ? await readStdin(stdin, stdinName) : null;
  const unsavedKey = unsaved === null || stdinName === undefined ? '-' : resolve(stdinName);
  const sources = new Map<string, SourceFile>();
  const problems: Diagnostic[] = [];
  const add = (key: string, source: SourceFile): void => {
    if (!sources.has(key)) sources.set(key, key === unsavedKey && unsaved !== null ? unsaved : source);
  };
  for (const path of new Set(paths)) {
    if (unsaved !== null && (path === '-' || resolve(path) === unsavedKey)) {
      add(unsavedKey, unsaved);
      continue;
    }
    try {
      const found = readPolicyPaths([path]);
      if (found.length === 0 && !unsavedKey.startsWith(`${resolve(path)}${sep}`))
        problems.push(emptyFolder(path));
      for (const source of found) add(resolve(source.name), source);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
  return [...sources.values()];
}

function emptyFolder(path: string): Diagnostic {
  const what = statSync(path).isDirectory() ? 'folder' : 'path';
  return {
    code: 'cli/no-input',
    severity: 'error',
    message: `the ${what} \`${path}\` holds no policy file`,
    help: 'a policy file ends in `.sql`; `*.test.sql` and hidden files do not count',
  };
}
