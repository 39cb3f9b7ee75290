import { existsSync, writeFileSync } from 'node:fs';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { parsePolicies } from '../lang/parser.js';
import { applyFixes } from '../lint/apply-fixes.js';

/** One fix may make room for another; a set that never comes to rest is left as it then is. */
const MOST_ROUNDS = 10;

export interface Fixed {
  /** What is left. */
  readonly diagnostics: readonly Diagnostic[];
  /** Fixes made. */
  readonly fixed: number;
  /** Files changed. */
  readonly files: number;
}

/** Makes every applicable fix of a set and writes the files that changed. A text that is not UTF-8 is left alone. */
export function fixPolicies(
  sources: readonly SourceFile[],
  lint: (sources: readonly SourceFile[]) => readonly Diagnostic[],
): Fixed {
  let texts = sources;
  let diagnostics = lint(texts);
  let fixed = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const before = fixed;
    texts = texts.map((source): SourceFile => {
      if (source.brokenAt !== undefined) return source;
      const { text, applied } = applyFixes(source, diagnostics);
      const made = { ...source, text };
      // A fix that breaks the text would be a fault of its rule; the text stays then.
      if (applied === 0 || problems(made) > problems(source)) return source;
      fixed += applied;
      return made;
    });
    if (fixed === before) break;
    diagnostics = lint(texts);
  }
  const changed = texts.filter((source, i) => source.text !== sources[i]?.text);
  for (const { name, text } of changed) write(name, text);
  return { diagnostics, fixed, files: changed.length };
}

const problems = (source: SourceFile): number => parsePolicies(source).diagnostics.length;

/** Throws DiagnosticError for a file that cannot be written, or that is one of the package's own. */
function write(name: string, text: string): void {
  try {
    if (!existsSync(name)) throw new Error('it is none of your files');
    writeFileSync(name, text);
  } catch (error) {
    const message = `\`${name}\` cannot be changed: ${error instanceof Error ? error.message : String(error)}`;
    throw new DiagnosticError([{ code: 'cli/no-input', severity: 'error', message }]);
  }
}
