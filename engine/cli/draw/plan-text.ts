import { displayWidth, safeText } from '../render/width.js';
import type { FloorPlan, PlanFifo, PlanTile } from './floor-plan.js';
import { shareText, shortName, tileAt } from './floor-plan.js';

export interface TextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** False: nothing but ASCII. */
  readonly unicode: boolean;
}

interface Strokes {
  readonly across: string;
  readonly down: string;
  readonly cross: string;
  readonly sharedAcross: string;
  readonly sharedDown: string;
  readonly arrow: string;
}

const ASCII: Strokes = {
  across: '-',
  down: '|',
  cross: '+',
  sharedAcross: '=',
  sharedDown: '#',
  arrow: '->',
};
const UNICODE: Strokes = {
  across: '─',
  down: '│',
  cross: '┼',
  sharedAcross: '═',
  sharedDown: '║',
  arrow: '→',
};

/** Room on the left for the row's number and kind. */
const MARGIN = 7;
const MOST_CELL = 24;
const LEAST_CELL = 8;

/** A device as a grid of text, the shim row below, and its fifos as a list. */
export function planText(plan: FloorPlan, { width, unicode }: TextOptions): string {
  const strokes = unicode ? UNICODE : ASCII;
  // Devices wider than the terminal are drawn in bands of columns.
  const perBand = Math.max(1, Math.floor((width - MARGIN - 1) / (LEAST_CELL + 1)));
  const bands: string[] = [];
  for (let from = 0; from < plan.columns; from += perBand) {
    const to = Math.min(plan.columns, from + perBand);
    if (plan.columns > perBand && !isUsed(plan, from, to)) continue;
    bands.push(band(plan, from, to, strokes, width));
  }
  return `${headline(plan)}\n${bands.join('\n')}\n${legend(strokes)}\n${fifoList(plan, strokes, width)}`;
}

const isUsed = ({ tiles }: FloorPlan, from: number, to: number): boolean =>
  tiles.some(({ col, parts }) => col >= from && col < to && parts.length > 0);

function headline({ device, designs, tiles, fifos }: FloorPlan): string {
  const used = (kind: PlanTile['kind']): string => {
    const all = tiles.filter((tile) => tile.kind === kind);
    return `${all.filter(({ parts }) => parts.length > 0).length} of ${all.length} ${kind}`;
  };
  const shared = fifos.filter(({ way }) => way === 'shared').length;
  const dma = fifos.filter(({ way }) => way === 'dma').length;
  return (
    `${designs.map(safeText).join(', ')} on ${device}: ${used('core')}, ${used('mem')}, ${used('shim')} tiles; ` +
    `${dma} fifos by DMA, ${shared} in shared memory\n`
  );
}

