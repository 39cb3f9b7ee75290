import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile, Span } from '../base/source.js';
import { CODE, isDigit, isHexDigit, isNamePart, isNameStart, isSpace } from './characters.js';
import { keywordAt } from './keywords.js';
import type { KindNumber } from './token-table.js';
import { KIND, TokenTable } from './token-table.js';
import type { Token } from './token.js';

const SINGLE = '+-*/%=<>()[],.;&|~';

/** The operator at an offset, the longest there is, or ''. */
function operatorAt(text: string, at: number): string {
  const code = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  switch (code) {
    case CODE.minus:
      if (next !== CODE.greater) return '-';
      return text.charCodeAt(at + 2) === CODE.greater ? '->>' : '->';
    case CODE.bar:
      return next === CODE.bar ? '||' : '|';
    case CODE.equal:
      return next === CODE.equal ? '==' : '=';
    case CODE.bang:
      return next === CODE.equal ? '!=' : '';
    case CODE.less:
      return next === CODE.greater ? '<>' : next === CODE.equal ? '<=' : next === CODE.less ? '<<' : '<';
    case CODE.greater:
      return next === CODE.equal ? '>=' : next === CODE.greater ? '>>' : '>';
    default: {
      const place = SINGLE.indexOf(text.charAt(at));
      return place === -1 ? '' : (SINGLE[place] ?? '');
    }
  }
}

/** True where no token, space or comment begins. */
function startsNoToken(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (isSpace(code) || isDigit(code) || isNameStart(code) || code === CODE.question) return false;
  if (code === CODE.quote || code === CODE.doubleQuote || code === CODE.backtick) return false;
  if (startsParameter(text, at)) return false;
  return operatorAt(text, at) === '';
}

/** `:a`, `@a`, `$a`. */
function startsParameter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    (code === CODE.colon || code === CODE.at || code === CODE.dollar) && isNamePart(text.charCodeAt(at + 1))
  );
}

function shortened(text: string): string {
  return text.length > 20 ? `${text.slice(0, 20)}…` : text;
}

/** Tokens of a text, always ended by one of kind `end`, and what is wrong with it. */
export interface Lexed {
  readonly tokens: readonly Token[];
  readonly diagnostics: Diagnostic[];
}

/** The tokens of a text as objects. */
export function tokenize(source: SourceFile): Lexed {
  const { table, diagnostics } = lex(source);
  return { tokens: Array.from({ length: table.length }, (_one, i) => table.token(i)), diagnostics };
}

/**
 * Reads a text as tokens. Whatever cannot be read is reported and skipped.
 * A quote that is never closed turns everything behind it inside out, so the text is then read again with
 * quotes of that kind closed at the end of their line at the latest: the first one left open is the one at fault.
 */
export function lex(source: SourceFile): { table: TokenTable; diagnostics: Diagnostic[] } {
  const singleLine = new Set<string>();
  let lexer = new Lexer(source, singleLine);
  lexer.read();
  while (lexer.open !== null && !singleLine.has(lexer.open)) {
    singleLine.add(lexer.open);
    lexer = new Lexer(source, singleLine);
    lexer.read();
  }
  const { table, diagnostics } = lexer;
  if (source.brokenAt !== undefined) {
    diagnostics.unshift({
      code: 'parse/not-utf8',
      severity: 'error',
      message: 'the text is not UTF-8 from here on',
      span: { source, start: source.brokenAt, end: source.brokenAt + 1 },
      help: 'save the file as UTF-8',
    });
  }
  return { table, diagnostics };
}

/** One reading of a text; quotes of `singleLine` end with their line. */
class Lexer {
  readonly table: TokenTable;
  readonly diagnostics: Diagnostic[] = [];
  /** The kind of quote that was first found to be never closed. */
  open: string | null = null;
  private at = 0;
  private readonly text: string;

  constructor(
    private readonly source: SourceFile,
    private readonly singleLine: ReadonlySet<string>,
  ) {
    this.table = new TokenTable(source);
    this.text = source.text;
  }

  read(): void {
    const { text } = this;
    while (this.at < text.length) this.next(text.charCodeAt(this.at));
    this.push(KIND.end, text.length);
  }

  /** Reads the token, comment or space that begins with a character. */
  private next(code: number): void {
    const { text } = this;
    const start = this.at;
    if (isSpace(code)) {
      this.at += 1;
    } else if (isNameStart(code) && !this.startsBlob(code)) {
      this.skipName();
      this.push(KIND.name, start, keywordAt(text, start, this.at));
    } else if (isDigit(code) || (code === CODE.dot && isDigit(text.charCodeAt(start + 1)))) {
      this.number(start);
    } else if (code === CODE.quote || isNameStart(code)) {
      this.string(start, code !== CODE.quote);
    } else if (code === CODE.doubleQuote || code === CODE.backtick || code === CODE.openBracket) {
      this.quotedName(start);
    } else if (text.startsWith('--', start)) {
      const end = text.indexOf('\n', start);
      this.at = end === -1 ? text.length : end + 1;
    } else if (text.startsWith('/*', start)) {
      const end = text.indexOf('*/', start + 2);
      if (end === -1) this.unterminated(start, 'comment', text.length);
      else this.at = end + 2;
    } else if (code === CODE.question || startsParameter(text, start)) {
      this.at += 1;
      if (code !== CODE.question) this.skipName();
      this.push(KIND.parameter, start);
    } else {
      this.operator(start);
    }
  }

