import type { Span } from '../base/source.js';
import type { BoundAggregate } from './bound.js';

/**
 * SQL text as the user wrote it, except where a name had to be replaced: columns are addressed through
 * the alias of their row source, so that views can be unfolded and selects nested without capture.
 */
export type FragmentPart =
  | string
  /** A column of a row source of this policy. */
  | { readonly kind: 'column'; readonly item: number; readonly column: string }
  /** An aggregate over the rows of the enclosing group; rendered by whoever knows the guard. */
  | { readonly kind: 'aggregate'; readonly aggregate: BoundAggregate };

export type Fragment = readonly FragmentPart[];

/** Quotes an identifier for SQLite. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The alias under which a row source appears in generated SQL. */
export const aliasOf = (item: number): string => `r${item}`;

/** Text of a fragment. Without `part`, columns become `rN."name"` and aggregates must not occur. */
export function render(
  fragment: Fragment,
  part: (part: Exclude<FragmentPart, string>) => string = renderColumn,
): string {
  return fragment.map((piece) => (typeof piece === 'string' ? piece : part(piece))).join('');
}

export function renderColumn(part: Exclude<FragmentPart, string>): string {
  if (part.kind === 'aggregate') throw new TypeError('an aggregate has no meaning outside its group');
  return `${aliasOf(part.item)}.${quoteName(part.column)}`;
}

/** The text of `span` with some inner spans replaced. Replacements must not overlap; they may come in any order. */
export function splice(
  span: Span,
  replacements: readonly { readonly span: Span; readonly by: Fragment }[],
): Fragment {
  const parts: FragmentPart[] = [];
  // One string for neighbouring ones: a long expression keeps the text of every part of it.
  const push = (part: FragmentPart): void => {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  const written = (start: number, end: number): string =>
    withoutLineComments(span.source.text.slice(start, end));
  let at = span.start;
  for (const { span: hole, by } of [...replacements].sort((a, b) => a.span.start - b.span.start)) {
    // The hole may have held its own parentheses, as in `not(x)`: what takes its place must not touch a word.
    push(`${written(at, hole.start)} `);
    for (const part of by) push(part);
    push(' ');
    at = hole.end;
  }
  push(written(at, span.end));
  return parts;
}

/** `--` comments would swallow what generated SQL puts behind them. */
function withoutLineComments(text: string): string {
  return text.includes('--') ? stripLineComments(text) : text;
}

function stripLineComments(text: string): string {
  return text.replace(
    /('(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|\/\*[^]*?\*\/)|--[^\n]*/g,
    (_match, quoted: string | undefined) => quoted ?? ' ',
  );
}

/** Joins fragments with a separator between them. */
export function joined(fragments: readonly Fragment[], separator: string): Fragment {
  return fragments.flatMap((fragment, i) => (i === 0 ? fragment : [separator, ...fragment]));
}

export const parenthesised = (fragment: Fragment): Fragment => ['(', ...fragment, ')'];

/** Row sources that a fragment reads. */
export function itemsOf(fragment: Fragment): Set<number> {
  const items = new Set<number>();
  for (const part of fragment) {
    if (typeof part === 'string') continue;
    if (part.kind === 'column') items.add(part.item);
    else for (const item of itemsOf(part.aggregate.sql)) items.add(item);
  }
  return items;
}
