import type { Span } from '../../base/source.js';
import { lineText, positionAt } from '../../base/source.js';
import { characterWidth, isHarmful } from './width.js';

const TAB = 4;
/** Lines longer than this, in columns of a terminal, are cut around the place. */
const LONGEST = 160;
/** How much of a cut line is kept in front of the place. */
const BEFORE = 60;

/** The line of a span as a terminal shows it. */
export interface Excerpt {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** Columns of the terminal before the first caret. */
  readonly indent: number;
  /** Carets, at least one. */
  readonly width: number;
  /** The last line of the span, where that is another one. */
  readonly endLine: number | null;
}

/** Per UTF-16 unit of a line: what is shown for it and at which column. */
function layOut(line: string): { shown: string[]; columns: number[] } {
  const shown: string[] = [];
  const columns: number[] = [];
  let column = 0;
  for (const character of line) {
    let text = character;
    let width = characterWidth(character);
    if (character === '\t') {
      width = TAB - (column % TAB);
      text = ' '.repeat(width);
    } else if (isHarmful(character)) {
      text = '\ufffd';
      width = 1;
    }
    for (let unit = 0; unit < character.length; unit += 1) {
      shown.push(unit === 0 ? text : '');
      columns.push(column);
    }
    column += width;
  }
  columns.push(column);
  return { shown, columns };
}

/** The first line of a span, with tabs spread and wide characters counted, so that carets stand under the place. */
export function excerptOf(span: Span): Excerpt {
  const start = positionAt(span.source, span.start);
  const end = positionAt(span.source, span.end);
  const line = lineText(span.source, start.line);
  const { shown, columns } = layOut(line);
  const columnOf = (unit: number): number => columns[Math.min(unit, line.length)] ?? 0;
  const first = columnOf(start.col - 1);
  const last = end.line === start.line ? columnOf(end.col - 1) : columnOf(line.length);
  const common = { line: start.line, endLine: end.line === start.line ? null : end.line };
  if (columnOf(line.length) <= LONGEST) {
    return { ...common, text: shown.join(''), indent: first, width: Math.max(1, last - first) };
  }
  const left = columns.findIndex((column) => column >= first - BEFORE);
  const offset = columnOf(left);
  const kept = shown.filter((_text, unit) => unit >= left && columnOf(unit + 1) - offset <= LONGEST);
  const cutLeft = left > 0 ? '…' : '';
  const cutRight = left + kept.length < line.length ? '…' : '';
  const indent = first - offset + cutLeft.length;
  const width = Math.max(1, Math.min(last - first, LONGEST - indent));
  return { ...common, text: `${cutLeft}${kept.join('')}${cutRight}`, indent, width };
}
