import type { SourceFile } from '../base/source.js';
import { tokenize } from '../lang/lexer.js';
import type { Token } from '../lang/token.js';

/** What a `create table` statement says of a column that SQLite's own description leaves out. */
export interface ColumnClauses {
  /** Lower-case name of the collation, null for `binary`. */
  readonly collation: string | null;
  /** Names in the expression of a generated column, lower case; empty for any other. */
  readonly computedFrom: readonly string[];
}

/** Clauses by lower-case column name. */
export function columnClauses(source: SourceFile): ReadonlyMap<string, ColumnClauses> {
  const { tokens } = tokenize(source);
  const clauses = new Map<string, ColumnClauses>();
  const open = tokens.findIndex((token) => token.kind === 'operator' && token.text === '(');
  if (open === -1) return clauses;
  for (const part of parts(tokens.slice(open + 1))) {
    const [name] = part;
    if (name?.kind !== 'name') continue;
    clauses.set(name.text.toLowerCase(), { collation: collationOf(part), computedFrom: computedFrom(part) });
  }
  return clauses;
}

/** Tokens between the commas of the outermost list. */
function parts(tokens: readonly Token[]): Token[][] {
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
