import { must } from '../base/assert.js';
import type { Span } from '../base/source.js';
import type { Doc } from './doc.js';
import { commentDoc, concat, group, hardLine, indent, nothing, softLine, space, text } from './doc.js';
import type { FormatToken } from './format-token.js';

/** A part of a run of tokens that is laid out by a rule of its own. */
export interface Part {
  readonly span: Span;
  readonly layout: () => Doc;
}

/** Turns tokens into documents from left to right; each token once, with its comments. */
export class TokenCursor {
  private at = 0;

  constructor(private readonly tokens: readonly FormatToken[]) {}

  /** Index of the token that comes next. */
  get index(): number {
    return this.at;
  }

  peek(ahead = 0): FormatToken {
    return this.peekAt(this.at + ahead);
  }

  isWord(word: string, ahead = 0): boolean {
    const { isKeyword, text: own } = this.peek(ahead);
    return isKeyword && own === word;
  }

  isOperator(operator: string, ahead = 0): boolean {
    const { kind, text: own } = this.peek(ahead);
    return kind === 'operator' && own === operator;
  }

  /** Index of the first token at or behind an offset of the text. */
  indexAt(offset: number): number {
    let low = this.at;
    let high = this.tokens.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.peekAt(middle).start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private peekAt(index: number): FormatToken {
    return must(this.tokens[index], 'a token');
  }

  /** The next token, whose comments before it somebody else has printed. */
  nextWithoutBefore(): Doc {
    const { text: own, after } = this.peek();
    this.at += 1;
    return concat(text(own), ...after.map(commentDoc));
  }

  /** The next token. */
  next(): Doc {
    const { before, text: own, after } = this.peek();
    this.at += 1;
    if (before.length === 0 && after.length === 0) return text(own);
    return concat(...before.map(commentDoc), text(own), ...after.map(commentDoc));
  }

  /** What stands between the token read last and the next one where no line may end. */
  gap(): Doc {
    const last = this.peek(-1);
    const next = this.peek();
    if (last.kind === 'operator' && (last.text === '(' || last.text === '.')) return nothing;
    if (next.kind !== 'operator') return space;
    // Nothing stands between a function, or a common table, and its parenthesis.
    if (next.text === '(')
      return last.kind === 'name' && (!last.isKeyword || last.text === 'cast') ? nothing : space;
    return [')', ',', '.', ';'].includes(next.text) ? nothing : space;
  }

  /** All tokens up to an index, with parts that are laid out by rules of their own. */
  run(end: number, parts: readonly (Part | null)[] = []): Doc {
    const found: Doc[] = [];
    for (const part of parts) {
      if (part === null) continue;
      const start = this.indexAt(part.span.start);
      while (this.at < start) found.push(...this.spaced(found, () => this.next()));
      found.push(...this.spaced(found, part.layout));
    }
    while (this.at < end) found.push(...this.spaced(found, () => this.next()));
    return concat(...found);
  }

  private spaced(before: readonly Doc[], layout: () => Doc): Doc[] {
    return before.length === 0 ? [layout()] : [this.gap(), layout()];
  }

  /** What stands in parentheses: on one line, or on lines of its own behind the opening one unless that is hugged. */
  brackets(inside: () => Doc, isHugged = false): Doc {
    const open = this.next();
    return this.closed(isHugged ? concat(open, inside()) : concat(open, indent(softLine, inside())));
  }

  /**
   * What was opened and the parenthesis that closes it, on a line of its own where a comment would stand between.
   * Comments behind it do not break what it closes.
   */
  closed(opened: Doc): Doc {
    const { before, text: own, after } = this.peek();
    this.at += 1;
    const comments = indent(...before.flatMap((comment) => [hardLine, commentDoc(comment)]));
    const close = opened.ends || before.length > 0 ? concat(comments, hardLine) : nothing;
    return concat(group(opened, close, text(own)), ...after.map(commentDoc));
  }
}
