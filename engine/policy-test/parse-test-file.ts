import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile, Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import type { Name } from '../lang/ast.js';
import { lex } from '../lang/lexer.js';
import { SyntaxStop, TokenStream } from '../lang/token-stream.js';
import type { Token } from '../lang/token.js';
import { parseExpectation } from './parse-expectation.js';
import type { PolicyTest, SqlText, Step, TestFile, Use } from './test-file.js';

/** First words of the statements that may change a test's database. */
const STATEMENTS = ['insert', 'update', 'delete', 'replace', 'with', 'create', 'alter', 'drop'] as const;
const USES = ['schema', 'policies', 'controller'] as const;

/** Reads a test file; every mistake in it is reported, and what can be read is returned all the same. */
export function parseTestFile(source: SourceFile): { file: TestFile; diagnostics: readonly Diagnostic[] } {
  const { table, diagnostics } = lex(source);
  const parser = new TestFileParser(new TokenStream(table, 'sqlite'), diagnostics);
  return { file: parser.parse(source), diagnostics };
}

class TestFileParser {
  private readonly uses: Use[] = [];
  private readonly setup: SqlText[] = [];
  private readonly tests: PolicyTest[] = [];

  constructor(
    private readonly stream: TokenStream,
    private readonly diagnostics: Diagnostic[],
  ) {}

  parse(source: SourceFile): TestFile {
    const { stream } = this;
    while (stream.peek().kind !== 'end') {
      if (stream.operator(';')) continue;
      this.attempt(() => this.topLevel());
    }
    this.refuseRepeatedNames();
    return { source, uses: this.uses, setup: this.setup, tests: this.tests };
  }

  /** Runs one rule; where it fails, reading goes on behind the next `;`. */
  private attempt(rule: () => void): void {
    if (!this.demand(rule)) this.skip();
  }

  /** Moves past the next `;`, or to what ends a test or begins one. */
  private skip(): void {
    const { stream } = this;
    while (stream.peek().kind !== 'end' && !this.isTest()) {
      if (stream.operator(';') || (stream.isWord('end') && stream.isOperator(';', 1))) return;
      stream.advance();
    }
  }

  private isTest(): boolean {
    return this.stream.isWord('create') && this.stream.isWord('test', 1);
  }

  private topLevel(): void {
    const { stream } = this;
    if (this.isTest()) {
      this.createTest();
    } else if (stream.isWord('use')) {
      this.use();
    } else if (stream.isWord('end')) {
      this.refuse('this `end` ends no test', 'a test is `create test NAME begin ... end;`', stream.advance());
    } else if (stream.isWord('expect') || stream.isWord('solve')) {
      this.refuse(
        `\`${stream.peek().text}\` stands outside a test`,
        'it belongs into `create test NAME begin ... end;`',
      );
    } else {
      this.setup.push(
        this.statement(
          ['use', ...STATEMENTS],
          'expected `use`, `create test` or a statement that changes rows',
        ),
      );
    }
  }

  private use(): void {
    const { stream } = this;
    if (this.setup.length > 0 || this.tests.length > 0) {
      this.refuse('`use` stands behind other statements', 'settings come first in the file');
    }
    stream.advance();
    const kind =
      USES.find((word) => stream.isWord(word)) ??
      stream.fail('expected `schema`, `policies` or `controller`', USES);
    stream.advance();
    do {
      const token = stream.peek();
      if (kind === 'controller') {
        const { text, span } = stream.name('the name of a controller');
        this.uses.push({ kind, text, span });
      } else {
        if (token.kind !== 'string') stream.fail('expected a path in single quotes');
        stream.advance();
        this.uses.push({ kind, text: token.text, span: token.span });
      }
    } while (stream.operator(','));
    stream.expectOperator(';');
  }

