import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { readPolicyPaths } from '../store/files.js';
import type { Environment } from './environment.js';
import { readStdin } from './read-stdin.js';

/**
 * The policy texts named on a command line: files, folders, and `-` for stdin; each text once.
 * Throws DiagnosticError with one cli/no-input per path that is missing, unreadable, or a folder without policies.
 */
export async function readPolicies(
  paths: readonly string[],
  stdin: Environment['stdin'],
  stdinName = '<stdin>',
): Promise<readonly SourceFile[]> {
  const sources = new Map<string, SourceFile>();
  const problems: Diagnostic[] = [];
  for (const path of new Set(paths)) {
    if (path === '-') {
      sources.set('-', { name: stdinName, text: await readStdin(stdin) });
      continue;
    }
    try {
      const found = readPolicyPaths([path]);
      if (found.length === 0) problems.push(emptyFolder(path));
      for (const source of found) {
        const key = resolve(source.name);
        if (!sources.has(key)) sources.set(key, source);
      }
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
