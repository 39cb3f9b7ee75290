import { splitByParity } from './halves.js';
import type { Placement, PlaceProblem } from './problem.js';

/** What follows from a placement, or is chosen within it. */
export interface Settled {
  /** By position in `shareables`, as `object_fifo.controllable_sharing` has it. */
  readonly sharing: readonly (0 | 1 | 2)[];
  /** By number of the end: the parity of its channel. */
  readonly parities: ReadonlyMap<number, 0 | 1>;
  /** By number of the buffer: position of the tile that it lies on. */
  readonly bufferTiles: ReadonlyMap<number, number>;
}

/** Chooses parities and the tiles of buffers; null where no choice is legal. Complete. */
export function settle(problem: PlaceProblem, placement: Placement): Settled | null {
  const sharing = problem.shareables.map(({ producer, consumer }) =>
    problem.sharing(placement[producer] ?? -1, placement[consumer] ?? -1),
  );
  return settleBuffers(problem, placement, (bufferTiles) => {
    const parities = settleParities(problem, placement, bufferTiles);
    return parities === null ? null : { sharing, parities, bufferTiles };
  });
}

function settleParities(
  problem: PlaceProblem,
  placement: Placement,
  bufferTiles: ReadonlyMap<number, number>,
): ReadonlyMap<number, 0 | 1> | null {
  const parities = new Map<number, 0 | 1>();
  if (problem.half === null) return parities;
  const byTile = new Map<number, number[]>();
  problem.parts.forEach(({ ends }, part) => {
    const tile = placement[part] ?? -1;
    if (ends.length > 0) byTile.set(tile, [...(byTile.get(tile) ?? []), part]);
  });
  for (const [tile, members] of byTile) {
    const ends = members.flatMap((part) => {
      const { ends: own = [], buffers = [] } = problem.parts[part] ?? {};
      const reachesOut = buffers.some(({ id }) => (bufferTiles.get(id) ?? tile) !== tile);
      return own.map((end) => ({ ...end, reachesOut }));
    });
    const halves = splitByParity(ends, problem.half);
    if (halves === null) return null;
    ends.forEach(({ id }, i) => parities.set(id, halves[i] ?? 0));
  }
  return parities;
}

/** Tries buffers at home first, then west, then east, as the compiler does, and goes back where that ends nowhere. */
function settleBuffers<T>(
  { parts, tiles, beside }: PlaceProblem,
  placement: Placement,
  done: (bufferTiles: ReadonlyMap<number, number>) => T | null,
): T | null {
  const room = new Map<number, number>();
  const BYTES = 4;
  tiles.forEach(({ kind, has }, tile) => {
    if (kind === 'mem') room.set(tile, has[BYTES] ?? 0);
  });
  parts.forEach(({ needs }, part) => {
    const tile = placement[part] ?? -1;
    const free = room.get(tile);
    if (free !== undefined) room.set(tile, free - (needs[BYTES] ?? 0));
  });
  const buffers = parts.flatMap((one, part) =>
    one.buffers.map((buffer, i) => ({ ...buffer, part, isFirst: i === 0 })),
  );
  const chosen = new Map<number, number>();
  const place = (index: number, least: number): T | null => {
    const buffer = buffers[index];
    if (buffer === undefined) return done(chosen);
    const home = placement[buffer.part] ?? -1;
    const places = [home, ...beside(home)];
    // Buffers of one link are alike: a later one never lies before an earlier one.
    for (let choice = buffer.isFirst ? 0 : least; choice < places.length; choice += 1) {
      const tile = places[choice] ?? -1;
      const free = room.get(tile) ?? 0;
      if (free < buffer.bytes) continue;
      room.set(tile, free - buffer.bytes);
      chosen.set(buffer.id, tile);
      const result = place(index + 1, choice);
      if (result !== null) return result;
      room.set(tile, free);
    }
    return null;
  };
  return place(0, 0);
}
