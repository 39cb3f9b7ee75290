import { isCode, CODES } from '../base/codes.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import { cover, textOf } from '../base/source.js';
import { didYouMean } from '../base/suggest.js';
import type { Name } from '../lang/ast.js';
import type { TokenStream } from '../lang/token-stream.js';
import { SyntaxStop } from '../lang/token-stream.js';
import type { Token } from '../lang/token.js';
import type { Comparison, Expectation, Expected, SqlText } from './test-file.js';
import { COMPARISONS, STATUSES } from './test-file.js';

const QUERY_WORDS = ['select', 'with', 'values'] as const;
const SUBJECTS = [...STATUSES, 'objective', 'soft', 'diagnostic'] as const;

/** Other spellings that SQLite has for the comparisons. */
const SPELLINGS: Readonly<Record<string, Comparison>> = { '==': '=', '!=': '<>' };

/** What stands between `expect` and its `;`. Throws SyntaxStop. `start` is the span of `expect`. */
export function parseExpectation(stream: TokenStream, start: Span): Expectation {
  const status = STATUSES.find((word) => stream.isWord(word));
  if (status !== undefined) {
    stream.advance();
    const because = stream.isWord('because') ? parseBecause(stream) : null;
    return { kind: 'status', status, because, span: stream.since(start) };
  }
  if (stream.word('objective')) {
    const priority = stream.word('priority') ? wholeNumber(stream) : null;
    const comparison = parseComparison(stream);
    const value = restOfStatement(stream, 'a number');
    return { kind: 'objective', priority, comparison, value, span: stream.since(start) };
  }
  if (stream.word('soft')) {
    const name = dottedName(stream, 'the name of a soft constraint');
    const comparison = parseComparison(stream);
    const value = restOfStatement(stream, 'a number');
    return { kind: 'soft', name, comparison, value, span: stream.since(start) };
  }
  if (stream.word('diagnostic')) {
    const token = stream.peek();
    if (token.kind !== 'string') stream.fail("expected a code such as 'ground/null-term'");
    stream.advance();
    if (!isCode(token.text)) throw new SyntaxStop(unknownCode(token));
    return { kind: 'diagnostic', code: token.text, span: stream.since(start) };
  }
  if (stream.isOperator('(')) {
    const query = parseQuery(stream);
    const expected = parseExpected(stream);
    return { kind: 'query', query, expected, span: stream.since(start) };
  }
  return stream.fail(
    'expected a status, `objective`, `soft`, `diagnostic` or a query in parentheses',
    SUBJECTS,
  );
}

function unknownCode({ text, span }: Token): Diagnostic {
  return {
    code: 'cli/unknown-code',
    severity: 'error',
    message: `there is no diagnostic \`${text}\``,
    span,
    help: didYouMean(text, Object.keys(CODES)) ?? '`edict explain` lists them',
  };
}

function parseBecause(stream: TokenStream): Name[] {
  stream.expectWord('because');
  stream.expectOperator('(');
  const names: Name[] = [];
  if (!stream.isOperator(')')) {
    do names.push(dottedName(stream, 'the name of a constraint'));
    while (stream.operator(','));
  }
  stream.expectOperator(')');
  return names;
}

/** A name; what the schema demands has names with a dot, such as `request.check1`. */
function dottedName(stream: TokenStream, what: string): Name {
  const first = stream.name(what);
  let { text } = first;
  while (stream.operator('.')) text += `.${stream.name(what).text}`;
  return { text, span: stream.since(first.span) };
}

function wholeNumber(stream: TokenStream): number {
  const isNegative = stream.operator('-');
  const token = stream.peek();
  if (token.kind !== 'number' || !/^[0-9]+$/.test(token.text)) stream.fail('expected a whole number');
  stream.advance();
  return isNegative ? -Number(token.text) : Number(token.text);
}

function parseComparison(stream: TokenStream): Comparison {
  const { kind, text } = stream.peek();
  const spelled = SPELLINGS[text] ?? text;
  const comparison = kind === 'operator' ? COMPARISONS.find((one) => one === spelled) : undefined;
  if (comparison === undefined) return stream.fail('expected `=` or another comparison');
  stream.advance();
  return comparison;
}

