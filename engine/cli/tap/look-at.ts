import { accessMaps, MOST_MAPPED_ELEMENTS } from '../../controllers/npu/tap/access-maps.js';
import type { AccessMaps } from '../../controllers/npu/tap/access-maps.js';
import type { DmaTile } from '../../controllers/npu/tap/descriptor-limits.js';
import type { Tap } from '../../controllers/npu/tap/tap.js';
import { accessCount, product } from '../../controllers/npu/tap/tap.js';
import type { TapSequence } from '../../controllers/npu/tap/tap-sequence.js';
import type { TapVerdict } from './judge-taps.js';
import { judgeTap } from './judge-taps.js';
import { mapText } from './map-text.js';
import type { JudgedTap } from './tap-report.js';

/** Patterns whose verdicts are listed for people. */
const MOST_LISTED = 16;

export interface LookOptions {
  readonly tiles: readonly DmaTile[];
  readonly elementBytes: number;
  /** `order`: when elements are visited last. `count`: how often. null: no map. */
  readonly map: 'order' | 'count' | null;
  /** Columns of the terminal. */
  readonly columns: number;
}

/** What there is to say of patterns. */
export interface Look {
  readonly judged: readonly JudgedTap[];
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** True where no descriptors make the visits of some pattern on some tile. */
  readonly isRefused: boolean;
}

export function lookAt(sequence: TapSequence, { tiles, elementBytes, map, columns }: LookOptions): Look {
  const judged = sequence.taps.map((one) => ({
    tap: one,
    verdicts: tiles.map((tile) => judgeTap(one, tile, elementBytes)),
  }));
  const isMapped = product(sequence.tensor) <= MOST_MAPPED_ELEMENTS;
  const maps = isMapped ? accessMaps(sequence.tensor, sequence.taps) : null;
  const shown = map === null ? undefined : maps?.[map];
  const drawn =
    shown === undefined
      ? ''
      : `\n${map === 'count' ? 'visits of each element' : 'last visit of each element'}\n` +
        mapText(sequence.tensor, (at) => visited(shown[at] ?? -1, map === 'count'), columns);
  const more = judged.length - MOST_LISTED;
  const text =
    headline(sequence, maps) +
    judged
      .slice(0, MOST_LISTED)
      .map(({ tap: one, verdicts }, i) => verdictText(one, i, verdicts))
      .join('') +
    (more > 0 ? `... ${more} more patterns\n` : '') +
    drawn;
  const fields = {
    tensor: sequence.tensor,
    accesses: visitsOf(sequence),
    touched: maps?.touched ?? null,
    max_count: maps?.maxCount ?? null,
    patterns: judged.map(({ tap: one, verdicts }) => ({
      ...dimsOf(one),
      descriptors: verdicts.map((verdict) => ({
        ...verdict,
        parts: verdict.parts === null ? null : verdict.parts.map(dimsOf),
      })),
    })),
  };
  const isRefused = judged.some(({ verdicts }) => verdicts.some(({ descriptors }) => descriptors === null));
  return { judged, text, fields, isRefused };
}

const dimsOf = ({ offset, sizes, strides }: Tap): Pick<Tap, 'offset' | 'sizes' | 'strides'> => ({
  offset,
  sizes,
  strides,
});

const visited = (value: number, isCount: boolean): number | null =>
  value < 0 || (isCount && value === 0) ? null : value;

const visitsOf = ({ taps }: TapSequence): number => taps.reduce((sum, one) => sum + accessCount(one), 0);

/** How many patterns and visits; `maps` is null where the tensor is too large for maps. */
function headline(sequence: TapSequence, maps: AccessMaps | null): string {
  const { tensor, taps } = sequence;
  const patterns = taps.length === 1 ? '1 pattern' : `${taps.length} patterns`;
  const start = `tensor ${tensor.join('x')}: ${patterns}, ${visitsOf(sequence)} visits`;
  if (maps === null) return `${start}\n`;
  const often = maps.maxCount <= 1 ? 'none twice' : `up to ${maps.maxCount} times`;
  return `${start}, ${maps.touched} of ${maps.order.length} elements, ${often}\n`;
}

function verdictText(one: Tap, at: number, verdicts: readonly TapVerdict[]): string {
  const fitting = verdicts.filter(({ fits }) => fits).map(({ tile }) => tile);
  const others = verdicts.filter(({ fits }) => !fits);
  const fit = fitting.length === 0 ? '' : `   fits one descriptor: ${fitting.join(', ')}\n`;
  return `${at}: ${tapText(one)}\n${fit}${others.map((verdict) => `   ${verdict.tile}: ${misfitText(verdict)}\n`).join('')}`;
}

const tapText = ({ offset, sizes, strides }: Tap): string =>
  `offset ${offset} sizes ${sizes.join(',')} strides ${strides.join(',')}`;

/** Parts that are listed in full for people. */
const MOST_PARTS_LISTED = 4;

function misfitText({ reasons, descriptors, parts }: TapVerdict): string {
  const why = reasons.join(', ');
  if (descriptors === null) return `no descriptors make these visits (${why})`;
  const count = descriptors === 1 ? 'one other descriptor does' : `${descriptors} descriptors do`;
  const all = parts ?? [];
  const listed = all.slice(0, MOST_PARTS_LISTED).map((part) => `\n      ${tapText(part)}`);
  const more = descriptors - listed.length;
  return `does not fit (${why}); ${count}${listed.join('')}${more > 0 ? `\n      ... ${more} more` : ''}`;
}
