import { must } from '../base/assert.js';
import type { SourceFile, Span } from '../base/source.js';
import type { Token } from './token.js';

/** Kinds of tokens as numbers. */
export const KIND = {
  name: 0,
  quotedName: 1,
  string: 2,
  number: 3,
  blob: 4,
  parameter: 5,
  operator: 6,
  end: 7,
} as const;

export type KindNumber = (typeof KIND)[keyof typeof KIND];

const NAMES = ['name', 'name', 'string', 'number', 'blob', 'parameter', 'operator', 'end'] as const;

/**
 * All tokens of a text, ended by one of kind `end`, in columns: long texts have hundreds of thousands, and as objects
 * they would cost more than all else that reading takes.
 */
export class TokenTable {
  /** Number of tokens. */
  length = 0;
  private kinds: Uint8Array;
  private starts: Int32Array;
  private ends: Int32Array;
  /** Operators, and keywords in lower case; '' for the rest. */
  private readonly symbols: string[] = [];

  constructor(readonly source: SourceFile) {
    const capacity = 16 + (source.text.length >> 2);
    this.kinds = new Uint8Array(capacity);
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
  }

  push(kind: KindNumber, start: number, end: number, symbol = ''): void {
    if (this.length === this.kinds.length) this.grow();
    this.kinds[this.length] = kind;
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.symbols.push(symbol);
    this.length += 1;
  }

  private grow(): void {
    const { kinds, starts, ends } = this;
    this.kinds = new Uint8Array(kinds.length * 2);
    this.starts = new Int32Array(kinds.length * 2);
    this.ends = new Int32Array(kinds.length * 2);
    this.kinds.set(kinds);
    this.starts.set(starts);
    this.ends.set(ends);
  }

  kind(index: number): KindNumber {
    return (this.kinds[index] ?? KIND.end) as KindNumber;
  }

  /** The operator, the keyword in lower case, or ''. */
  symbol(index: number): string {
    return this.symbols[index] ?? '';
  }

  start(index: number): number {
    return must(this.starts[index], 'a token');
  }

  end(index: number): number {
    return must(this.ends[index], 'a token');
  }

  span(index: number): Span {
    return { source: this.source, start: this.start(index), end: this.end(index) };
  }

  /** What a token means: a name without its quotes, a string without its escapes. */
  text(index: number): string {
    const { text } = this.source;
    const start = this.start(index);
    const end = this.end(index);
    switch (this.kind(index)) {
      case KIND.quotedName: {
        const inside = text.slice(start + 1, end - 1);
        const quote = text.charAt(start);
        return quote === '[' ? inside : inside.replaceAll(quote + quote, quote);
      }
      case KIND.string:
        return text.slice(start + 1, end - 1).replaceAll("''", "'");
      case KIND.blob:
        return text.slice(start + 2, end - 1).replaceAll("''", "'");
      default:
        return text.slice(start, end);
    }
  }

  token(index: number): Token {
    const kind = this.kind(index);
    return {
      kind: NAMES[kind],
      text: this.text(index),
      quoted: kind === KIND.quotedName,
      span: this.span(index),
    };
  }
}
