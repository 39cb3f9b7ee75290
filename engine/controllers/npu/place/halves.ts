import type { HalfLimit, LinkEnd } from './problem.js';

/** An end and whether one of its link's buffers lies beside its memory tile. */
export interface HalvedEnd extends LinkEnd {
  readonly reachesOut: boolean;
}

/**
 * A parity for each end at one memory tile, so that either half has the channels and descriptors; null where there is
 * none. Channels of buffers beside the tile are among the first ones, fewer by half.
 */
export function splitByParity(ends: readonly HalvedEnd[], limit: HalfLimit): readonly (0 | 1)[] | null {
  // Large ones first: what does not fit shows early.
  const order = ends.map((_end, i) => i).sort((a, b) => (ends[b]?.bds ?? 0) - (ends[a]?.bds ?? 0) || a - b);
  const parity = new Int8Array(ends.length);
  const bds = [0, 0];
  const channels = { s2mm: [0, 0], mm2s: [0, 0] };
  const outward = { s2mm: [0, 0], mm2s: [0, 0] };
  const place = (depth: number): boolean => {
    const index = order[depth];
    const end = index === undefined ? undefined : ends[index];
    if (index === undefined || end === undefined) return true;
    for (const half of [0, 1]) {
      const used = channels[end.direction];
      const out = outward[end.direction];
      const fits =
        (bds[half] ?? 0) + end.bds <= limit.bds &&
        (used[half] ?? 0) < limit.channels &&
        (!end.reachesOut || (out[half] ?? 0) < limit.neighbourChannels);
      if (!fits) continue;
      const isAlike =
        half === 1 && bds[0] === bds[1] && used[0] === used[1] && out[0] === out[1] && depth === 0;
      if (isAlike) continue;
      bds[half] = (bds[half] ?? 0) + end.bds;
      used[half] = (used[half] ?? 0) + 1;
      if (end.reachesOut) out[half] = (out[half] ?? 0) + 1;
      parity[index] = half;
      if (place(depth + 1)) return true;
      bds[half] = (bds[half] ?? 0) - end.bds;
      used[half] = (used[half] ?? 0) - 1;
      if (end.reachesOut) out[half] = (out[half] ?? 0) - 1;
    }
    return false;
  };
  return place(0) ? [...parity].map((half) => (half === 1 ? 1 : 0)) : null;
}