/** `(select ...)`, without its parentheses. */
function parseQuery(stream: TokenStream): SqlText {
  const open = stream.peek();
  stream.expectOperator('(');
  if (!QUERY_WORDS.some((word) => stream.isWord(word))) stream.fail('expected a query', QUERY_WORDS);
  const tokens = upTo(stream, ')', open);
  stream.advance();
  return sqlText(tokens) ?? stream.fail('expected a query');
}

/** Tokens up to a closing parenthesis or the `;` of the statement, which is left unread. */
function upTo(stream: TokenStream, stop: ')' | ';', opened: Token | null = null): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (;;) {
    const token = stream.peek();
    const isOperator = token.kind === 'operator';
    if (isOperator && depth === 0 && token.text === stop) return tokens;
    if (token.kind === 'end' || (isOperator && token.text === ';')) {
      if (opened === null) return stream.fail('expected `;`');
      throw new SyntaxStop({
        code: 'parse/unexpected-token',
        severity: 'error',
        message: 'this parenthesis is never closed',
        span: opened.span,
      });
    }
    if (isOperator && token.text === '(') depth += 1;
    if (isOperator && token.text === ')') depth -= 1;
    if (depth < 0) stream.fail('expected `;`');
    tokens.push(stream.advance());
  }
}

function restOfStatement(stream: TokenStream, what: string): SqlText {
  return sqlText(upTo(stream, ';')) ?? stream.fail(`expected ${what}`);
}

function sqlText(tokens: readonly Token[]): SqlText | null {
  const first = tokens[0];
  const last = tokens.at(-1);
  if (first === undefined || last === undefined) return null;
  const span = cover(first.span, last.span);
  return { text: textOf(span), span };
}

function parseExpected(stream: TokenStream): Expected {
  const operator = stream.peek();
  const comparison = parseComparison(stream);
  const tokens = upTo(stream, ';');
  const items = itemsOf(tokens);
  if (items === null) {
    const value = sqlText(tokens) ?? stream.fail('expected a value, or rows in parentheses');
    return { kind: 'value', comparison, value };
  }
  const groups = items.map(itemsOf);
  const isRows = groups.every((group) => group !== null);
  if (comparison !== '=' && (isRows || items.length > 1)) {
    throw new SyntaxStop({
      code: 'parse/unexpected-token',
      severity: 'error',
      message: `rows are compared with \`=\`, not with \`${textOf(operator.span)}\``,
      span: operator.span,
      help: 'compare a count: `expect (select count(*) from ...) >= 2`',
    });
  }
  const texts = (list: readonly (readonly Token[])[]): SqlText[] =>
    list.map((one) => sqlText(one) ?? refuseGap(tokens));
  if (isRows) return { kind: 'rows', rows: groups.map(texts) };
  const [only, ...more] = texts(items);
  if (only !== undefined && more.length === 0) return { kind: 'value', comparison, value: only };
  return { kind: 'list', values: texts(items) };
}

function refuseGap(tokens: readonly Token[]): never {
  throw new SyntaxStop({
    code: 'parse/unexpected-token',
    severity: 'error',
    message: 'a value is missing between the commas',
    span: sqlText(tokens)?.span,
  });
}

/**
 * What the commas separate in `( ... )`, or null where the tokens are no such list: no parenthesis covers them
 * all, or it holds a query.
 */
function itemsOf(tokens: readonly Token[]): Token[][] | null {
  const isText = (token: Token | undefined, text: string): boolean =>
    token?.kind === 'operator' && token.text === text;
  if (!isText(tokens[0], '(') || !isText(tokens.at(-1), ')')) return null;
  const inner = tokens.slice(1, -1);
  const [head] = inner;
  if (head === undefined) return [];
  if (head.kind === 'name' && !head.quoted && QUERY_WORDS.some((word) => word === head.text.toLowerCase())) {
    return null;
  }
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of inner) {
    if (isText(token, '(')) depth += 1;
    if (isText(token, ')')) depth -= 1;
    // The first parenthesis closes before the end: `(1 + 2) * (3)`.
    if (depth < 0) return null;
    if (depth === 0 && isText(token, ',')) items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}
