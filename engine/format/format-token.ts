import type { SourceFile } from '../base/source.js';
import { textOf } from '../base/source.js';
import { stripEnd } from '../base/strip.js';
import type { Token } from '../lang/token.js';
import type { Comment } from './doc.js';

/** A token of a text without mistakes, and the comments around it. */
export interface FormatToken {
  readonly kind: Token['kind'];
  /** As it is printed. */
  readonly text: string;
  /** An unquoted word of the grammar; false for names. */
  readonly isKeyword: boolean;
  readonly start: number;
  /** Comments on lines of their own before it. */
  readonly before: readonly Comment[];
  /** Comments on its line, behind it. */
  readonly after: readonly Comment[];
  readonly blankBefore: boolean;
}

/** Words of the grammar and of SQLite's, which are printed in lower case where they name nothing. */
const KEYWORDS = new Set(
  (
    'all and as asc between by case cast check collate constraint create cross current current_date current_time ' +
    'current_timestamp desc distinct else end escape except exclude exists false filter first following from full ' +
    'glob group groups having in indexed inner intersect is isnull join last left like limit match materialized ' +
    'maximize minimize natural no not notnull null nulls offset on or order others outer over partition preceding ' +
    'priority range recursive regexp right row rows select then ties true unbounded union using values view weight ' +
    'when where window with'
  ).split(' '),
);

/**
 * Tokens with their comments, ended by one of kind `end`. Semicolons of empty statements are left out and the
 * last statement has one. `names` are the offsets of names in the text.
 */
export function formatTokens(
  source: SourceFile,
  tokens: readonly Token[],
  names: ReadonlySet<number>,
): FormatToken[] {
  const made: FormatToken[] = [];
  let from = 0;
  for (const token of tokens) {
    const { start, end } = token.span;
    const previous = made.at(-1);
    const isStray = token.text === ';' && token.kind === 'operator' && (previous?.text ?? ';') === ';';
    if (isStray) continue;
    if (token.kind === 'end' && previous !== undefined && previous.text !== ';') {
      made.push({
        kind: 'operator',
        text: ';',
        isKeyword: false,
        start,
        before: [],
        after: [],
        blankBefore: false,
      });
      takeOver(made);
    }
    const { comments, blankBefore } = commentsBetween(source.text, from, start);
    const own = comments.filter(({ place }) => place === 'own');
    const last = made.at(-1);
    if (last !== undefined) {
      made[made.length - 1] = {
        ...last,
        after: [...last.after, ...comments.filter(({ place }) => place !== 'own')],
      };
    }
    const isKeyword =
      token.kind === 'name' && !token.quoted && !names.has(start) && KEYWORDS.has(token.text.toLowerCase());
    const text = isKeyword ? token.text.toLowerCase() : textOf(token.span);
    made.push({ kind: token.kind, text, isKeyword, start, before: own, after: [], blankBefore });
    takeOver(made);
    from = end;
  }
  return made;
}

/** What ends its line before a comma or semicolon stands behind that instead. */
function takeOver(made: FormatToken[]): void {
  const [previous, last] = made.slice(-2);
  if (previous === undefined || last === undefined) return;
  if (last.kind !== 'operator' || !',;'.includes(last.text) || last.before.length > 0) return;
  const moved = previous.after.filter(({ place }) => place === 'trailing');
  if (moved.length === 0) return;
  const kept = previous.after.slice(
    0,
    previous.after.findIndex(({ place }) => place === 'trailing'),
  );
  made[made.length - 2] = { ...previous, after: kept };
  made[made.length - 1] = { ...last, after: previous.after.slice(kept.length) };
}

/** Comments between two tokens, and whether a blank line stands before the second. */
function commentsBetween(
  text: string,
  start: number,
  end: number,
): { comments: Comment[]; blankBefore: boolean } {
  const comments: Comment[] = [];
  // What begins the file begins a line.
  let lineEnds = start === 0 ? 1 : 0;
  for (let at = start; at < end;) {
    const isLine = text.startsWith('--', at);
    if (!isLine && !text.startsWith('/*', at)) {
      if (text[at] === '\n') lineEnds += 1;
      at += 1;
      continue;
    }
    const close = isLine ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 2;
    const stop = close === -1 ? end : close;
    const content = stripEnd(text.slice(at, stop), ' \t\r');
    const previous = comments.at(-1)?.place;
    const place =
      lineEnds > 0 || previous === 'own'
        ? 'own'
        : isLine || previous === 'trailing' || content.includes('\n')
          ? 'trailing'
          : 'inline';
    comments.push({ text: content, place, blankBefore: lineEnds > 1 });
    lineEnds = 0;
    at = stop;
  }
  return { comments, blankBefore: lineEnds > 1 };
}
