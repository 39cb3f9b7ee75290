import { splitByParity } from './halves.js';
import type { LinkEnd, Measure, PlaceProblem } from './problem.js';
import { RESOURCES } from './problem.js';

const N = RESOURCES.length;
/** Of a fifo that neighbours may share, while one of its ends has no tile. */
const OPEN = -1;
/** Where a part has no tile. */
export const NOWHERE = -1;

/**
 * A placement while it changes: tiles of parts, what is used of each tile, how far it is beyond what is legal, and how
 * long the wires are. Parts may have no tile yet; then wires are counted as short as they may still be.
 */
export class PlaceState {
  /** Position of each part's tile, or NOWHERE. */
  readonly at: Int32Array;
  /** Units beyond the limits, over all tiles and rules; 0 where everything placed is legal together. */
  excess = 0;
  /** Lower bound of the wires' length, exact once all parts have tiles. */
  length = 0;
  /** The same by the other measure; 0 where nobody asks for it. */
  otherLength = 0;

  private readonly used: Int32Array;
  private readonly has: Int32Array;
  private readonly workers: Int32Array;
  private readonly way: Int8Array;
  private readonly netLength: Int32Array;
  private readonly otherNetLength: Int32Array;
  private readonly colLow: Int16Array;
  private readonly colHigh: Int16Array;
  private readonly rowLow: Int16Array;
  private readonly rowHigh: Int16Array;
  private readonly needs: Int32Array;
  private readonly isWorker: Uint8Array;
  private readonly netsOf: readonly (readonly number[])[];
  private readonly sharesOf: readonly (readonly number[])[];
  private readonly pairsOf: readonly (readonly number[])[];
  private readonly pins: readonly Int32Array[];
  private readonly spans: readonly { colLow: number; colHigh: number; rowLow: number; rowHigh: number }[];
  private readonly linksAt: number[][];
  /** 1 for parts that leave their tile. */
  private readonly moved: Uint8Array;
  private readonly halfExcess: Int32Array;
  private readonly splits = new Map<string, number>();
  private readonly shareCount: number;

  constructor(
    readonly problem: PlaceProblem,
    readonly measureOf: Measure,
    private readonly measuresBoth: boolean,
  ) {
    const { tiles, parts, shareables, nets, pairs } = problem;
    this.at = new Int32Array(parts.length).fill(NOWHERE);
    this.used = new Int32Array(tiles.length * N);
    this.has = Int32Array.from(tiles.flatMap((tile) => tile.has));
    this.workers = new Int32Array(tiles.length);
    this.way = new Int8Array(shareables.length).fill(OPEN);
    this.shareCount = shareables.length;
    this.needs = Int32Array.from(parts.flatMap((part) => part.needs));
    this.isWorker = Uint8Array.from(parts, (part) => (part.kind === 'worker' ? 1 : 0));
    // Wires: first the fifos that may be shared, then those through DMA.
    this.pins = [
      ...shareables.map(({ producer, consumer }) => Int32Array.of(producer, consumer)),
      ...nets.map(({ producer, consumers }) => Int32Array.of(producer, ...consumers)),
    ];
    const listed = (members: readonly (readonly number[])[]): number[][] => {
      const lists: number[][] = parts.map(() => []);
      members.forEach((list, index) => new Set(list).forEach((part) => lists[part]?.push(index)));
      return lists;
    };
    this.netsOf = listed(this.pins.map((list) => [...list]));
    this.sharesOf = listed(shareables.map(({ producer, consumer }) => [producer, consumer]));
    this.pairsOf = listed(pairs.map(({ first, second }) => [first, second]));
    this.spans = parts.map(({ candidates }) => {
      const cols = candidates.map((tile) => tiles[tile]?.col ?? 0);
      const rows = candidates.map((tile) => tiles[tile]?.row ?? 0);
      return {
        colLow: Math.min(...cols),
        colHigh: Math.max(...cols),
        rowLow: Math.min(...rows),
        rowHigh: Math.max(...rows),
      };
    });
    this.colLow = Int16Array.from(this.spans, (span) => span.colLow);
    this.colHigh = Int16Array.from(this.spans, (span) => span.colHigh);
    this.rowLow = Int16Array.from(this.spans, (span) => span.rowLow);
    this.rowHigh = Int16Array.from(this.spans, (span) => span.rowHigh);
    this.linksAt = tiles.map(() => []);
    this.halfExcess = new Int32Array(tiles.length);
    this.netLength = new Int32Array(this.pins.length);
    this.otherNetLength = new Int32Array(this.pins.length);
    this.moved = new Uint8Array(parts.length);
    for (let net = 0; net < this.pins.length; net += 1) this.measure(net);
    if (measureOf === 'moves') for (let part = 0; part < parts.length; part += 1) this.measureMove(part);
  }

