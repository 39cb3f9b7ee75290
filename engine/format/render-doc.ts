import type { Doc } from './doc.js';
import { Page } from './page.js';

/** Columns of a line. */
const WIDTH = 110;
const STEP = 2;

interface Command {
  readonly doc: Doc;
  readonly indent: number;
  readonly broken: boolean;
}

/** Lines of a document, none of them wider than 110 columns where there is a place to break it. */
export function renderDoc(doc: Doc): string[] {
  const page = new Page();
  const stack: Command[] = [{ doc, indent: 0, broken: true }];
  const fits = (part: Doc, more: number): boolean => {
    const room = WIDTH - page.column - more;
    return !part.forced && part.width <= room && part.width + widthAhead(stack, room) <= room;
  };
  for (let command = stack.pop(); command !== undefined; command = stack.pop()) {
    const { doc: part, indent, broken } = command;
    switch (part.kind) {
      case 'text':
        page.write(part.text);
        break;
      case 'comment':
        page.comment(part.comment);
        break;
      case 'line':
        // Behind a comment that ends its line nothing can be flat.
        if (broken || part.forced || page.mustEnd) page.newLine(indent);
        else page.write(part.flat);
        break;
      case 'fillLine': {
        // What comes next stands on the stack; it is looked at here, and must not be counted twice.
        const next = stack.pop();
        if (page.mustEnd || !fits(part.next, 1)) page.newLine(indent);
        else page.write(' ');
        if (next !== undefined) stack.push(next);
        break;
      }
      case 'concat':
        for (const inner of part.parts.toReversed()) stack.push({ doc: inner, indent, broken });
        break;
      case 'indent':
        stack.push({ doc: part.content, indent: indent + STEP, broken });
        break;
      case 'group':
        stack.push({ doc: part.content, indent, broken: !fits(part, 0) });
        break;
    }
  }
  return page.end();
}

/** Columns of what must stand on the same line as what was taken off the stack last; exact up to `most`. */
function widthAhead(stack: readonly Command[], most: number): number {
  let width = 0;
  for (let i = stack.length - 1; i >= 0 && width <= most; i -= 1) {
    const command = stack[i];
    if (command === undefined) break;
    const { columns, ends } = upToLine(command.doc, command.broken, most - width);
    width += columns;
    if (ends) break;
  }
  return width;
}

/** Columns up to the first place where a line may end. */
function upToLine(doc: Doc, broken: boolean, most: number): { columns: number; ends: boolean } {
  switch (doc.kind) {
    case 'text':
      return { columns: doc.width, ends: false };
    case 'comment':
      return { columns: doc.width, ends: doc.ends };
    case 'line':
      return broken || doc.forced ? { columns: 0, ends: true } : { columns: doc.width, ends: false };
    case 'fillLine':
      return { columns: 0, ends: true };
    case 'group':
    case 'indent':
      return upToLine(doc.content, broken, most);
    case 'concat': {
      let columns = 0;
      for (const part of doc.parts) {
        const found = upToLine(part, broken, most - columns);
        columns += found.columns;
        if (found.ends || columns > most) return { columns, ends: true };
      }
      return { columns, ends: false };
    }
  }
}
