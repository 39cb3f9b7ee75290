import { must } from '../../../base/assert.js';
import type { Random } from '../../../base/random.js';
import { groupBy } from './group-by.js';
import type { PlaceState } from './state.js';

/** How often what is drawn, of 16. */
const ALONE = 10;
const EXCHANGED = 14;

/**
 * Changes of a whole placement: one part to another tile, with who stands there going the other way; two parts that
 * exchange tiles; two columns or two rows of workers that change places.
 */
export class Moves {
  private readonly parts: number[] = [];
  private readonly tiles: number[] = [];
  private readonly before: number[] = [];
  /** Worker by position of the tile; -1 for none. */
  private readonly workerAt: Int32Array;
  private readonly movable: readonly number[];
  private readonly alike: ReadonlyMap<string, readonly number[]>;
  private readonly allowed: readonly ReadonlySet<number>[];
  /** Core tiles by row and by column. */
  private readonly lines: readonly (readonly (readonly number[])[])[];

  constructor(
    private readonly state: PlaceState,
    private readonly random: Random,
  ) {
    const { parts, tiles } = state.problem;
    this.workerAt = new Int32Array(tiles.length).fill(-1);
    parts.forEach(({ kind }, part) => {
      if (kind === 'worker') this.workerAt[state.at[part] ?? 0] = part;
    });
    this.movable = parts.flatMap(({ candidates }, part) => (candidates.length > 1 ? [part] : []));
    this.alike = groupBy(this.movable, (part) => parts[part]?.tileKind ?? '');
    this.allowed = parts.map(({ candidates }) => new Set(candidates));
    const cores = tiles.flatMap(({ kind }, tile) => (kind === 'core' ? [tile] : []));
    const linesBy = (of: (tile: number) => number): (readonly number[])[] => [...groupBy(cores, of).values()];
    this.lines = [linesBy((tile) => tiles[tile]?.row ?? 0), linesBy((tile) => tiles[tile]?.col ?? 0)];
  }

  get arePossible(): boolean {
    return this.movable.length > 0;
  }

  /** Chooses a change; false where what was drawn is none. */
  draw(): boolean {
    this.parts.length = 0;
    this.tiles.length = 0;
    const kind = this.random.below(16);
    if (kind < ALONE) return this.drawAlone();
    if (kind < EXCHANGED) return this.drawExchange();
    return this.drawLines();
  }

  private drawAlone(): boolean {
    const { parts } = this.state.problem;
    const part = this.pick(this.movable);
    const { candidates, kind } = must(parts[part], 'the part');
    const from = this.state.at[part] ?? 0;
    const to = this.pick(candidates);
    if (to === from) return false;
    this.add(part, to);
    const other = kind === 'worker' ? (this.workerAt[to] ?? -1) : -1;
    if (other >= 0) this.add(other, from);
    return this.isAllowed();
  }

  private drawExchange(): boolean {
    const part = this.pick(this.movable);
    const other = this.pick(this.alike.get(this.state.problem.parts[part]?.tileKind ?? '') ?? [part]);
    const from = this.state.at[part] ?? 0;
    const to = this.state.at[other] ?? 0;
    if (from === to) return false;
    this.add(part, to);
    this.add(other, from);
    return this.isAllowed();
  }

  private drawLines(): boolean {
    const lines = this.lines[this.random.below(2)] ?? [];
    if (lines.length < 2) return false;
    const first = this.pick(lines);
    const second = this.pick(lines);
    if (first === second) return false;
    for (let i = 0; i < first.length && i < second.length; i += 1) {
      const a = this.workerAt[first[i] ?? 0] ?? -1;
      const b = this.workerAt[second[i] ?? 0] ?? -1;
      if (a >= 0) this.add(a, second[i] ?? 0);
      if (b >= 0) this.add(b, first[i] ?? 0);
    }
    return this.parts.length > 0 && this.isAllowed();
  }

  /** Makes the change that was drawn. */
  make(): void {
    this.before.length = 0;
    for (const part of this.parts) this.before.push(this.state.at[part] ?? 0);
    this.shift(this.tiles);
  }

  /** Takes it back. */
  undo(): void {
    this.shift(this.before);
  }

  private shift(to: readonly number[]): void {
    const { state, parts } = this;
    for (const part of parts) {
      const tile = state.at[part] ?? 0;
      if (this.workerAt[tile] === part) this.workerAt[tile] = -1;
      state.take(part);
    }
    for (let i = 0; i < parts.length; i += 1) {
      const part = parts[i] ?? 0;
      const tile = to[i] ?? 0;
      state.put(part, tile);
      if (state.problem.parts[part]?.kind === 'worker') this.workerAt[tile] = part;
    }
    for (const part of parts) state.measureAround(part);
  }

  private add(part: number, tile: number): void {
    this.parts.push(part);
    this.tiles.push(tile);
  }

  private isAllowed(): boolean {
    return this.parts.every((part, i) => this.allowed[part]?.has(this.tiles[i] ?? -1) === true);
  }

  private pick<T>(list: readonly T[]): T {
    return must(list[this.random.below(list.length)], 'an item of a list that has some');
  }
}
