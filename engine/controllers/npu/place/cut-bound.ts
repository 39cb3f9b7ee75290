import type { Part, PlaceProblem } from './problem.js';

/** Steps of the search behind one cut; beyond it the cut counts what was proved of it so far. */
const STEPS = 400_000;

/**
 * A lower bound of the half perimeters of all fifos through DMA, added up. Between two columns (or rows) next to each
 * other a fifo with ends on both sides is longer by one, so each such cut counts the fifos that cannot but cross it:
 * however workers are split in two, no more of them stand on either side than there are cores. Cuts are taken one by
 * one, and what neighbours may share counts nothing.
 */
export function cutBound(problem: PlaceProblem): number {
  const { tiles, parts } = problem;
  if (parts.some(({ candidates }) => candidates.length === 0)) return 0;
  let total = 0;
  for (const dimension of ['col', 'row'] as const) {
    const last = Math.max(...tiles.map((tile) => tile[dimension]));
    for (let line = 0; line < last; line += 1) {
      total += leastCrossing(problem, (tile) => (tiles[tile]?.[dimension] ?? 0) <= line);
    }
  }
  return total;
}

type Side = 0 | 1;

interface CutNet {
  /** Positions in the list of workers. */
  readonly workers: readonly number[];
  /** Sides that ends other than workers are bound to. */
  readonly fixed: readonly [boolean, boolean];
  /** A link that may be on either side, or -1. */
  readonly link: number;
}

/** The fewest fifos with ends on both sides; side 0 is where `isFirst` holds. */
function leastCrossing(problem: PlaceProblem, isFirst: (tile: number) => boolean): number {
  const { parts, nets } = problem;
  const sideOf = (part: Part): Side | null =>
    part.candidates.every(isFirst) ? 0 : part.candidates.some(isFirst) ? null : 1;
  const workers = parts.flatMap(({ kind }, part) => (kind === 'worker' ? [part] : []));
  const workerAt = new Map(workers.map((part, i) => [part, i]));
  const cores = new Set(workers.flatMap((part) => parts[part]?.candidates ?? []));
  const roomFirst = [...cores].filter(isFirst).length;
  const room = [roomFirst, cores.size - roomFirst];
  const cutNets = nets.map(({ producer, consumers }): CutNet => {
    const pins = [...new Set([producer, ...consumers])];
    const others = pins
      .flatMap((pin) => (workerAt.has(pin) ? [] : [parts[pin]]))
      .filter((one) => one !== undefined);
    const sides = others.map(sideOf);
    return {
      workers: pins.flatMap((pin) => workerAt.get(pin) ?? []),
      fixed: [sides.includes(0), sides.includes(1)],
      // An end in main memory goes wherever it crosses nothing; a link is tied to several fifos.
      link: pins.find((pin) => parts[pin]?.kind === 'link' && sideOf(parts[pin]) === null) ?? -1,
    };
  });
  return new CutSearch(
    cutNets,
    workers.map((part) => (parts[part] === undefined ? null : sideOf(parts[part]))),
    room,
  ).least();
}

/** Branch and bound over the sides of workers. */
class CutSearch {
  private readonly order: readonly number[];
  private readonly netsOf: readonly (readonly number[])[];
  /** Workers and fixed ends by net and side. */
  private readonly seen: Int32Array;
  private readonly count: [number, number] = [0, 0];
  private readonly linkOf: Int32Array;
  /** By link and side: fifos that cross if the link is there. */
  private readonly linkCost: Int32Array;
  /** By worker and side: fifos that are crossed by it alone. */
  private readonly alone: Int32Array;
  private readonly leastAlone: readonly (readonly [number, number])[];
  private crossing = 0;
  private best = 0;
  private steps = 0;

  constructor(
    private readonly nets: readonly CutNet[],
    private readonly forced: readonly (Side | null)[],
    private readonly room: readonly number[],
  ) {
    const links = [...new Set(nets.map(({ link }) => link).filter((link) => link >= 0))];
    this.linkOf = Int32Array.from(nets, ({ link }) => links.indexOf(link));
    this.linkCost = new Int32Array(2 * links.length);
    this.seen = new Int32Array(2 * nets.length);
    this.netsOf = forced.map((_side, worker) =>
      nets.flatMap(({ workers }, net) => (workers.includes(worker) ? [net] : [])),
    );
    this.alone = new Int32Array(2 * forced.length);
    nets.forEach(({ workers: [worker, ...more], fixed, link }) => {
      if (worker === undefined || more.length > 0 || link >= 0 || fixed[0] === fixed[1]) return;
      const side = fixed[0] ? 1 : 0;
      this.alone[2 * worker + side] = (this.alone[2 * worker + side] ?? 0) + 1;
    });
    this.order = this.tiedFirst();
    const least: (readonly [number, number])[] = Array.from({ length: this.order.length + 1 }, () => [0, 0]);
    for (let depth = this.order.length - 1; depth >= 0; depth -= 1) {
      const worker = this.order[depth] ?? 0;
      const after = least[depth + 1] ?? [0, 0];
      const isLast = depth === this.order.length - 1;
      least[depth] = [0, 1].map((side) => {
        const own = this.alone[2 * worker + side] ?? 0;
        return isLast ? own : Math.min(own, after[side] ?? 0);
      }) as unknown as readonly [number, number];
    }
    this.leastAlone = least;
  }