  private operator(start: number): void {
    const { text } = this;
    const operator = operatorAt(text, start);
    this.at += operator.length;
    if (operator !== '') {
      this.push(KIND.operator, start, operator);
      return;
    }
    // What stands together was written together: one mistake.
    while (this.at < text.length && startsNoToken(text, this.at)) {
      this.at += String.fromCodePoint(text.codePointAt(this.at) ?? 0).length;
    }
    const found = shortened(text.slice(start, this.at));
    this.diagnostics.push({
      code: 'parse/unexpected-character',
      severity: 'error',
      message: `unexpected character${this.at - start > 1 ? 's' : ''} \`${found}\``,
      span: this.span(start, this.at),
    });
  }

  private push(kind: KindNumber, start: number, symbol = ''): void {
    this.table.push(kind, start, this.at, symbol);
  }

  private span(start: number, end: number): Span {
    return { source: this.source, start, end };
  }

  private skipName(): void {
    const { text } = this;
    let { at } = this;
    while (isNamePart(text.charCodeAt(at))) at += 1;
    this.at = at;
  }

  private startsBlob(code: number): boolean {
    return (code === 120 || code === 88) && this.text.charCodeAt(this.at + 1) === CODE.quote;
  }

  private string(start: number, isBlob: boolean): void {
    if (isBlob) this.at += 1;
    if (this.skipQuoted("'")) this.push(isBlob ? KIND.blob : KIND.string, start);
    else this.unclosed(start, 'string', "'");
  }

  private quotedName(start: number): void {
    const quote = this.text.charAt(start);
    if (quote === '[' ? this.skipTo(']', quote) : this.skipQuoted(quote)) this.push(KIND.quotedName, start);
    else this.unclosed(start, 'quoted name', quote);
  }

  /** Moves behind the closing quote; a doubled quote stands for itself. False when it never comes. */
  private skipQuoted(quote: string): boolean {
    const { text } = this;
    const before = this.at;
    while (this.skipTo(quote, quote)) {
      if (text[this.at] !== quote) return true;
    }
    this.at = before;
    return false;
  }

  /** Moves behind the next such character after this one; false where it does not come, or not in this line. */
  private skipTo(close: string, quote: string): boolean {
    const { text } = this;
    const end = text.indexOf(close, this.at + 1);
    if (end === -1) return false;
    if (this.singleLine.has(quote)) {
      const lineEnd = text.indexOf('\n', this.at + 1);
      if (lineEnd !== -1 && lineEnd < end) return false;
    }
    this.at = end + 1;
    return true;
  }

  /** A quote without its partner: what it holds goes to the end of the line, or of the text. */
  private unclosed(start: number, what: string, quote: string): void {
    this.open ??= quote;
    const end = this.singleLine.has(quote) ? this.text.indexOf('\n', this.at) : -1;
    this.unterminated(start, what, end === -1 ? this.text.length : end);
  }

  private unterminated(start: number, what: string, end: number): void {
    this.diagnostics.push({
      code: 'parse/unterminated',
      severity: 'error',
      message: `this ${what} is never closed`,
      span: this.span(start, Math.min(start + 1, this.text.length)),
    });
    this.at = end;
  }

  /** Digits, which single underscores may separate. */
  private skipDigits(isOne: (code: number) => boolean): void {
    const { text } = this;
    for (; ; this.at += 1) {
      const code = text.charCodeAt(this.at);
      if (isOne(code)) continue;
      const isBetween = isOne(text.charCodeAt(this.at - 1)) && isOne(text.charCodeAt(this.at + 1));
      if (code !== CODE.underscore || !isBetween) return;
    }
  }

  private number(start: number): void {
    const { text } = this;
    if (text[start] === '0' && (text[start + 1] === 'x' || text[start + 1] === 'X')) {
      this.at += 2;
      this.skipDigits(isHexDigit);
    } else {
      this.skipDigits(isDigit);
      if (text.charCodeAt(this.at) === CODE.dot) {
        this.at += 1;
        this.skipDigits(isDigit);
      }
      const exponent = /^[eE][+-]?(?=[0-9])/.exec(text.slice(this.at, this.at + 3));
      if (exponent !== null) {
        this.at += exponent[0].length;
        this.skipDigits(isDigit);
      }
    }
    if (isNamePart(text.charCodeAt(this.at))) {
      this.skipName();
      this.diagnostics.push({
        code: 'parse/unexpected-character',
        severity: 'error',
        message: `\`${shortened(text.slice(start, this.at))}\` is neither a number nor a name`,
        span: this.span(start, this.at),
      });
    }
    this.push(KIND.number, start);
  }
}
