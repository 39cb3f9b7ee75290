import type { SourceFile, Span } from '../base/source.js';
import type { Relation } from '../catalog/catalog.js';
import { columnOf } from '../catalog/catalog.js';
import type { PolicyStatement } from '../lang/ast.js';
import { tokenize } from '../lang/lexer.js';
import type { Token } from '../lang/token.js';
import { listedParts } from './column-clauses.js';
import { quoteName } from './fragment.js';
import { earlierRow, generated } from './implied-text.js';

/** A unique index as its statement has it. */
interface Index {
  readonly terms: readonly (readonly Token[])[];
  /** Tokens behind `where`; none for an index of all rows. */
  readonly where: readonly Token[];
}

const isMark = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'operator' && token.text === text;
const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'name' && !token.quoted && token.text.toLowerCase() === word;

function readIndex(source: SourceFile): Index {
  const tokens = tokenize(source).tokens.filter(({ kind }) => kind !== 'end');
  const open = tokens.findIndex((token) => isMark(token, '('));
  const terms = listedParts(tokens.slice(open + 1));
  const length = terms.reduce((sum, term) => sum + term.length + 1, 0);
  const rest = tokens.slice(open + 1 + length);
  const ordered = (term: readonly Token[]): readonly Token[] =>
    isWord(term[term.length - 1], 'asc') || isWord(term[term.length - 1], 'desc') ? term.slice(0, -1) : term;
  return { terms: terms.map(ordered), where: isWord(rest[0], 'where') ? rest.slice(1) : [] };
}

/** SQL of some tokens with every column of the relation read from a row. */
function ofRow(tokens: readonly Token[], relation: Relation, row: string): string {
  const pieces: string[] = [];
  tokens.forEach((token, i) => {
    const { start, end, source } = token.span;
    // A qualifier goes: there is one table, and it has another name here.
    if (isMark(tokens[i + 1], '.') || isMark(token, '.')) return;
    const isColumn =
      token.kind === 'name' && columnOf(relation, token.text) !== undefined && !isMark(tokens[i + 1], '(');
    pieces.push(isColumn ? `${row}.${quoteName(token.text)}` : source.text.slice(start, end));
  });
  return pieces.join(' ');
}

function decides(tokens: readonly Token[], relation: Relation): boolean {
  return tokens.some(({ kind, text }) => kind === 'name' && columnOf(relation, text)?.decision === true);
}

/** What partial unique indexes demand of decisions: among the rows that their `where` takes, no two are equal. */
export function partialKeys(relation: Relation): PolicyStatement[] {
  return relation.otherUniques.flatMap((source) => {
    const { terms, where } = readIndex(source);
    if (!terms.some((term) => decides(term, relation)) && !decides(where, relation)) return [];
    const table = quoteName(relation.name);
    const taken = where.length === 0 ? [] : ['a', 'b'].map((row) => `(${ofRow(where, relation, row)})`);
    const equal = terms.map((term) => `${ofRow(term, relation, 'a')} = ${ofRow(term, relation, 'b')}`);
    // Only what is known before the solve may choose the pairs.
    const open = decides(where, relation);
    const on = [earlierRow(relation), ...(open ? [] : taken)].join(' and ');
    const clash = [...(open ? taken : []), ...equal].join(' and ');
    const body = `select * from ${table} as a join ${table} as b on ${on} check not (${clash})`;
    const name = `unique index of ${source.name.replace(/^\(.*?\) /, '')}`;
    return generated(relation, name, body, { source, start: 0, end: source.text.length });
  });
}

/** Terms of unique indexes that compute with a decision: what they compare cannot be kept apart while it is written. */
export function computedKeys(relation: Relation): Span[] {
  return relation.otherUniques.flatMap((source) =>
    readIndex(source).terms.flatMap((term): Span[] => {
      const [first] = term;
      const last = term[term.length - 1];
      if (first === undefined || last === undefined || term.length === 1 || !decides(term, relation))
        return [];
      return [{ source, start: first.span.start, end: last.span.end }];
    }),
  );
}
