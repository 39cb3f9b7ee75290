import type { Found } from './anneal.js';
import { PlaceState } from './state.js';
import type { Measure, PlaceProblem } from './problem.js';
import { settle } from './settle.js';
import { streamsFit } from './streams.js';

/** What a search through all placements came to. */
export interface Branched {
  /** Better than what was known; null where nothing is, or the search did not end. */
  readonly found: Found | null;
  /** True where every placement was looked at or shown to be no better. */
  readonly isComplete: boolean;
  readonly nodes: number;
}

export interface BranchOptions {
  readonly measure: Measure;
  /** Only shorter wires than this are looked for; null: any legal placement. */
  readonly below: number | null;
  /** True: the first legal placement ends the search. */
  readonly firstOnly: boolean;
  readonly nodes: number;
  /** Steps beyond those, only where at least half of the tree is behind by then; 0 where left out. */
  readonly further?: number;
}

/**
 * Branch and bound over the tiles of parts. A part that is tied to those that have tiles comes next; what is beyond a
 * limit stays beyond it, because no part ever frees anything. Wires are bounded by what the tiles left to each part
 * leave of each fifo, and by rows: workers that still need tiles get those that are left, lowest first.
 */
export function branch(problem: PlaceProblem, options: BranchOptions): Branched {
  const { parts } = problem;
  if (parts.some(({ candidates }) => candidates.length === 0))
    return { found: null, isComplete: true, nodes: 0 };
  const state = new PlaceState(problem, options.measure, false);
  const order = orderOf(problem);
  const rows = new RowBound(problem, order, options.measure);
  let limit = options.below ?? Number.POSITIVE_INFINITY;
  let found: Found | null = null;
  let nodes = 0;
  let isOver = false;
  // How much of the tree is behind, as if all tries of a part had trees of one size below them.
  let behind = 0;
  const isOut = (): boolean =>
    nodes > options.nodes && (behind < 0.5 || nodes > options.nodes + (options.further ?? 0));
  const visit = (depth: number, share: number): void => {
    const part = order[depth];
    if (part === undefined) {
      behind += share;
      if (!streamsFit(problem, state.at) || settle(problem, state.at) === null) return;
      found = {
        placement: state.at.slice(),
        length: state.length,
        otherLength: otherLengthOf(problem, options.measure, state.at),
      };
      limit = state.length;
      if (options.firstOnly) isOver = true;
      return;
    }
    const tries: { tile: number; length: number }[] = [];
    for (const tile of parts[part]?.candidates ?? []) {
      if (parts[part]?.kind === 'worker' && rows.isTaken(tile)) continue;
      nodes += 1;
      state.put(part, tile);
      if (state.excess === 0) {
        state.measureAround(part);
        rows.take(part, tile);
        if (state.length + rows.bound(depth + 1, limit - state.length) < limit)
          tries.push({ tile, length: state.length });
        rows.free(part, tile);
        state.take(part);
        state.measureAround(part);
      } else state.take(part);
    }
    tries.sort((a, b) => a.length - b.length || a.tile - b.tile);
    let left = share;
    const each = share / tries.length;
    for (const { tile, length } of tries) {
      if (isOver) return;
      if (isOut()) {
        isOver = true;
        return;
      }
      if (length >= limit) break;
      left -= each;
      state.put(part, tile);
      state.measureAround(part);
      rows.take(part, tile);
      visit(depth + 1, each);
      rows.free(part, tile);
      state.take(part);
      state.measureAround(part);
    }
    // What is cut off is behind as well.
    behind += left;
  };
  visit(0, 1);
  return { found, isComplete: !isOver, nodes };
}

/** The wires of a placement by the measure that is not asked for. */
function otherLengthOf(problem: PlaceProblem, measure: Measure, placement: Int32Array): number {
  const state = new PlaceState(problem, measure === 'half_perimeter' ? 'hops' : 'half_perimeter', false);
  placement.forEach((tile, part) => state.put(part, tile));
  placement.forEach((_tile, part) => state.measureAround(part));
  return state.length;
}

/** Next comes who shares most fifos with those before; among equals who has more fifos, then fewer tiles. */
function orderOf(problem: PlaceProblem): readonly number[] {
  const { parts, nets, shareables, pairs } = problem;
  const groups = [
    ...shareables.map(({ producer, consumer }) => ({ members: [producer, consumer], weight: 4 })),
    ...pairs.map(({ first, second }) => ({ members: [first, second], weight: 8 })),
    ...nets.map(({ producer, consumers }) => ({
      members: [...new Set([producer, ...consumers])],
      weight: 2 / Math.max(1, consumers.length),
    })),
  ];
  const groupsOf = parts.map((_part, i) => groups.filter(({ members }) => members.includes(i)));
  const isIn = new Set<number>();
  const order: number[] = [];
  const rank = (part: number): readonly number[] => {
    const own = groupsOf[part] ?? [];
    const kind = parts[part]?.kind;
    const tied = own.reduce(
      (sum, { members, weight }) => sum + (members.some((one) => isIn.has(one)) ? weight : 0),
      0,
    );
    // Ends in main memory change little and come last.
    return [
      kind === 'runtime' ? 0 : 1,
      tied,
      kind === 'worker' ? 1 : 0,
      own.length,
      -(parts[part]?.candidates.length ?? 0),
      -part,
    ];
  };
  while (order.length < parts.length) {
    let best = -1;
    let bestRank: readonly number[] = [];
    for (let part = 0; part < parts.length; part += 1) {
      if (isIn.has(part)) continue;
      const own = rank(part);
      const first = own.findIndex((value, i) => value !== bestRank[i]);
      if (best < 0 || (first >= 0 && (own[first] ?? 0) > (bestRank[first] ?? 0))) {
        best = part;
        bestRank = own;
      }
    }
    order.push(best);
    isIn.add(best);
  }
  return order;
}

