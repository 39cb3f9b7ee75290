import type { Placement, PlaceProblem } from './problem.js';

/** True where no line between rows or columns is crossed by more fifos through DMA than it has streams. */
export function streamsFit({ tiles, nets, lines }: PlaceProblem, placement: Placement): boolean {
  return lines.every(({ dimension, first, onward, back }) => {
    // Nothing is to be counted where all fifos would fit.
    if (nets.length <= Math.min(onward, back)) return true;
    let out = 0;
    let home = 0;
    const isBefore = (part: number): boolean => (tiles[placement[part] ?? -1]?.[dimension] ?? 0) <= first;
    for (const { producer, consumers } of nets) {
      if (isBefore(producer)) {
        if (consumers.some((part) => !isBefore(part))) out += 1;
      } else if (consumers.some(isBefore)) home += 1;
    }
    return out <= onward && home <= back;
  });
}
