import type { Diagnostic } from '../base/diagnostic.js';
import { byNumber } from '../base/order.js';
import type { SourceFile, Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import type { Expression, PolicyStatement, Select } from './ast.js';
import { lex } from './lexer.js';
import { SelectParser } from './select-parser.js';
import { SyntaxStop, TokenStream } from './token-stream.js';

/** Words that begin a statement which writes or leaves the database; named so that the refusal can say so. */
const WRITING = [
  'insert',
  'update',
  'delete',
  'replace',
  'drop',
  'alter',
  'pragma',
  'attach',
  'detach',
  'vacuum',
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'release',
  'reindex',
  'analyze',
];

/** Words that may follow a complete select or a complete clause. */
const CONTINUATIONS = (
  'check maximize minimize where group having order limit join left inner cross on using from weight priority ' +
  'union and or not between in like glob is collate'
).split(' ');

/** Words that belong to the select, where people put them behind the clause. */
const EARLIER = ['from', 'join', 'where', 'group', 'having', 'order', 'limit'];

export interface ParsedPolicies {
  readonly statements: PolicyStatement[];
  readonly diagnostics: Diagnostic[];
  /** Lower-case names of statements that were begun and could not be read: whoever uses them is not at fault. */
  readonly unread: readonly string[];
}

/**
 * All statements of a policy file. After an error the parser resumes behind the next `;` or at the next `create`,
 * so one run shows every error. A statement with a character or quote that cannot be read has that error alone.
 */
export function parsePolicies(source: SourceFile): ParsedPolicies {
  const { table, diagnostics } = lex(source);
  const damages = diagnostics.map(({ span }) => span?.start ?? 0).sort(byNumber);
  const stream = new TokenStream(table);
  const statements: PolicyStatement[] = [];
  const unread: string[] = [];
  let damage = 0;
  while (!stream.isAtEnd) {
    if (stream.operator(';')) continue;
    const { start } = stream;
    const name = nameAhead(stream);
    const { parsed, problem } = readStatement(stream);
    while ((damages[damage] ?? Infinity) < start) damage += 1;
    const isDamaged = (damages[damage] ?? Infinity) < stream.start;
    if (parsed !== null && !isDamaged) statements.push(parsed);
    else unread.push(name);
    if (problem !== null && !isDamaged) diagnostics.push(problem);
  }
  return { statements, diagnostics, unread: [...unread, ...namesLost(source, diagnostics)] };
}

/** One statement and its end, or what is wrong with it; a missing `;` between two does not spoil the first. */
function readStatement(stream: TokenStream): { parsed: PolicyStatement | null; problem: Diagnostic | null } {
  try {
    const parsed = statement(stream);
    if (stream.isAtEnd || stream.operator(';')) return { parsed, problem: null };
    if (stream.isWord('create')) return { parsed, problem: missingSemicolon(parsed) };
    if (EARLIER.some((word) => stream.isWord(word)))
      stream.fail(
        'expected `;` or the end of the statement',
        [],
        'the clause of a policy comes last, behind its select',
      );
    return stream.fail('expected `;` or the end of the statement', CONTINUATIONS);
  } catch (error) {
    if (!(error instanceof SyntaxStop)) throw error;
    stream.recover();
    return { parsed: null, problem: error.diagnostic };
  }
}

function missingSemicolon({ span }: PolicyStatement): Diagnostic {
  const end: Span = { source: span.source, start: span.end, end: span.end };
  return {
    code: 'parse/unexpected-token',
    severity: 'error',
    message: 'expected `;` before the next statement',
    span: end,
    help: 'end the statement with `;`',
    fix: { span: end, replacement: ';', applicable: true },
  };
}

/** The name that the statement ahead would define, as far as one can see: the word before the first `as`. */
function nameAhead(stream: TokenStream): string {
  const at = [1, 2, 3, 4].find((ahead) => stream.isWord('as', ahead)) ?? 3;
  return stream.peek(at - 1).text.toLowerCase();
}

/** Names of statements in a text that a comment without an end has swallowed. */
function namesLost(source: SourceFile, diagnostics: readonly Diagnostic[]): string[] {
  const comment = diagnostics.find(
    ({ code, span }) => code === 'parse/unterminated' && span !== undefined && textOf(span) === '/',
  );
  const lost = source.text.slice(comment?.span?.start ?? source.text.length);
  return [...lost.matchAll(/\bcreate\s+(?:view|constraint)\s+(\w+)/gi)].map(([, name = '']) =>
    name.toLowerCase(),
  );
}

function statement(stream: TokenStream): PolicyStatement {
  const { start } = stream;
  const parser = new SelectParser(stream);
  if (!stream.isWord('create')) return notAPolicy(stream);
  stream.advance();
  if (!stream.isWord('constraint') && !stream.isWord('view')) {
    if (
      ['table', 'index', 'trigger', 'temp', 'temporary', 'unique', 'virtual'].some((word) =>
        stream.isWord(word),
      )
    ) {
      return notAPolicy(stream);
    }
    stream.fail('expected `constraint` or `view`', ['constraint', 'view']);
  }
  const isView = stream.isWord('view');
  stream.advance();
  const name = stream.name('a name');
  stream.expectWord('as');
  const select = parser.select();
  const kind = (['check', 'maximize', 'minimize'] as const).find((word) => stream.isWord(word));
  if (kind === undefined) return { name, select, clause: null, span: stream.spanFrom(start) };
  if (isView) stream.fail('a view has no clause; write `create constraint`');
  stream.advance();
  const expression = parser.expression();
  let weight: { text: string; span: PolicyStatement['span'] } | null = null;
  let priority: { value: number; span: PolicyStatement['span'] } | null = null;
  for (;;) {
    if (weight === null && stream.isWord('weight')) {
      if (kind === 'check') stream.fail('only `maximize` and `minimize` take a weight');
      stream.advance();
      weight = numberToken(stream, 'a non-negative number', /^[0-9]*\.?[0-9]+$|^[0-9]+\.$/);
    } else if (priority === null && stream.isWord('priority')) {
      if (kind === 'check') stream.fail('only `maximize` and `minimize` take a priority');
      const at = stream.advance().span;
      const negative = stream.operator('-');
      const read = numberToken(stream, 'an integer', /^[0-9]{1,9}$/);
      priority = { value: negative ? 0 - Number(read.text) : Number(read.text), span: stream.since(at) };
    } else break;
  }
  return { name, select, clause: { kind, expression, weight, priority }, span: stream.spanFrom(start) };
}

function numberToken(
  stream: TokenStream,
  what: string,
  shape: RegExp,
): { text: string; span: PolicyStatement['span'] } {
  const token = stream.peek();
  if (token.kind !== 'number' || !shape.test(token.text)) stream.fail(`expected ${what}`);
  stream.advance();
  return { text: token.text, span: token.span };
}

function notAPolicy(stream: TokenStream): never {
  const token = stream.peek();
  const word = token.text.toLowerCase();
  // The statements in a trigger's body are part of this mistake, not mistakes of their own.
  if (word === 'trigger') stream.skipTo('end');
  const writes = WRITING.includes(word) || word === 'table' || word === 'trigger';
  if (token.kind === 'name' && !writes)
    stream.fail('expected `create constraint` or `create view`', ['create']);
  throw new SyntaxStop({
    code: 'parse/not-a-policy',
    severity: 'error',
    message: writes
      ? `a policy only reads; \`${word}\` is not allowed`
      : 'expected `create constraint` or `create view`',
    span: token.span,
    help: 'a policy file holds `create constraint NAME as select ... check ...;` and views over it',
  });
}

/** The select of a `create view` statement as a database keeps it, or null when it cannot be read. */
export function parseViewSelect(source: SourceFile): Select | null {
  return withStream(source, (stream) => {
    stream.expectWord('create');
    if (!stream.word('temp')) stream.word('temporary');
    stream.expectWord('view');
    stream.word('if', 'not', 'exists');
    stream.name('a name');
    if (stream.operator('.')) stream.name('a name');
    if (stream.operator('(')) {
      // A column list renames the columns; the live database reports the resulting names.
      do stream.name('a column');
      while (stream.operator(','));
      stream.expectOperator(')');
    }
    stream.expectWord('as');
    const select = new SelectParser(stream).select();
    stream.operator(';');
    // A part that was not understood may be the one that matters.
    if (!stream.isAtEnd) stream.fail('expected the end of the view');
    return select;
  });
}

/** The `check (...)` expressions of a `create table` statement; those that cannot be read are left out and SQLite still enforces them. */
export function parseTableChecks(source: SourceFile): Expression[] {
  const checks: Expression[] = [];
  const stream = new TokenStream(lex(source).table);
  while (!stream.isAtEnd) {
    if (!(stream.isWord('check') && stream.isOperator('(', 1))) {
      stream.advance();
      continue;
    }
    stream.advance();
    stream.advance();
    try {
      const expression = new SelectParser(stream).expression();
      stream.expectOperator(')');
      checks.push(expression);
    } catch (error) {
      if (!(error instanceof SyntaxStop)) throw error;
    }
  }
  return checks;
}

function withStream<T>(source: SourceFile, rule: (stream: TokenStream) => T): T | null {
  const { table, diagnostics } = lex(source);
  if (diagnostics.length > 0) return null;
  try {
    return rule(new TokenStream(table, 'sqlite'));
  } catch (error) {
    if (error instanceof SyntaxStop) return null;
    throw error;
  }
}
