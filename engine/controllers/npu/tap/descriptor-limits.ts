/** What one buffer descriptor of a tile's DMA can hold. Words are of four bytes, the unit of addresses. */
export interface DescriptorLimits {
  /** Dimensions besides the iteration: d0, the innermost, to d2 or d3. */
  readonly dims: number;
  /** Most words in d0, and steps in d1 (and in d2 where there is a d3). */
  readonly wrap: number;
  /** Most words in one stride. */
  readonly stepWords: number;
  /** Most runs through the iteration dimension. */
  readonly iterations: number;
  /** Whether dimensions that together are contiguous count as one, whatever their sizes. */
  readonly foldsContiguous: boolean;
}

export type DmaTile = 'shim' | 'mem' | 'core';

/** Bytes of a word. */
export const WORD_BYTES = 4;

/**
 * Limits of AIE2 and AIE2P by kind of tile. Widths of registers in mlir-aie, lib/Dialect/AIEX/IR/AIEXDialect.cpp:
 * wraps of 10 or 8 bits, steps of 20, 17 or 13, iterations of 6.
 */
export const DESCRIPTOR_LIMITS: Readonly<Record<DmaTile, DescriptorLimits>> = {
  shim: { dims: 3, wrap: 1023, stepWords: 2 ** 20, iterations: 64, foldsContiguous: true },
  mem: { dims: 4, wrap: 1023, stepWords: 2 ** 17, iterations: 64, foldsContiguous: false },
  core: { dims: 3, wrap: 255, stepWords: 2 ** 13, iterations: 64, foldsContiguous: false },
};