  /** Gives a part a tile. INVARIANT: it has none. */
  put(part: number, tile: number): void {
    this.at[part] = tile;
    const { col = 0, row = 0 } = this.problem.tiles[tile] ?? {};
    this.colLow[part] = this.colHigh[part] = col;
    this.rowLow[part] = this.rowHigh[part] = row;
    this.count(part, tile, 1);
  }

  /** Takes a part's tile away. */
  take(part: number): void {
    const tile = this.at[part] ?? NOWHERE;
    this.count(part, tile, -1);
    this.at[part] = NOWHERE;
    const span = this.spans[part];
    this.colLow[part] = span?.colLow ?? 0;
    this.colHigh[part] = span?.colHigh ?? 0;
    this.rowLow[part] = span?.rowLow ?? 0;
    this.rowHigh[part] = span?.rowHigh ?? 0;
  }

  /** Measures the wires of a part anew, after its tile has changed. */
  measureAround(part: number): void {
    if (this.measureOf === 'moves') this.measureMove(part);
    for (const net of this.netsOf[part] ?? []) this.measure(net);
  }

  private measure(net: number): void {
    if (this.measureOf !== 'moves') {
      const length = this.lengthOf(net, this.measureOf === 'hops');
      this.length += length - (this.netLength[net] ?? 0);
      this.netLength[net] = length;
    }
    if (!this.measuresBoth) return;
    const other = this.lengthOf(net, this.measureOf === 'half_perimeter');
    this.otherLength += other - (this.otherNetLength[net] ?? 0);
    this.otherNetLength[net] = other;
  }

  /** A part that had a tile counts 1 where it gets another one, and where that tile is not among those left to it. */
  private measureMove(part: number): void {
    const { wasPlaced = false, previous = null, candidates = [] } = this.problem.parts[part] ?? {};
    const at = this.at[part] ?? NOWHERE;
    const stays = at === NOWHERE ? previous !== null && candidates.includes(previous) : at === previous;
    const moved = wasPlaced && !stays ? 1 : 0;
    this.length += moved - (this.moved[part] ?? 0);
    this.moved[part] = moved;
  }

  private lengthOf(net: number, isHops: boolean): number {
    if (net < this.shareCount && this.way[net] !== 0) return 0;
    const pins = this.pins[net] ?? new Int32Array();
    if (!isHops) return spread(this.colLow, this.colHigh, pins) + spread(this.rowLow, this.rowHigh, pins);
    const producer = pins[0] ?? 0;
    let hops = 0;
    for (let i = 1; i < pins.length; i += 1) {
      const consumer = pins[i] ?? 0;
      hops +=
        apart(this.colLow, this.colHigh, producer, consumer) +
        apart(this.rowLow, this.rowHigh, producer, consumer);
    }
    return hops;
  }