  /** Workers of the same fifos one after the other; forced ones first. */
  private tiedFirst(): number[] {
    const left = new Set(this.forced.map((_side, worker) => worker));
    const order: number[] = [];
    const near = new Float64Array(this.forced.length);
    while (left.size > 0) {
      const rank = (worker: number): number =>
        (this.forced[worker] === null ? 0 : 1000) + (near[worker] ?? 0);
      const next = [...left].reduce((a, b) => (rank(b) > rank(a) ? b : a));
      left.delete(next);
      order.push(next);
      for (const net of this.netsOf[next] ?? []) {
        const { workers = [] } = this.nets[net] ?? {};
        for (const worker of workers) near[worker] = (near[worker] ?? 0) + 1 / workers.length;
      }
    }
    return order;
  }

  least(): number {
    this.nets.forEach(({ fixed }, net) => {
      for (const side of [0, 1] as const) if (fixed[side]) this.see(net, side);
    });
    // One more fifo at a time: the fewer may cross, the sooner a branch ends.
    for (let proved = this.bound(0); ; proved += 1) {
      this.best = proved + 1;
      this.visit(0);
      if (this.steps > STEPS || this.best <= proved || proved > this.nets.length) return proved;
    }
  }

  private bound(depth: number): number {
    let total = this.crossing;
    for (let link = 0; link < this.linkCost.length; link += 2)
      total += Math.min(this.linkCost[link] ?? 0, this.linkCost[link + 1] ?? 0);
    const left = this.order.length - depth;
    for (const side of [0, 1] as const) {
      // So many have to go here because the other side has no room for them.
      const most = Math.max(0, (this.room[1 - side] ?? 0) - this.count[side === 0 ? 1 : 0]);
      const must = Math.max(0, left - most);
      total += must * (this.leastAlone[depth]?.[side] ?? 0);
    }
    return total;
  }

  private visit(depth: number): void {
    this.steps += 1;
    if (this.steps > STEPS || this.bound(depth) >= this.best) return;
    const worker = this.order[depth];
    if (worker === undefined) {
      this.best = this.bound(depth);
      return;
    }
    const forced = this.forced[worker];
    const sides: readonly Side[] = forced === null || forced === undefined ? this.bySeen(worker) : [forced];
    for (const side of sides) {
      if (this.count[side] >= (this.room[side] ?? 0)) continue;
      this.count[side] += 1;
      for (const net of this.netsOf[worker] ?? []) this.see(net, side);
      this.visit(depth + 1);
      for (const net of this.netsOf[worker] ?? []) this.unsee(net, side);
      this.count[side] -= 1;
    }
  }

  /** The side where more of a worker's fifos are comes first. */
  private bySeen(worker: number): readonly Side[] {
    let lean = 0;
    for (const net of this.netsOf[worker] ?? [])
      lean += Math.sign((this.seen[2 * net] ?? 0) - (this.seen[2 * net + 1] ?? 0));
    return lean >= 0 ? [0, 1] : [1, 0];
  }

  private see(net: number, side: Side): void {
    this.change(net, side, 1);
  }

  private unsee(net: number, side: Side): void {
    this.change(net, side, -1);
  }

  private change(net: number, side: Side, sign: 1 | -1): void {
    this.weigh(net, -1);
    this.seen[2 * net + side] = (this.seen[2 * net + side] ?? 0) + sign;
    this.weigh(net, 1);
  }

  /** Adds what a net costs now, or takes it off. */
  private weigh(net: number, sign: 1 | -1): void {
    const first = (this.seen[2 * net] ?? 0) > 0;
    const second = (this.seen[2 * net + 1] ?? 0) > 0;
    const link = this.linkOf[net] ?? -1;
    if (first && second) this.crossing += sign;
    else if (link >= 0) {
      // A link on the other side would cross.
      if (second) this.linkCost[2 * link] = (this.linkCost[2 * link] ?? 0) + sign;
      if (first) this.linkCost[2 * link + 1] = (this.linkCost[2 * link + 1] ?? 0) + sign;
    }
  }
}
