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

/** Tokens of a text, always ended by one of kind `end`. Whatever cannot be read is reported and skipped. */
export function tokenize(source: SourceFile): { tokens: Token[]; diagnostics: Diagnostic[] } {
  const { text } = source;
  const tokens: Token[] = [];
  const diagnostics: Diagnostic[] = [];
  let at = 0;

  const span = (start: number, end: number): Span => ({ source, start, end });
  const push = (kind: Token['kind'], start: number, meaning: string, quoted = false): void => {
    tokens.push({ kind, text: meaning, quoted, span: span(start, at) });
  };
  const unterminated = (start: number, what: string): void => {
    diagnostics.push({
      code: 'parse/unterminated',
      severity: 'error',
      message: `this ${what} is never closed`,
      span: span(start, Math.min(start + 1, text.length)),
    });
    at = text.length;
  };

  /** Reads up to the closing quote; a doubled quote stands for itself. Null when it never comes. */
  const quotedBody = (quote: string): string | null => {
    let body = '';
    for (let i = at + 1; ;) {
      const end = text.indexOf(quote, i);
      if (end === -1) return null;
      body += text.slice(i, end);
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
        message: `\`${text.slice(start, at)}\` is neither a number nor a name`,
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
      if (end === -1) unterminated(start, 'comment');
      else at = end + 2;
    } else if (c === "'" || ((c === 'x' || c === 'X') && next === "'")) {
      const blob = c !== "'";
      if (blob) at += 1;
      const body = quotedBody("'");
      if (body === null) unterminated(start, 'string');
      else push(blob ? 'blob' : 'string', start, body);
    } else if (c === '"' || c === '`') {
      const body = quotedBody(c);
      if (body === null) unterminated(start, 'quoted name');
      else push('name', start, body, true);
    } else if (c === '[') {
      const end = text.indexOf(']', at);
      if (end === -1) unterminated(start, 'quoted name');
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
        at += String.fromCodePoint(text.codePointAt(at) ?? 0).length;
        diagnostics.push({
          code: 'parse/unexpected-character',
          severity: 'error',
          message: `unexpected character \`${text.slice(start, at)}\``,
          span: span(start, at),
        });
      }
    }
  }
  tokens.push({ kind: 'end', text: '', quoted: false, span: span(text.length, text.length) });
  return { tokens, diagnostics };
}
