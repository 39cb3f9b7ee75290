import { must } from '../../base/assert.js';
import type { FloorPlan, PlanEnd, PlanFifo, PlanTile } from './floor-plan.js';

/** Sizes of a drawing, in its own units. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Left edge of each column that is shown. */
  readonly x: readonly number[];
  /** Upper edge of each row; row 0 is the lowest. */
  readonly y: readonly number[];
  readonly routes: readonly Route[];
}

/** The lines of one fifo that goes through DMA. */
export interface Route {
  readonly fifo: PlanFifo;
  /** One per consumer; lines of one fifo lie upon each other as far as they go together. */
  readonly lines: readonly (readonly Point[])[];
}

export type Point = readonly [x: number, y: number];

const TILE_WIDTH = 148;
const TILE_HEIGHT = 106;
const MARGIN = 36;
/** Between two lines side by side. */
const LANE = 6;
const LEAST_GAP = 26;
/** Columns of the widest NPU. */
const MOST_COLUMNS = 8;

/**
 * Places tiles and finds lines between them: out of the right side of a tile into the gap beside its column, along it,
 * along the gap below a row to another column, and into the right side of the other tile. Every fifo has a lane of its
 * own in each gap, so lines cross but never lie upon those of another fifo.
 */
export function layOut(plan: FloorPlan): Layout {
  const fifos = plan.fifos.filter(({ way }) => way === 'dma');
  const beside = lanes(plan.columns);
  const below = lanes(plan.rows);
  for (const fifo of fifos) {
    const { producer, consumers } = fifo;
    beside.take(producer.col, fifo);
    for (const { col, row } of consumers) {
      if (col === producer.col) continue;
      below.take(crossing(producer.row, row), fifo);
      beside.take(col, fifo);
    }
  }
  const x: number[] = [];
  let right = MARGIN;
  const [first, last] = shownColumns(plan);
  for (let col = first; col <= last; col += 1) {
    x[col] = right;
    right += TILE_WIDTH + Math.max(LEAST_GAP, (beside.count(col) + 2) * LANE);
  }
  const y: number[] = Array.from({ length: plan.rows }, () => 0);
  let down = MARGIN;
  for (let row = plan.rows - 1; row >= 0; row -= 1) {
    y[row] = down;
    down += TILE_HEIGHT + Math.max(LEAST_GAP, (below.count(row) + 2) * LANE);
  }
  const ports = portsOf(fifos);
  const routes = fifos.map((fifo): Route => {
    const { producer, consumers } = fifo;
    const laneX = (col: number): number => (x[col] ?? 0) + TILE_WIDTH + (beside.of(col, fifo) + 1.5) * LANE;
    const laneY = (row: number): number => (y[row] ?? 0) + TILE_HEIGHT + (below.of(row, fifo) + 1.5) * LANE;
    const portOf = ({ col, row }: PlanEnd, side: 'out' | 'in'): Point => {
      const share = ports(col, row, fifo, side);
      return [(x[col] ?? 0) + TILE_WIDTH, (y[row] ?? 0) + TILE_HEIGHT * share];
    };
    const start = portOf(producer, 'out');
    const lines = consumers.map((consumer): readonly Point[] => {
      const end = portOf(consumer, 'in');
      const out: Point[] = [start, [laneX(producer.col), start[1]]];
      if (consumer.col === producer.col) return [...out, [laneX(producer.col), end[1]], end];
      const across = laneY(crossing(producer.row, consumer.row));
      return [
        ...out,
        [laneX(producer.col), across],
        [laneX(consumer.col), across],
        [laneX(consumer.col), end[1]],
        end,
      ];
    });
    return { fifo, lines };
  });
  return {
    width: right + MARGIN - LEAST_GAP,
    height: down + MARGIN - LEAST_GAP,
    tileWidth: TILE_WIDTH,
    tileHeight: TILE_HEIGHT,
    x,
    y,
    routes,
  };
}

/** First and last column that are drawn: all, or those in use where the device has very many. */
export function shownColumns({ columns, tiles }: FloorPlan): readonly [first: number, last: number] {
  if (columns <= MOST_COLUMNS) return [0, columns - 1];
  const used = tiles.filter(({ parts }) => parts.length > 0).map(({ col }) => col);
  return [Math.min(...used), Math.max(...used)];
}

/** Below which row a line goes from column to column: that of the consumer, so lines to one row go together. */
const crossing = (_producer: number, consumer: number): number => consumer;

interface Lanes {
  readonly take: (gap: number, fifo: PlanFifo) => void;
  readonly of: (gap: number, fifo: PlanFifo) => number;
  readonly count: (gap: number) => number;
}

function lanes(gaps: number): Lanes {
  const all = Array.from({ length: gaps }, () => new Map<PlanFifo, number>());
  const at = (gap: number): Map<PlanFifo, number> => must(all[gap], 'a gap between tiles');
  return {
    take: (gap, fifo) => {
      if (!at(gap).has(fifo)) at(gap).set(fifo, at(gap).size);
    },
    of: (gap, fifo) => at(gap).get(fifo) ?? 0,
    count: (gap) => at(gap).size,
  };
}

/** Where on a tile's side a fifo goes in or out, as a share of its height: all ends of a tile at one distance. */
function portsOf(
  fifos: readonly PlanFifo[],
): (col: number, row: number, fifo: PlanFifo, side: 'out' | 'in') => number {
  const byTile = new Map<string, string[]>();
  const keyOf = (fifo: PlanFifo, side: string): string => `${side} ${fifo.design} ${fifo.name}`;
  const add = ({ col, row }: Pick<PlanTile, 'col' | 'row'>, key: string): void => {
    const place = `${col},${row}`;
    const known = byTile.get(place) ?? [];
    if (!known.includes(key)) byTile.set(place, [...known, key]);
  };
  for (const fifo of fifos) for (const end of fifo.consumers) add(end, keyOf(fifo, 'in'));
  for (const fifo of fifos) add(fifo.producer, keyOf(fifo, 'out'));
  return (col, row, fifo, side) => {
    const keys = byTile.get(`${col},${row}`) ?? [];
    return (keys.indexOf(keyOf(fifo, side)) + 1) / (keys.length + 1);
  };
}
