import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile, Span } from '../base/source.js';
import type { Token } from './token.js';

const OPERATORS = ['->>', '||', '->', '==', '!=', '<>', '<=', '>=', '<<', '>>'] as const;
const SINGLE = '+-*/%=<>()[],.;&|~?';

const isSpace = (c: string): boolean =>
  c === ' ' || c === '\t' || c === '\n' || c === '\r' || c === '\f' || c === '\ufeff';
const isDigit = (c: string): boolean => c >= '0' && c <= '9';
const isNameStart = (c: string): boolean =>
  (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c === '_' || c > '\x7f';
const isNamePart = (c: string): boolean => isNameStart(c) || isDigit(c) || c === '$';

/** True where no token, space or comment begins. */
function startsNoToken(text: string, at: number): boolean {
  const c = text.charAt(at);
  const next = text[at + 1] ?? '';
  if (isSpace(c) || isDigit(c) || isNameStart(c) || SINGLE.includes(c)) return false;
  if (c === "'" || c === '"' || c === '`') return false;
  if ((c === ':' || c === '@' || c === '$') && isNamePart(next)) return false;
  return !OPERATORS.some((operator) => text.startsWith(operator, at));
}

function shortened(text: string): string {
  return text.length > 20 ? `${text.slice(0, 20)}…` : text;
}

/** Tokens of a text, always ended by one of kind `end`, and what is wrong with it. */
export interface Lexed {
  readonly tokens: Token[];
  readonly diagnostics: Diagnostic[];
}

/**
 * Reads a text as tokens. Whatever cannot be read is reported and skipped.
 * A quote that is never closed turns everything behind it inside out, so the text is then read again with
 * quotes of that kind closed at the end of their line at the latest: the first one left open is the one at fault.
 */
export function tokenize(source: SourceFile): Lexed {
  const open = new Set<string>();
  let lexed = lex(source, open);
  while (lexed.open !== null && !open.has(lexed.open)) {
    open.add(lexed.open);
    lexed = lex(source, open);
  }
  const { tokens, diagnostics } = lexed;
  if (source.brokenAt !== undefined) {
    diagnostics.unshift({
      code: 'parse/not-utf8',
      severity: 'error',
      message: 'the text is not UTF-8 from here on',
      span: { source, start: source.brokenAt, end: source.brokenAt + 1 },
      help: 'save the file as UTF-8',
    });
  }
  return { tokens, diagnostics };
}

/** One reading; quotes of `singleLine` end with their line. `open` is the quote found to be never closed. */
function lex(source: SourceFile, singleLine: ReadonlySet<string>): Lexed & { open: string | null } {
  const { text } = source;
  let open: string | null = null;
  const tokens: Token[] = [];
  const diagnostics: Diagnostic[] = [];
  let at = 0;

  const span = (start: number, end: number): Span => ({ source, start, end });
  const push = (kind: Token['kind'], start: number, meaning: string, quoted = false): void => {
    tokens.push({ kind, text: meaning, quoted, span: span(start, at) });
  };
  const unterminated = (start: number, what: string, end: number): void => {
    diagnostics.push({
      code: 'parse/unterminated',
      severity: 'error',
      message: `this ${what} is never closed`,
      span: span(start, Math.min(start + 1, text.length)),
    });
    at = end;
  };
  /** A quote without its partner: what it holds goes to the end of the line, or of the text. */
  const unclosed = (start: number, what: string, quote: string): void => {
    open ??= quote;
    const end = singleLine.has(quote) ? text.indexOf('\n', at) : -1;
    unterminated(start, what, end === -1 ? text.length : end);
  };

  /** Reads up to the closing quote; a doubled quote stands for itself. Null when it never comes. */
  const quotedBody = (quote: string): string | null => {
    let body = '';
    for (let i = at + 1; ;) {
      const end = text.indexOf(quote, i);
      if (end === -1) return null;
      const added = text.slice(i, end);
      if (singleLine.has(quote) && added.includes('\n')) return null;
      body += added;
      if (text[end + 1] !== quote) {
        at = end + 1;
        return body;
      }
      body += quote;
      i = end + 2;
    }
  };

  /** Digits, which single underscores may separate. */
  const digits = (digit: RegExp): void => {
    while (
      digit.test(text[at] ?? '') ||
      (text[at] === '_' && digit.test(text[at - 1] ?? '') && digit.test(text[at + 1] ?? ''))
    ) {
      at += 1;
    }
  };

  const number = (start: number): void => {
    if (text[at] === '0' && (text[at + 1] === 'x' || text[at + 1] === 'X')) {
      at += 2;
      digits(/[0-9a-fA-F]/);
    } else {
      digits(/[0-9]/);
      if (text[at] === '.') {
        at += 1;
        digits(/[0-9]/);
      }
      const exponent = /^[eE][+-]?(?=[0-9])/.exec(text.slice(at, at + 3));
      if (exponent !== null) {
        at += exponent[0].length;
        digits(/[0-9]/);
      }
    }
    if (isNamePart(text[at] ?? '')) {
      while (isNamePart(text[at] ?? '')) at += 1;
      diagnostics.push({
        code: 'parse/unexpected-character',
        severity: 'error',
        message: `\`${shortened(text.slice(start, at))}\` is neither a number nor a name`,
        span: span(start, at),
      });
    }
    push('number', start, text.slice(start, at));
  };

  while (at < text.length) {
    const start = at;
    const c = text.charAt(at);
    const next = text[at + 1] ?? '';
    if (isSpace(c)) {
      at += 1;
    } else if (c === '-' && next === '-') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end + 1;
    } else if (c === '/' && next === '*') {
      const end = text.indexOf('*/', at + 2);
      if (end === -1) unterminated(start, 'comment', text.length);
      else at = end + 2;
    } else if (c === "'" || ((c === 'x' || c === 'X') && next === "'")) {
      const blob = c !== "'";
      if (blob) at += 1;
      const body = quotedBody("'");
      if (body === null) unclosed(start, 'string', "'");
      else push(blob ? 'blob' : 'string', start, body);
    } else if (c === '"' || c === '`') {
      const body = quotedBody(c);
      if (body === null) unclosed(start, 'quoted name', c);
      else push('name', start, body, true);
    } else if (c === '[') {
      const lineEnd = singleLine.has('[') ? text.indexOf('\n', at) : -1;
      const end = (lineEnd === -1 ? text : text.slice(0, lineEnd)).indexOf(']', at);
      if (end === -1) unclosed(start, 'quoted name', '[');
      else {
        at = end + 1;
        push('name', start, text.slice(start + 1, end), true);
      }
    } else if (isDigit(c) || (c === '.' && isDigit(next))) {
      number(start);
    } else if (isNameStart(c)) {
      while (isNamePart(text[at] ?? '')) at += 1;
      push('name', start, text.slice(start, at));
    } else if ((c === ':' || c === '@' || c === '$') && isNamePart(next)) {
      at += 1;
      while (isNamePart(text[at] ?? '')) at += 1;
      push('parameter', start, text.slice(start, at));
    } else {
      const operator = OPERATORS.find((candidate) => text.startsWith(candidate, at));
      if (operator !== undefined) {
        at += operator.length;
        push('operator', start, operator);
      } else if (SINGLE.includes(c)) {
        at += 1;
        push(c === '?' ? 'parameter' : 'operator', start, c);
      } else {
        // What stands together was written together: one mistake.
        while (at < text.length && startsNoToken(text, at)) {
          at += String.fromCodePoint(text.codePointAt(at) ?? 0).length;
        }
        diagnostics.push({
          code: 'parse/unexpected-character',
          severity: 'error',
          message: `unexpected character${at - start > 1 ? 's' : ''} \`${shortened(text.slice(start, at))}\``,
          span: span(start, at),
        });
      }
    }
  }
  tokens.push({ kind: 'end', text: '', quoted: false, span: span(text.length, text.length) });
  return { tokens, diagnostics, open };
}
