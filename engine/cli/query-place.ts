import { resolve } from 'node:path';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile, Span } from '../base/source.js';
import { suggestion } from '../base/suggest.js';
import { SQLITE_FUNCTIONS } from '../check/functions.js';
import type { RawSchema } from '../catalog/raw-schema.js';
import { sqlTokens } from '../store/sql-text.js';
import { withStore } from './with-store.js';

/** Words that a query is most often broken at when they are misspelt. */
const KEYWORDS = [
  'select',
  'from',
  'where',
  'group',
  'order',
  'by',
  'having',
  'join',
  'left',
  'inner',
  'on',
  'using',
  'union',
  'limit',
  'offset',
  'values',
  'with',
];

/** SQLite's messages that name a word of the query, and what the word could have been. */
const NAMED: readonly {
  readonly pattern: RegExp;
  readonly candidates: (schema: RawSchema) => readonly string[];
}[] = [
  {
    pattern: /^no such table: (?:\w+\.)?(.+)$/,
    candidates: ({ relations }) => relations.map((relation) => relation.name),
  },
  {
    pattern: /^no such column: (?:.*\.)?"?([^."]+)"?(?: - .*)?$/,
    candidates: ({ relations }) => relations.flatMap(({ columns }) => columns.map((column) => column.name)),
  },
  { pattern: /^no such function: (.+)$/, candidates: () => SQLITE_FUNCTIONS },
  { pattern: /^ambiguous column name: (?:.*\.)?(.+)$/, candidates: () => [] },
  { pattern: /^near "([^]+)": syntax error$/, candidates: () => KEYWORDS },
];

/** Where a word stands in the query; undefined where it does not, or where it could be any of several. */
function placeOfWord(source: SourceFile, word: string, onlyOne: boolean): Span | undefined {
  const plain = (text: string): string => text.replace(/^["'`[](.*)["'`\]]$/, '$1').toLowerCase();
  const found = [...sqlTokens(source.text)].filter(({ text }) => plain(text) === plain(word));
  const [first, second] = found;
  if (first === undefined || (onlyOne && second !== undefined)) return undefined;
  return { source, start: first.start, end: first.end };
}

function locate(diagnostic: Diagnostic, source: SourceFile, schema: RawSchema): Diagnostic {
  for (const { pattern, candidates } of NAMED) {
    const word = pattern.exec(diagnostic.message)?.[1];
    if (word === undefined) continue;
    const span = placeOfWord(source, word, diagnostic.message.startsWith('near'));
    if (span === undefined) return diagnostic;
    return { ...diagnostic, span, ...suggestion({ text: word, span }, candidates(schema)) };
  }
  return diagnostic;
}

/** The same diagnostics, named after where the query came from, with a place and a suggestion where SQLite's words give one. */
export async function locateQueryErrors(
  diagnostics: readonly Diagnostic[],
  source: SourceFile,
  path: string,
): Promise<readonly Diagnostic[]> {
  const renamed = diagnostics.map((diagnostic) => {
    const { span } = diagnostic;
    // The process that runs queries is told the whole path; people see what they wrote.
    const message = diagnostic.message.replaceAll(`\`${resolve(path)}\``, `\`${path}\``);
    return span === undefined
      ? { ...diagnostic, message }
      : { ...diagnostic, message, span: { ...span, source } };
  });
  if (!renamed.some(({ code, span }) => code === 'query/failed' && span === undefined)) return renamed;
  const schema = await schemaOf(path);
  return renamed.map((diagnostic) =>
    diagnostic.code === 'query/failed' ? locate(diagnostic, source, schema) : diagnostic,
  );
}

/** For suggestions only: a database that cannot be read gives none. */
async function schemaOf(path: string): Promise<RawSchema> {
  const { introspect } = await import('../store/introspect.js');
  try {
    return await withStore(path, 'read', introspect);
  } catch (error) {
    if (error instanceof DiagnosticError) return { relations: [] };
    throw error;
  }
}
