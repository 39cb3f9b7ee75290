import type { Diagnostic } from '../base/diagnostic.js';
import { isError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import type { PolicyStatement } from '../lang/ast.js';
import { tokenize } from '../lang/lexer.js';
import { parsePolicies } from '../lang/parser.js';
import { printPolicies } from '../lang/print.js';
import type { Doc } from './doc.js';
import { concat, hardLine, joined, nothing, space } from './doc.js';
import type { FormatToken } from './format-token.js';
import { formatTokens } from './format-token.js';
import { namesIn } from './names-in.js';
import { renderDoc } from './render-doc.js';
import { SelectLayout } from './select-layout.js';
import { TokenCursor } from './token-cursor.js';

export interface Formatted {
  /** The text in its canonical layout; null where it has mistakes, which are then told. */
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** How often a text is laid out until it stays as it is. */
const MOST_PASSES = 5;

/** A text without mistakes, in the two forms that must survive. */
interface Reading {
  readonly statements: readonly PolicyStatement[];
  readonly tokens: readonly FormatToken[];
}

/**
 * Lays a policy file out: one clause on a line, keywords in lower case, lines of 110 columns where they can be
 * broken. Names, literals, parentheses and comments stay as they are; formatting the result changes nothing.
 * The result has been read again and found to mean the same.
 */
export function formatPolicies(source: SourceFile): Formatted {
  const { statements, diagnostics } = parsePolicies(source);
  if (diagnostics.some(isError)) return { text: null, diagnostics };
  const first = { statements, tokens: tokensOf(source, statements) };
  let reading: Reading = first;
  let { text } = source;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const laidOut = layOut(reading, source.text.includes('\r\n') ? '\r\n' : '\n');
    if (laidOut === text) return { text, diagnostics };
    text = laidOut;
    const again = read({ name: source.name, text });
    if (again === null || !isSame(first, again)) break;
    reading = again;
  }
  return { text: null, diagnostics: [...diagnostics, fault(source)] };
}

function fault(source: SourceFile): Diagnostic {
  return {
    code: 'fmt/fault',
    severity: 'error',
    message: 'laid out, this text would not be the same policy; it is left as it is',
    span: { source, start: 0, end: 0 },
  };
}

function read(source: SourceFile): Reading | null {
  const { statements, diagnostics } = parsePolicies(source);
  return diagnostics.some(isError) ? null : { statements, tokens: tokensOf(source, statements) };
}

function tokensOf(source: SourceFile, statements: readonly PolicyStatement[]): FormatToken[] {
  return formatTokens(source, tokenize(source).tokens, namesIn(statements));
}

/** True where two texts have the same tree, the same words and the same comments. */
function isSame(a: Reading, b: Reading): boolean {
  const words = ({ tokens }: Reading): string[] => tokens.map(({ text }) => text);
  const comments = ({ tokens }: Reading): string[] =>
    tokens.flatMap(({ before, after }) => [...before, ...after].map(({ text }) => text));
  const equal = (one: readonly string[], other: readonly string[]): boolean =>
    one.length === other.length && one.every((text, i) => text === other[i]);
  return (
    equal(words(a), words(b)) &&
    equal(comments(a), comments(b)) &&
    printPolicies(a.statements) === printPolicies(b.statements)
  );
}

function layOut({ statements, tokens }: Reading, lineEnd: string): string {
  const cursor = new TokenCursor(tokens);
  const lines: string[] = [];
  for (const statement of statements) {
    const { before, blankBefore } = cursor.peek();
    // Statements are told apart by a blank line, unless comments between them show which they belong to.
    if (!blankBefore && !before.some((comment) => comment.blankBefore)) blank(lines);
    topComments(lines, cursor.peek());
    lines.push(...renderDoc(statementDoc(statement, cursor)));
  }
  topComments(lines, cursor.peek());
  return lines.map((line) => line + lineEnd).join('');
}

/** A blank line, except at the start. */
function blank(lines: string[]): void {
  if (lines.length > 0) lines.push('');
}

/** Comments before a statement or the end, with the blank lines that stood between them. */
function topComments(lines: string[], { before, blankBefore, kind }: FormatToken): void {
  for (const comment of before) {
    if (comment.blankBefore) blank(lines);
    lines.push(comment.text);
  }
  if (blankBefore && kind !== 'end') blank(lines);
}

function statementDoc({ select, clause }: PolicyStatement, cursor: TokenCursor): Doc {
  const layout = new SelectLayout(cursor);
  const first = cursor.nextWithoutBefore();
  const head = concat(first, space, cursor.run(cursor.indexAt(select.span.start)));
  const clauses = [head, ...layout.clauses(select)];
  if (clause !== null) {
    clauses.push(layout.clause(clause.expression));
    while (cursor.isWord('weight') || cursor.isWord('priority')) clauses.push(number(cursor));
  }
  // A comment on a line of its own at the end, such as a clause that does not count, stays there.
  const isApart = cursor.peek().before.length > 0;
  return concat(joined(clauses, hardLine), isApart ? hardLine : nothing, cursor.next());
}

/** `weight N` and `priority N`. */
function number(cursor: TokenCursor): Doc {
  const word = cursor.next();
  const sign = cursor.isOperator('-') ? [cursor.next()] : [];
  return concat(word, space, ...sign, cursor.next());
}
