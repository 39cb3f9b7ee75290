/** A comment as it stands in the text. */
export interface Comment {
  /** Without space at its end. */
  readonly text: string;
  /**
   * `own`: it begins its line. `inline`: a block comment of one line behind a token.
   * `trailing`: any other behind a token; nothing can follow it on its line.
   */
  readonly place: 'own' | 'inline' | 'trailing';
  /** A blank line stands before it. */
  readonly blankBefore: boolean;
}

/**
 * Text with places where it may be broken. A group stands on one line if it fits, else all its own lines are broken.
 * `width` is that of the text on one line; `forced` says that it cannot stand on one;
 * `ends` says that it ends with a comment behind which a line must end.
 */
export type Doc = DocShape & { readonly width: number; readonly forced: boolean; readonly ends: boolean };

type DocShape =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'comment'; readonly comment: Comment }
  /** A line end where the group is broken; else `flat`. */
  | { readonly kind: 'line'; readonly flat: ' ' | '' }
  | { readonly kind: 'concat'; readonly parts: readonly Doc[] }
  | { readonly kind: 'group' | 'indent'; readonly content: Doc }
  /** A space where what comes next fits behind it, else a line end. */
  | { readonly kind: 'fillLine'; readonly next: Doc };

const plain = { forced: false, ends: false };

export const text = (content: string): Doc => ({
  kind: 'text',
  text: content,
  width: content.length,
  ...plain,
});

export const nothing: Doc = text('');
export const space: Doc = text(' ');
/** A space, or a line end where the group is broken. */
export const line: Doc = { kind: 'line', flat: ' ', width: 1, ...plain };
/** Nothing, or a line end where the group is broken. */
export const softLine: Doc = { kind: 'line', flat: '', width: 0, ...plain };
/** A line end. */
export const hardLine: Doc = { kind: 'line', flat: ' ', width: 0, forced: true, ends: false };

export function commentDoc(comment: Comment): Doc {
  const { place } = comment;
  const width = place === 'inline' ? comment.text.length + 1 : 0;
  return { kind: 'comment', comment, width, forced: place === 'own', ends: place === 'trailing' };
}

function sum(parts: readonly Doc[]): { width: number; forced: boolean; ends: boolean } {
  let width = 0;
  let forced = false;
  let ends = false;
  for (const part of parts) {
    if (part === nothing) continue;
    // Something follows a comment that ends its line.
    forced ||= part.forced || ends;
    width += part.width;
    ends = part.ends;
  }
  return { width, forced, ends };
}

export const concat = (...parts: readonly Doc[]): Doc => ({ kind: 'concat', parts, ...sum(parts) });

export function group(...parts: readonly Doc[]): Doc {
  const content = concat(...parts);
  return { ...content, kind: 'group', content };
}

/** Lines that begin inside stand further to the right. */
export function indent(...parts: readonly Doc[]): Doc {
  const content = concat(...parts);
  return { ...content, kind: 'indent', content };
}

/** As many items on each line as fit, a space between them. */
export function fill(items: readonly Doc[]): Doc {
  const before = (next: Doc): Doc => ({ kind: 'fillLine', next, width: 1, ...plain });
  return concat(...items.flatMap((item, i) => (i === 0 ? [item] : [before(item), item])));
}

/** The parts with a separator between them. */
export function joined(parts: readonly Doc[], separator: Doc): Doc {
  return concat(...parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part])));
}
