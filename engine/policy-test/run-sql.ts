import { DiagnosticError } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import { sqlTokens } from '../store/sql-text.js';
import { StoreError } from '../store/store-error.js';
import type { SqlText } from './test-file.js';

/** Runs SQL of a test file; what SQLite holds against it is thrown as DiagnosticError `test/sql` at its place. */
export function runSql<T>(sql: SqlText, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const message = `SQLite refuses this: ${error.message}`;
    const span = placeOf(sql, error.message);
    throw new DiagnosticError([{ code: 'test/sql', severity: 'error', message, span }]);
  }
}

/** The word that SQLite complains about, where it stands in the text exactly once; else all of the text. */
function placeOf({ text, span }: SqlText, message: string): Span {
  const [, named] =
    /(?:near "|no such (?:table|column|function|view): |has no column named )([^"\s]+)/.exec(message) ?? [];
  const word = named?.split('.').at(-1);
  if (word === undefined) return span;
  const bare = (token: string): string => token.replace(/^["'`[]|["'`\]]$/g, '').toLowerCase();
  const hits = [...sqlTokens(text)].filter((token) => bare(token.text) === word.toLowerCase());
  const [hit, ...more] = hits;
  if (hit === undefined || more.length > 0) return span;
  return { source: span.source, start: span.start + hit.start, end: span.start + hit.end };
}