  private createTest(): void {
    const { stream } = this;
    stream.word('create', 'test');
    const name = stream.name('the name of a test');
    // The body that follows is read as one, so that its statements are not taken for the file's own.
    this.demand(() => stream.expectWord('begin'));
    const before = this.diagnostics.length;
    const steps: Step[] = [];
    for (;;) {
      if (stream.operator(';')) continue;
      if (stream.isWord('end')) {
        stream.advance();
        break;
      }
      if (stream.peek().kind === 'end' || this.isTest()) {
        this.diagnostics.push(missingEnd(name));
        this.tests.push({ name, steps });
        return;
      }
      this.attempt(() => {
        steps.push(this.step());
        stream.expectOperator(';');
      });
    }
    this.tests.push({ name, steps });
    // A body with mistakes may have lost its expectations to them.
    const isWhole = this.diagnostics.length === before;
    if (isWhole && !steps.some((step) => step.kind === 'expect')) this.diagnostics.push(noExpectation(name));
    this.demand(() => stream.expectOperator(';'));
  }

  /** Runs one rule; where it fails, that is reported, and reading goes on at the same place. */
  private demand(rule: () => void): boolean {
    try {
      rule();
      return true;
    } catch (error) {
      if (!(error instanceof SyntaxStop)) throw error;
      this.diagnostics.push(error.diagnostic);
      return false;
    }
  }

  private step(): Step {
    const { stream } = this;
    if (stream.isWord('expect')) {
      const { span } = stream.advance();
      return { kind: 'expect', expectation: parseExpectation(stream, span) };
    }
    if (stream.isWord('solve')) return { kind: 'solve', span: stream.advance().span };
    const what = 'expected a statement that changes rows, `solve`, `expect` or `end`';
    return { kind: 'statement', sql: this.statement(['solve', 'expect', 'end', ...STATEMENTS], what) };
  }

  /** One statement for SQLite up to its `;`, which is left unread. A trigger's body ends at `; end ;`. */
  private statement(words: readonly string[], expected: string): SqlText {
    const { stream } = this;
    const first = stream.peek();
    if (stream.isWord('select') || stream.isWord('values')) {
      this.refuse('a query alone tests nothing', '`expect (select ...) = VALUE;` compares what it gives');
    }
    if (stream.isWord('create') && (stream.isWord('constraint', 1) || stream.isWord('policy', 1))) {
      this.refuse('a test file defines no policy', "`use policies 'FILE';` names the file that does");
    }
    if (!STATEMENTS.some((word) => stream.isWord(word))) stream.fail(expected, words);
    const second = stream.isWord('temp', 1) || stream.isWord('temporary', 1) ? 2 : 1;
    const isTrigger = stream.isWord('create') && stream.isWord('trigger', second);
    let beforeLast = '';
    let last = '';
    for (;;) {
      const token = stream.peek();
      if (token.kind === 'end') stream.fail(isTrigger ? 'expected `end;` of the trigger' : 'expected `;`');
      const isEnd = token.kind === 'operator' && token.text === ';';
      if (isEnd && (!isTrigger || (last === 'end' && beforeLast === ';'))) break;
      if (!isTrigger && token.span.start !== first.span.start && this.isTest()) {
        stream.fail('expected `;`');
      }
      beforeLast = last;
      last = token.kind === 'name' && !token.quoted ? token.text.toLowerCase() : token.text;
      stream.advance();
    }
    const span = stream.since(first.span);
    return { text: textOf(span), span };
  }

  private refuse(message: string, help: string, { span }: Token = this.stream.peek()): never {
    throw new SyntaxStop({ code: 'parse/unexpected-token', severity: 'error', message, span, help });
  }

  private refuseRepeatedNames(): void {
    const known = new Map<string, Span>();
    for (const { name } of this.tests) {
      const key = name.text.toLowerCase();
      const first = known.get(key);
      if (first === undefined) known.set(key, name.span);
      else {
        this.diagnostics.push({
          code: 'test/duplicate-name',
          severity: 'error',
          message: `two tests of this file are called \`${name.text}\``,
          span: name.span,
          notes: [{ message: 'the other one is here', span: first }],
        });
      }
    }
  }
}

function missingEnd({ text, span }: Name): Diagnostic {
  return {
    code: 'parse/unexpected-token',
    severity: 'error',
    message: `the test \`${text}\` has no \`end;\``,
    span,
  };
}

function noExpectation({ text, span }: Name): Diagnostic {
  return {
    code: 'test/no-expectation',
    severity: 'error',
    message: `the test \`${text}\` expects nothing, so it cannot fail`,
    span,
    help: 'for example `expect optimal;` or `expect infeasible because (NAME);`',
  };
}