/**
 * What workers without tiles cost beyond the lowest row that each may take: fifos of which a worker is the only one
 * above some row are as much longer as the worker stands higher, and every tile holds one worker.
 */
class RowBound {
  private readonly taken: Uint8Array;
  /** Fifos of a worker alone, by part. */
  private readonly weight: Int32Array;
  /** Core tiles per row above the lowest. */
  private readonly freeAbove: Int32Array;
  private readonly rowOf: Int16Array;
  private readonly isWorker: Uint8Array;
  /** By depth: weights of workers from there on, the heaviest first. */
  private readonly weightsFrom: readonly Int32Array[];

  constructor(problem: PlaceProblem, order: readonly number[], measure: Measure) {
    const { tiles, parts, nets } = problem;
    this.taken = new Uint8Array(tiles.length);
    this.isWorker = Uint8Array.from(parts, ({ kind }) => (kind === 'worker' ? 1 : 0));
    const workerTiles = new Set(
      parts.flatMap(({ kind, candidates }) => (kind === 'worker' ? candidates : [])),
    );
    const lowest = Math.min(...[...workerTiles].map((tile) => tiles[tile]?.row ?? 0));
    this.rowOf = Int16Array.from(tiles, ({ row }) => row - lowest);
    this.freeAbove = new Int32Array(
      Math.max(1, ...[...workerTiles].map((tile) => (this.rowOf[tile] ?? 0) + 1)),
    );
    for (const tile of workerTiles) {
      const row = this.rowOf[tile] ?? 0;
      this.freeAbove[row] = (this.freeAbove[row] ?? 0) + 1;
    }
    this.weight = new Int32Array(parts.length);
    const isBelow = (part: number): boolean =>
      parts[part]?.candidates.every((tile) => (tiles[tile]?.row ?? 0) <= lowest) === true &&
      parts[part].kind !== 'worker';
    const startsLow = (part: number): boolean =>
      Math.min(...(parts[part]?.candidates ?? []).map((tile) => tiles[tile]?.row ?? 0)) === lowest;
    for (const { producer, consumers } of measure === 'moves' ? [] : nets) {
      const pins = [...new Set([producer, ...consumers])];
      const above = pins.filter((part) => !isBelow(part));
      if (measure === 'hops') {
        // Each hop is a wire of its own: from or to a part below.
        if (isBelow(producer))
          for (const part of consumers) this.gain(part, isBelow(part) || !startsLow(part));
        else if (consumers.every(isBelow))
          for (let i = 0; i < consumers.length; i += 1) this.gain(producer, !startsLow(producer));
      } else if (above.length === 1 && pins.length > 1) this.gain(above[0] ?? 0, !startsLow(above[0] ?? 0));
    }
    this.weightsFrom = Array.from({ length: order.length + 1 }, (_none, depth) =>
      Int32Array.from(
        order
          .slice(depth)
          .flatMap((part) => (parts[part]?.kind === 'worker' ? [this.weight[part] ?? 0] : [])),
      )
        .sort()
        .reverse(),
    );
  }

  private gain(part: number, isNone: boolean): void {
    if (!isNone) this.weight[part] = (this.weight[part] ?? 0) + 1;
  }

  isTaken(tile: number): boolean {
    return this.taken[tile] === 1;
  }

  take(part: number, tile: number): void {
    this.change(part, tile, 1);
  }

  free(part: number, tile: number): void {
    this.change(part, tile, -1);
  }

  private change(part: number, tile: number, sign: 1 | -1): void {
    if (this.isWorker[part] !== 1) return;
    this.taken[tile] = sign === 1 ? 1 : 0;
    const row = this.rowOf[tile] ?? 0;
    this.freeAbove[row] = (this.freeAbove[row] ?? 0) - sign;
  }

  /** Beyond `most` it may stop. */
  bound(depth: number, most: number): number {
    const weights = this.weightsFrom[depth] ?? new Int32Array();
    let row = 0;
    let free = this.freeAbove[0] ?? 0;
    let total = 0;
    for (let i = 0; i < weights.length; i += 1) {
      while (free === 0 && row < this.freeAbove.length) {
        row += 1;
        free = this.freeAbove[row] ?? 0;
      }
      if (row >= this.freeAbove.length) return Number.POSITIVE_INFINITY;
      total += (weights[i] ?? 0) * row;
      if (total >= most) return total;
      free -= 1;
    }
    return total;
  }
}