function band(plan: FloorPlan, from: number, to: number, strokes: Strokes, width: number): string {
  const count = to - from;
  const cell = Math.min(MOST_CELL, Math.floor((width - MARGIN - 1 - count) / count));
  const lines: string[] = [];
  const columns = Array.from({ length: count }, (_one, i) => from + i);
  lines.push(`${' '.repeat(MARGIN)} ${columns.map((col) => columnLabel(col, cell).padEnd(cell)).join(' ')}`);
  for (let row = plan.rows - 1; row >= 0; row -= 1) {
    lines.push(border(plan, columns, row, cell, strokes));
    lines.push(...tileRow(plan, columns, row, cell, strokes));
  }
  lines.push(border(plan, columns, -1, cell, strokes));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

const columnLabel = (col: number, cell: number): string =>
  `column ${col}`.length > cell ? `col ${col}` : `column ${col}`;

/** The line above the tiles of a row, thick in the middle where memory is shared across it. */
function border(
  plan: FloorPlan,
  columns: readonly number[],
  row: number,
  cell: number,
  { across, cross, sharedDown }: Strokes,
): string {
  const segments = columns.map((col) => {
    const marks = sharedBetween(plan, [col, row], [col, row + 1]) ? sharedDown.repeat(4) : '';
    const left = Math.floor((cell - marks.length) / 2);
    return `${across.repeat(left)}${marks}${across.repeat(cell - marks.length - left)}`;
  });
  return `${' '.repeat(MARGIN)}${cross}${segments.join(cross)}${cross}`;
}

function tileRow(
  plan: FloorPlan,
  columns: readonly number[],
  row: number,
  cell: number,
  { down, sharedAcross }: Strokes,
): readonly string[] {
  const cells = columns.map((col) => cellLines(tileAt(plan, col, row), cell - 1));
  const height = Math.max(2, ...cells.map((lines) => lines.length));
  const kind = tileAt(plan, columns[0] ?? 0, row)?.kind ?? '';
  return Array.from({ length: height }, (_one, i) => {
    const label = i === 0 ? `${String(row).padStart(2)} ${kind}` : '';
    const parts = columns.map((col, at) => {
      const isShared = i === 0 && sharedBetween(plan, [col, row], [col + 1, row]);
      const text = cells[at]?.[i] ?? '';
      return ` ${text}${' '.repeat(Math.max(0, cell - 1 - displayWidth(text)))}${isShared ? sharedAcross : down}`;
    });
    return `${label.padEnd(MARGIN)}${down}${parts.join('')}`;
  });
}

/** What a tile holds, then what it takes, in as many lines as its names need. */
function cellLines(tile: PlanTile | undefined, width: number): readonly string[] {
  if (tile === undefined) return [];
  if (!tile.usable) return ['(none)'];
  if (tile.parts.length === 0) return [];
  const names = wrap(
    tile.parts.map((part) => safeText(shortName(part))),
    width,
  );
  const { s2mm, mm2s, descriptors, bytes } = tile.use;
  const channels = `${s2mm.used}>${mm2s.used}`;
  const bds = `bd${descriptors.used}`;
  const memory = bytes.limit === 0 ? '' : shareText(bytes);
  return [
    ...names,
    ...wrap(
      [channels, bds, memory].filter((one) => one !== ''),
      width,
    ),
  ];
}

/** Most lines of names in one tile. */
const MOST_NAME_LINES = 4;

/** Words on lines, a blank between; what is too long is cut, what is too much is counted. */
function wrap(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const [i, word] of words.entries()) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else if (lines.length === MOST_NAME_LINES) {
      lines[lines.length - 1] = fit(`+${words.length - i + 1} more`, width);
      break;
    } else lines.push(fit(word, width));
  }
  return lines;
}

function fit(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return `${Array.from(text)
    .slice(0, Math.max(1, width - 1))
    .join('')}~`;
}

function sharedBetween(
  { fifos }: FloorPlan,
  a: readonly [number, number],
  b: readonly [number, number],
): boolean {
  return fifos.some(({ way, producer, consumers }) => {
    const ends = [producer, ...consumers].map(({ col, row }) => `${col},${row}`);
    return way === 'shared' && ends.includes(a.join()) && ends.includes(b.join());
  });
}

const legend = ({ sharedAcross, sharedDown }: Strokes): string =>
  `2>1: DMA channels in and out; bd: buffer descriptors; %: data memory in use\n` +
  `${sharedAcross} ${sharedDown}: neighbours share memory\n`;

function fifoList({ fifos, designs }: FloorPlan, { arrow }: Strokes, width: number): string {
  const nameOf = ({ design, name }: PlanFifo): string =>
    safeText(designs.length > 1 ? `${design}/${name}` : name);
  const widest = Math.min(24, Math.max(0, ...fifos.map((fifo) => displayWidth(nameOf(fifo)))));
  const place = ({ col, row }: { col: number; row: number }): string => `(${col},${row})`;
  const size = Math.max(0, ...fifos.map(({ objectBytes }) => String(objectBytes).length));
  const lines = fifos.flatMap((fifo) => {
    const { producer, consumers, way, objectBytes, memory } = fifo;
    const how = memory !== null ? `shared in (${memory.join(',')})` : way === 'dma' ? 'DMA' : 'local';
    const name = fit(nameOf(fifo), widest);
    const head = `${name}${' '.repeat(widest - displayWidth(name))}  ${how.padEnd(15)} ${String(objectBytes).padStart(size)} B  ${place(producer)} ${arrow} `;
    const room = Math.max(8, width - displayWidth(head));
    return fill(consumers.map(place), room).map(
      (words, i) => `${i === 0 ? head : ' '.repeat(displayWidth(head))}${words}`,
    );
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Words on as many lines as they need. */
function fill(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
