import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';

/**
 * A text with the applicable fixes of its findings made; of fixes that overlap, the first one.
 * What cannot be read is left to people: the word that was meant is a guess, however likely.
 */
export function applyFixes(
  source: SourceFile,
  diagnostics: readonly Diagnostic[],
): { readonly text: string; readonly applied: number } {
  const fixes = diagnostics
    .filter(({ code }) => code.startsWith('L'))
    .flatMap(({ fix }) => (fix?.applicable === true && fix.span.source === source ? [fix] : []))
    .sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  let text = '';
  let at = 0;
  let applied = 0;
  for (const { span, replacement } of fixes) {
    if (span.start < at) continue;
    text += source.text.slice(at, span.start) + replacement;
    at = span.end;
    applied += 1;
  }
  return { text: text + source.text.slice(at), applied };
}
