import type { Span } from '../base/source.js';

/**
 * One token. `text` is the meaning: a name without its quotes, a string without its escapes.
 * Keywords are names; the parser decides by position which word is one.
 */
export interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'blob' | 'parameter' | 'operator' | 'end';
  readonly text: string;
  /** A quoted name is never a keyword. */
  readonly quoted: boolean;
  readonly span: Span;
}
