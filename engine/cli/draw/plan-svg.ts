import type { SvgText } from '../../report/svg.js';
import { svgElement, svgText } from '../../report/svg.js';
import { displayWidth } from '../render/width.js';
import type { FloorPlan, PlanFifo, PlanTile, Used } from './floor-plan.js';
import { shareText, shortName } from './floor-plan.js';
import type { Layout, Point } from './route-fifos.js';
import { layOut } from './route-fifos.js';

/** Colours of pages where the drawing stands alone; in a report those of the report hold. */
const ALONE =
  '--ground:#ffffff;--panel:#f6f7f9;--ink:#1b1f24;--faint:#57606a;--line:#d7dce1;' +
  '--s0:#0a6cb8;--s1:#c8500a;--s2:#0b8a64;--s3:#a3478f;--s4:#8a6a00;--s5:#3a9bd6;--s6:#5b4bb0;--s7:#4b5560';

const FONT = 'system-ui, -apple-system, Segoe UI, sans-serif';

/** Where a shared memory is drawn, and nothing else. */
const SHARED = 'var(--s1)';
/** Colours of fifos that go through DMA. */
const WIRES = ['--s0', '--s2', '--s3', '--s4', '--s5', '--s6'] as const;

/** A device as a drawing: tiles with what they hold and take, fifos as lines, shared memory as bridges. */
export function planSvg(plan: FloorPlan, { standalone }: { readonly standalone: boolean }): SvgText {
  const layout = layOut(plan);
  const { width, height } = layout;
  const colorOf = new Map(
    layout.routes.map(({ fifo }, i) => [fifo, `var(${WIRES[i % WIRES.length] ?? '--s0'})`]),
  );
  const ground = svgElement('rect', { width, height, fill: 'var(--ground)' });
  return svgElement(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
      style: standalone ? ALONE : null,
      'font-family': FONT,
    },
    svgElement('title', {}, svgText(`${plan.designs.join(', ')} on ${plan.device}`)),
    ...(standalone ? [ground] : []),
    ...axisLabels(layout),
    ...layout.routes.map(({ fifo, lines }) => wire(fifo, lines, colorOf.get(fifo) ?? 'var(--ink)')),
    ...plan.fifos.filter(({ way }) => way === 'shared').map((fifo) => bridge(fifo, layout)),
    ...plan.tiles.filter(({ col }) => layout.x[col] !== undefined).map((tile) => tileBox(tile, layout)),
    ...layout.routes.flatMap(({ fifo, lines }) =>
      lines.map((points) => arrowHead(points, colorOf.get(fifo) ?? 'var(--ink)')),
    ),
    ...legend(layout),
  );
}

function text(
  x: number,
  y: number,
  content: string,
  more: Readonly<Record<string, string | number | null>> = {},
): SvgText {
  return svgElement('text', { x, y, 'font-size': 11, fill: 'var(--ink)', ...more }, svgText(content));
}

function axisLabels({ x, y, tileWidth, tileHeight }: Layout): readonly SvgText[] {
  const label = { 'text-anchor': 'middle', fill: 'var(--faint)', 'font-size': 11 };
  return [
    // Columns that are not shown are holes in the list.
    ...Object.entries(x).map(([col, left]) => text(left + tileWidth / 2, 22, `column ${col}`, label)),
    ...y.map((top, row) => {
      const middle = top + tileHeight / 2;
      return text(18, middle, `row ${row}`, { ...label, transform: `rotate(-90 18 ${middle})` });
    }),
  ];
}

const titleOf = (fifo: PlanFifo): string => {
  const place = ({ part, col, row }: PlanFifo['producer']): string => `${part} (${col},${row})`;
  const how = fifo.way === 'shared' ? `shared memory of (${fifo.memory?.join(',') ?? ''})` : 'DMA';
  const route = `${place(fifo.producer)} to ${fifo.consumers.map(place).join(', ')}`;
  return `${fifo.name}: ${route}; ${fifo.objectBytes} bytes; ${how}`;
};

function wire(fifo: PlanFifo, lines: readonly (readonly Point[])[], color: string): SvgText {
  const style = { fill: 'none', stroke: color, 'stroke-width': 1.6, 'stroke-linejoin': 'round' };
  return svgElement(
    'g',
    {},
    svgElement('title', {}, svgText(titleOf(fifo))),
    ...lines.map((points) => svgElement('path', { d: rounded(points, 5), ...style })),
    // Where the producer is.
    svgElement('circle', { cx: lines[0]?.[0]?.[0] ?? 0, cy: lines[0]?.[0]?.[1] ?? 0, r: 2.6, fill: color }),
  );
}

