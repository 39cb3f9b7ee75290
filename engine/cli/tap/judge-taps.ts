import { unreachable } from '../../base/assert.js';
import { decompose } from '../../controllers/npu/tap/decompose.js';
import type { DmaTile } from '../../controllers/npu/tap/descriptor-limits.js';
import { DESCRIPTOR_LIMITS } from '../../controllers/npu/tap/descriptor-limits.js';
import { fitDescriptor } from '../../controllers/npu/tap/fit-descriptor.js';
import type { Tap } from '../../controllers/npu/tap/tap.js';

/** What a kind of tile makes of a pattern. */
export interface TapVerdict {
  readonly tile: DmaTile;
  /** Whether one descriptor holds it as it is written. */
  readonly fits: boolean;
  readonly reasons: readonly string[];
  /** How many descriptors make the same visits; null where none do. */
  readonly descriptors: number | null;
  /** Those descriptors, where the pattern itself is not the only one; null where they are too many to list. */
  readonly parts: readonly Tap[] | null;
}

/** Most descriptors that are listed. */
const MOST_PARTS = 256;

export function judgeTap(tap: Tap, tile: DmaTile, elementBytes: number): TapVerdict {
  const limits = DESCRIPTOR_LIMITS[tile];
  const { fits, reasons, splitsWords } = fitDescriptor(tap, limits, elementBytes);
  const said = {
    tile,
    fits: fits && !splitsWords,
    reasons: splitsWords ? [...reasons, 'd0_splits_words'] : reasons,
  };
  if (said.fits) return { ...said, descriptors: 1, parts: [] };
  const made = decompose(tap, { limits, elementBytes, mostParts: MOST_PARTS });
  switch (made.kind) {
    case 'parts':
      return { ...said, descriptors: made.parts.length, parts: made.parts };
    case 'too_many':
      return { ...said, descriptors: made.count, parts: null };
    case 'impossible':
      return { ...said, descriptors: null, parts: [] };
    default:
      return unreachable(made);
  }
}
