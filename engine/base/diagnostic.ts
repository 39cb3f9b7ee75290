import type { Code } from './codes.js';
import type { Span } from './source.js';
import { positionAt } from './source.js';

export type Severity = 'error' | 'warning';

/** A second place that explains the first, for example where the table is defined. */
export interface Note {
  readonly message: string;
  readonly span?: Span | undefined;
}

/** A change of the text that would mend the mistake. */
export interface Fix {
  readonly span: Span;
  readonly replacement: string;
  /** True where a tool may make it unasked: nothing else can have been meant, or the meaning stays the same. */
  readonly applicable: boolean;
}

/**
 * What a user did wrong or should know, as data.
 * `message` is one lower-case sentence without a full stop, user text in backticks.
 * `span` is absent only where no text is at fault (an empty folder, a missing file).
 */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly span?: Span | undefined;
  /** What stands under the carets, when it says more than the message. */
  readonly label?: string | undefined;
  readonly notes?: readonly Note[] | undefined;
  readonly help?: string | undefined;
  readonly fix?: Fix | undefined;
}

/** How many diagnostics are printed before only a count is. */
export const DIAGNOSTIC_CAP = 20;

export function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error';
}

/** Sorted by file name, then position, then code; exact repeats are dropped. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const keyed = diagnostics.map((diagnostic) => {
    const { span } = diagnostic;
    return { diagnostic, file: span?.source.name ?? '', start: span?.start ?? -1, end: span?.end ?? -1 };
  });
  keyed.sort(
    (a, b) =>
      compareText(a.file, b.file) ||
      a.start - b.start ||
      a.end - b.end ||
      compareText(a.diagnostic.code, b.diagnostic.code) ||
      compareText(a.diagnostic.message, b.diagnostic.message),
  );
  const seen = new Set<string>();
  const result: Diagnostic[] = [];
  for (const { diagnostic, file, start, end } of keyed) {
    const key = `${file}\0${start}\0${end}\0${diagnostic.code}\0${diagnostic.message}`;
    if (!seen.has(key)) result.push(diagnostic);
    seen.add(key);
  }
  return result;
}

/** `file:line:col` of a span. */
export function placeOf(span: Span): string {
  const { line, col } = positionAt(span.source, span.start);
  return `${span.source.name}:${line}:${col}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Carries diagnostics out of a stage that cannot go on; caught at the stage's door, never at random. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError';
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => `${d.code}: ${d.message}`).join('\n'));
  }
}