  private count(part: number, tile: number, sign: 1 | -1): void {
    for (let r = 0; r < N; r += 1) this.add(tile, r, sign * (this.needs[part * N + r] ?? 0));
    if (this.isWorker[part] === 1) {
      const before = this.workers[tile] ?? 0;
      this.workers[tile] = before + sign;
      this.excess += Math.max(0, before + sign - 1) - Math.max(0, before - 1);
    }
    for (const index of this.sharesOf[part] ?? []) this.share(index, sign);
    for (const index of this.pairsOf[part] ?? []) {
      const pair = this.problem.pairs[index];
      if (pair === undefined) continue;
      const first = this.at[pair.first] ?? NOWHERE;
      const second = this.at[pair.second] ?? NOWHERE;
      if (first !== NOWHERE && second !== NOWHERE && !this.problem.mayPair(pair.rule, first, second))
        this.excess += sign;
    }
    const ends = this.problem.parts[part]?.ends ?? [];
    if (ends.length > 0) this.halve(part, tile, sign);
  }

  /** A fifo's way is known while both its ends have tiles. */
  private share(index: number, sign: 1 | -1): void {
    const fifo = this.problem.shareables[index];
    if (fifo === undefined) return;
    const producer = this.at[fifo.producer] ?? NOWHERE;
    const consumer = this.at[fifo.consumer] ?? NOWHERE;
    if (producer === NOWHERE || consumer === NOWHERE) return;
    const way = this.problem.sharing(producer, consumer);
    this.way[index] = sign === 1 ? way : OPEN;
    for (let r = 0; r < N; r += 1) {
      if (way === 0) {
        this.add(producer, r, sign * (fifo.producerDma[r] ?? 0));
        this.add(consumer, r, sign * (fifo.consumerDma[r] ?? 0));
      } else this.add(way === 1 ? producer : consumer, r, sign * (fifo.shared[r] ?? 0));
    }
  }

  private add(tile: number, resource: number, amount: number): void {
    const cell = tile * N + resource;
    const before = this.used[cell] ?? 0;
    const limit = this.has[cell] ?? 0;
    this.used[cell] = before + amount;
    // A byte is no such trouble as a channel.
    const unit = resource === BYTES ? 1024 : 1;
    this.excess +=
      Math.ceil(Math.max(0, before + amount - limit) / unit) - Math.ceil(Math.max(0, before - limit) / unit);
  }

  private halve(part: number, tile: number, sign: 1 | -1): void {
    const links = this.linksAt[tile] ?? [];
    if (sign === 1) links.push(part);
    else links.splice(links.indexOf(part), 1);
    const excess = this.halfExcessOf(links);
    this.excess += excess - (this.halfExcess[tile] ?? 0);
    this.halfExcess[tile] = excess;
  }

  private halfExcessOf(links: readonly number[]): number {
    const { half, parts } = this.problem;
    if (half === null || links.length === 0) return 0;
    const key = [...links].sort((a, b) => a - b).join();
    const known = this.splits.get(key);
    if (known !== undefined) return known;
    const ends: readonly LinkEnd[] = links.flatMap((part) => parts[part]?.ends ?? []);
    const inward = ends.filter(({ direction }) => direction === 's2mm').length;
    // Too many channels are counted as such already.
    const isCounted = inward > 2 * half.channels || ends.length - inward > 2 * half.channels;
    const split =
      isCounted ||
      splitByParity(
        ends.map((end) => ({ ...end, reachesOut: false })),
        half,
      ) !== null;
    const excess = split ? 0 : 1;
    this.splits.set(key, excess);
    return excess;
  }
}

const BYTES = RESOURCES.indexOf('bytes');

/** Least distance of two intervals. */
function apart(low: Int16Array, high: Int16Array, a: number, b: number): number {
  return Math.max(0, (low[a] ?? 0) - (high[b] ?? 0), (low[b] ?? 0) - (high[a] ?? 0));
}

/** Least extent of some intervals. */
function spread(low: Int16Array, high: Int16Array, pins: Int32Array): number {
  let greatestLow = -1;
  let leastHigh = 32_767;
  for (let i = 0; i < pins.length; i += 1) {
    const pin = pins[i] ?? 0;
    const l = low[pin] ?? 0;
    const h = high[pin] ?? 0;
    if (l > greatestLow) greatestLow = l;
    if (h < leastHigh) leastHigh = h;
  }
  return greatestLow > leastHigh ? greatestLow - leastHigh : 0;
}