/** A path through points with its corners rounded. */
function rounded(points: readonly Point[], radius: number): string {
  const [first, ...others] = points;
  if (first === undefined) return '';
  let path = `M${round(first[0])} ${round(first[1])}`;
  for (const [i, point] of others.entries()) {
    const before = points[i] ?? point;
    const after = others[i + 1];
    if (after === undefined) {
      path += `L${round(point[0])} ${round(point[1])}`;
      continue;
    }
    const [ax, ay] = towards(point, before, radius);
    const [bx, by] = towards(point, after, radius);
    path += `L${ax} ${ay}Q${round(point[0])} ${round(point[1])} ${bx} ${by}`;
  }
  return path;
}

/** A point `radius` from `from` on the way to `to`, half-way at most. */
function towards(from: Point, to: Point, radius: number): Point {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = length === 0 ? 0 : Math.min(radius, length / 2) / length;
  return [round(from[0] + (to[0] - from[0]) * share), round(from[1] + (to[1] - from[1]) * share)];
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Lines end at the right side of a tile, so all heads look left. */
function arrowHead(points: readonly Point[], color: string): SvgText {
  const [x, y] = points.at(-1) ?? [0, 0];
  const d = `M${round(x)} ${round(y)}l6.5 -3.4v6.8z`;
  return svgElement('path', { d, fill: color });
}

/** Two neighbours that share memory: a bridge between them, a dot in the tile whose memory it is. */
function bridge(fifo: PlanFifo, { x, y, tileWidth, tileHeight }: Layout): SvgText {
  const [consumer] = fifo.consumers;
  const a = fifo.producer;
  const b = consumer ?? a;
  const centre = ({ col, row }: PlanFifo['producer']): Point => [
    (x[col] ?? 0) + tileWidth / 2,
    (y[row] ?? 0) + tileHeight / 2,
  ];
  const [[ax, ay], [bx, by]] = [centre(a), centre(b)];
  const isVertical = a.col === b.col;
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  const half = isVertical ? Math.abs(ay - by) / 2 - tileHeight / 2 : Math.abs(ax - bx) / 2 - tileWidth / 2;
  const ends = isVertical
    ? { x1: mx, x2: mx, y1: my - half - 3, y2: my + half + 3 }
    : { x1: mx - half - 3, x2: mx + half + 3, y1: my, y2: my };
  const name = shorten(fifo.name, 16);
  const side = isVertical
    ? text(mx + 12, my + 4, name, { fill: SHARED, 'font-size': 10.5, 'font-weight': 600 })
    : text(mx, my - 10, name, {
        fill: SHARED,
        'font-size': 10.5,
        'font-weight': 600,
        'text-anchor': 'middle',
      });
  return svgElement(
    'g',
    {},
    svgElement('title', {}, svgText(titleOf(fifo))),
    svgElement('line', { ...ends, stroke: SHARED, 'stroke-width': 13, 'stroke-opacity': 0.25 }),
    svgElement('line', {
      ...ends,
      stroke: SHARED,
      'stroke-width': 2,
      transform: isVertical ? 'translate(-4.5 0)' : 'translate(0 -4.5)',
    }),
    svgElement('line', {
      ...ends,
      stroke: SHARED,
      'stroke-width': 2,
      transform: isVertical ? 'translate(4.5 0)' : 'translate(0 4.5)',
    }),
    side,
  );
}

const KIND_COLORS = { core: 'var(--s0)', mem: 'var(--s2)', shim: 'var(--s7)' } as const;

/** Most lines of names in a tile. */
const MOST_NAMES = 3;

function tileBox(tile: PlanTile, { x, y, tileWidth, tileHeight }: Layout): SvgText {
  const { col, row, kind, parts, use, usable } = tile;
  const isUsed = parts.length > 0;
  const color = KIND_COLORS[kind];
  const box = {
    width: tileWidth,
    height: tileHeight,
    rx: 8,
    fill: isUsed ? 'var(--panel)' : 'var(--ground)',
    stroke: isUsed ? color : 'var(--line)',
    'stroke-width': isUsed ? 1.5 : 1,
    'stroke-dasharray': isUsed ? null : '3 3',
  };
  const head = `${kind} ${col},${row}`;
  const names = parts.map((part) => ({ label: shortName(part), isLink: part.kind === 'link' }));
  const shown = names.length > MOST_NAMES ? names.slice(0, MOST_NAMES - 1) : names;
  const rest = names.length - shown.length;
  const at = (i: number): number => 32 + i * 14;
  const title = isUsed
    ? `${head}: ${parts.map(({ name }) => name).join(', ')}; in ${ofText(use.s2mm)}, out ${ofText(use.mm2s)} channels; ` +
      `${ofText(use.descriptors)} descriptors; ${ofText(use.locks)} locks; ${ofText(use.bytes)} bytes`
    : `${head}: ${usable ? 'free' : 'not to be used'}`;
  return svgElement(
    'g',
    { transform: `translate(${round(x[col] ?? 0)} ${round(y[row] ?? 0)})` },
    svgElement('title', {}, svgText(title)),
    svgElement('rect', box),
    text(10, 16, head, { fill: isUsed ? color : 'var(--faint)', 'font-size': 10, 'font-weight': 600 }),
    ...(usable
      ? []
      : [
          text(tileWidth / 2, tileHeight / 2, 'not to be used', {
            'text-anchor': 'middle',
            fill: 'var(--faint)',
          }),
        ]),
    ...shown.map(({ label, isLink }, i) =>
      text(10, at(i), shorten(label, 22), {
        'font-weight': 600,
        'font-style': isLink ? 'italic' : null,
        'font-size': 11.5,
      }),
    ),
    ...(rest > 0 ? [text(10, at(shown.length), `and ${rest} more`, { fill: 'var(--faint)' })] : []),
    ...(isUsed ? useMarks(tile, tileWidth, tileHeight) : []),
  );
}

const ofText = ({ used, limit }: Used): string => `${used} of ${limit}`;

/** Channels as dots, descriptors and memory as bars. */
function useMarks({ use }: PlanTile, width: number, height: number): readonly SvgText[] {
  const faint = { fill: 'var(--faint)', 'font-size': 9.5 };
  const dots = (x: number, label: string, { used, limit }: Used): readonly SvgText[] => [
    text(x, height - 29, label, faint),
    ...Array.from({ length: limit }, (_one, i) =>
      svgElement('circle', {
        cx: x + 23 + i * 6.6,
        cy: height - 32,
        r: 2.6,
        fill: i < used ? 'var(--ink)' : 'none',
        stroke: used > limit ? 'var(--s1)' : 'var(--ink)',
        'stroke-width': 0.8,
      }),
    ),
  ];
  const bar = (x: number, wide: number, label: string, amount: Used): readonly SvgText[] => {
    if (amount.limit === 0) return [];
    const share = Math.min(1, amount.used / amount.limit);
    return [
      text(x, height - 11, label, faint),
      svgElement('rect', { x, y: height - 8, width: wide, height: 3, rx: 1.5, fill: 'var(--line)' }),
      svgElement('rect', {
        x,
        y: height - 8,
        width: wide * share,
        height: 3,
        rx: 1.5,
        fill: amount.used > amount.limit ? 'var(--s1)' : 'var(--ink)',
      }),
    ];
  };
  const half = (width - 30) / 2;
  return [
    ...dots(10, 'in', use.s2mm),
    ...dots(10 + half + 10, 'out', use.mm2s),
    ...bar(10, half, `bd ${use.descriptors.used}/${use.descriptors.limit}`, use.descriptors),
    ...bar(10 + half + 10, half, `memory ${shareText(use.bytes)}`, use.bytes),
  ];
}

function legend({ height }: Layout): readonly SvgText[] {
  const y = height - 14;
  const faint = { fill: 'var(--faint)', 'font-size': 10.5 };
  return [
    svgElement('path', { d: `M36 ${y - 4}h24`, stroke: 'var(--s0)', 'stroke-width': 1.6, fill: 'none' }),
    svgElement('path', { d: `M62 ${y - 4}l-6.5 -3.4v6.8z`, fill: 'var(--s0)' }),
    text(70, y, 'fifo through DMA', faint),
    svgElement('line', {
      x1: 176,
      x2: 202,
      y1: y - 4,
      y2: y - 4,
      stroke: SHARED,
      'stroke-width': 11,
      'stroke-opacity': 0.25,
    }),
    text(210, y, 'fifo in shared memory', faint),
  ];
}

function shorten(content: string, most: number): string {
  if (displayWidth(content) <= most) return content;
  return `${Array.from(content)
    .slice(0, most - 1)
    .join('')}…`;
}
