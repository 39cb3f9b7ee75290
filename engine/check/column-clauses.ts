import type { SourceFile, Span } from '../base/source.js';
import { tokenize } from '../lang/lexer.js';
import type { Token } from '../lang/token.js';

/** What a `create table` statement says of a column that SQLite's own description leaves out. */
export interface ColumnClauses {
  /** Lower-case name of the collation, null for `binary`. */
  readonly collation: string | null;
  /** Names in the expression of a generated column, lower case; empty for any other. */
  readonly computedFrom: readonly string[];
}

/** Tokens of each column and constraint of a `create table` statement. */
function members(source: SourceFile): Token[][] {
  const { tokens } = tokenize(source);
  const open = tokens.findIndex((token) => token.kind === 'operator' && token.text === '(');
  return open === -1 ? [] : listedParts(tokens.slice(open + 1));
}

/** Where a `create table` statement declares a column; null for `create table ... as select`. */
export function columnPlace(source: SourceFile, column: string): Span | null {
  const wanted = column.toLowerCase();
  const found = members(source).find(([name]) => name?.kind === 'name' && name.text.toLowerCase() === wanted);
  return found?.[0]?.span ?? null;
}

/** Clauses by lower-case column name. */
export function columnClauses(source: SourceFile): ReadonlyMap<string, ColumnClauses> {
  const clauses = new Map<string, ColumnClauses>();
  for (const part of members(source)) {
    const [name] = part;
    if (name?.kind !== 'name') continue;
    clauses.set(name.text.toLowerCase(), { collation: collationOf(part), computedFrom: computedFrom(part) });
  }
  return clauses;
}

/**
 * Where a `create table` statement defines a column, or a key of several columns; the table's name where neither is
 * found, as for an index of its own.
 */
export function definitionOf(source: SourceFile, columns: readonly string[]): Span {
  const wanted = columns.map((column) => column.toLowerCase());
  const all = members(source);
  const found =
    columns.length === 1
      ? all.find(([name]) => name?.kind === 'name' && name.text.toLowerCase() === wanted[0])
      : all.find(
          (part) =>
            KEY_WORDS.some((word) => isWord(part[0], word) || isWord(part[2], word)) &&
            namesAll(part, wanted),
        );
  const [first] = found ?? [];
  const last = found?.at(-1);
  if (first !== undefined && last !== undefined)
    return { source, start: first.span.start, end: last.span.end };
  const { tokens } = tokenize(source);
  const open = tokens.findIndex((token) => token.kind === 'operator' && token.text === '(');
  const table = tokens[open - 1] ?? tokens[0];
  return table?.span ?? { source, start: 0, end: 0 };
}

/** What a table constraint of several columns starts with, without or with `constraint NAME` before it. */
const KEY_WORDS = ['primary', 'unique', 'foreign'];

/** Whether the first list in parentheses names these columns and no others. */
function namesAll(part: readonly Token[], wanted: readonly string[]): boolean {
  const open = part.findIndex((token) => token.kind === 'operator' && token.text === '(');
  const close = part.findIndex((token) => token.kind === 'operator' && token.text === ')');
  const names = part
    .slice(open + 1, close)
    .flatMap((token) => (token.kind === 'name' ? [token.text.toLowerCase()] : []));
  return names.length === wanted.length && names.every((name, i) => name === wanted[i]);
}

/** Tokens between the commas of the outermost list. */
export function listedParts(tokens: readonly Token[]): Token[][] {
  const found: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    const mark = token.kind === 'operator' ? token.text : '';
    if (mark === '(') depth += 1;
    if (mark === ')') depth -= 1;
    if (depth < 0) break;
    if (mark === ',' && depth === 0) found.push([]);
    else found[found.length - 1]?.push(token);
  }
  return found;
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'name' && !token.quoted && token.text.toLowerCase() === word;

function collationOf(part: readonly Token[]): string | null {
  const at = part.findIndex((token) => isWord(token, 'collate'));
  const name = part[at + 1]?.text.toLowerCase() ?? 'binary';
  return at === -1 || name === 'binary' ? null : name;
}

/** `as ( ... )`, with or without `generated always` before it. */
function computedFrom(part: readonly Token[]): string[] {
  const at = part.findIndex((token, i) => isWord(token, 'as') && part[i + 1]?.text === '(');
  if (at === -1) return [];
  return part.slice(at + 2).flatMap((token) => (token.kind === 'name' ? [token.text.toLowerCase()] : []));
}
