import type { SourceFile, Span } from '../base/source.js';
import { positionAt } from '../base/source.js';
import { tokenize } from './lexer.js';

/** A comment of a text, its marks included. */
export interface Comment {
  readonly text: string;
  readonly span: Span;
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** True where a token stands before it on its line. */
  readonly trailing: boolean;
}

/** All comments of a text, in order. A comment without an end is none. */
export function commentsOf(source: SourceFile): Comment[] {
  const comments: Comment[] = [];
  let end = 0;
  let line = 0;
  for (const { span } of tokenize(source).tokens) {
    const gap = source.text.slice(end, span.start);
    for (const match of gap.matchAll(/--[^\n]*|\/\*[^]*?\*\//g)) {
      const start = end + match.index;
      const text = match[0].trimEnd();
      const own = positionAt(source, start).line;
      comments.push({
        text,
        span: { source, start, end: start + text.length },
        line: own,
        trailing: own === line,
      });
    }
    end = span.end;
    line = positionAt(source, Math.max(0, span.end - 1)).line;
  }
  return comments;
}
