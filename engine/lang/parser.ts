import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import type { Expression, PolicyStatement, Select } from './ast.js';
import { tokenize } from './lexer.js';
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

/** All statements of a policy file. After an error the parser resumes behind the next `;`, so one run shows every error. */
export function parsePolicies(source: SourceFile): {
  statements: PolicyStatement[];
  diagnostics: Diagnostic[];
} {
  const { tokens, diagnostics } = tokenize(source);
  const stream = new TokenStream(tokens);
  const statements: PolicyStatement[] = [];
  while (stream.peek().kind !== 'end') {
    if (stream.operator(';')) continue;
    try {
      statements.push(statement(stream));
      if (stream.peek().kind !== 'end' && !stream.operator(';')) {
        stream.fail('expected `;` or the end of the statement', [
          'check',
          'maximize',
          'minimize',
          'where',
          'group',
          'having',
          'join',
          'from',
          'weight',
          'priority',
        ]);
      }
    } catch (error) {
      if (!(error instanceof SyntaxStop)) throw error;
      diagnostics.push(error.diagnostic);
      stream.recover();
    }
  }
  return { statements, diagnostics };
}

function statement(stream: TokenStream): PolicyStatement {
  const start = stream.peek().span;
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
  if (kind === undefined) return { name, select, clause: null, span: stream.since(start) };
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
  return { name, select, clause: { kind, expression, weight, priority }, span: stream.since(start) };
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
    if (stream.peek().kind !== 'end') stream.fail('expected the end of the view');
    return select;
  });
}

/** The `check (...)` expressions of a `create table` statement; those that cannot be read are left out and SQLite still enforces them. */
export function parseTableChecks(source: SourceFile): Expression[] {
  const checks: Expression[] = [];
  const { tokens } = tokenize(source);
  const stream = new TokenStream(tokens);
  while (stream.peek().kind !== 'end') {
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
  const { tokens, diagnostics } = tokenize(source);
  if (diagnostics.length > 0) return null;
  try {
    return rule(new TokenStream(tokens, 'sqlite'));
  } catch (error) {
    if (error instanceof SyntaxStop) return null;
    throw error;
  }
}
