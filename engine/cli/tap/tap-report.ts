import { accessMaps, forEachRow } from '../../controllers/npu/tap/access-maps.js';
import type { Tap } from '../../controllers/npu/tap/tap.js';
import { accessCount, product } from '../../controllers/npu/tap/tap.js';
import type { TapSequence } from '../../controllers/npu/tap/tap-sequence.js';
import type { Cell, Frame, GridAxis, Report, Section, TableColumn } from '../../report/report.js';
import type { TapVerdict } from './judge-taps.js';

export interface JudgedTap {
  readonly tap: Tap;
  readonly verdicts: readonly TapVerdict[];
}

/** Most steps of an animation. */
const MOST_FRAMES = 256;
/** Most numbers in all frames of an animation, as each holds the whole tensor. */
const MOST_FRAME_CELLS = 2 ** 24;

/** What a sequence visits, as heat maps and an animation (thesis figure 7.3). The tensor has maps (see access-maps). */
export function tapReport(sequence: TapSequence, judged: readonly JudgedTap[], elementBytes: number): Report {
  const { tensor, taps } = sequence;
  const maps = accessMaps(tensor, taps);
  const axes = axesOf(tensor);
  const seen = Float64Array.from(maps.order);
  const order = Array.from(seen, (one) => (one < 0 ? null : one));
  const animation = animationOf(sequence, axes);
  const sections: Section[] = [
    {
      kind: 'heat-map',
      title: 'Order of visits',
      note: 'The number of the last visit to each element; elements without a colour are never visited.',
      ...axes,
      value: { name: 'last visit', unit: null },
      values: order,
    },
    ...(animation === null ? [] : [animation]),
    ...(maps.maxCount > 1 || maps.touched < maps.count.length
      ? [
          {
            kind: 'heat-map' as const,
            title: 'Count of visits',
            note: 'How often each element is visited.',
            ...axes,
            value: { name: 'visits', unit: null },
            values: Array.from(maps.count),
          },
        ]
      : []),
    descriptorTable(judged),
  ];
  return {
    title: `Access patterns over ${tensor.join(' x ')}`,
    subtitle: `${plural(taps.length, 'pattern')} over elements of ${plural(elementBytes, 'byte')}`,
    facts: [
      { label: 'patterns', value: taps.length, unit: null },
      { label: 'visits', value: maps.accesses, unit: null },
      { label: 'elements visited', value: `${maps.touched} of ${maps.count.length}`, unit: null },
      { label: 'most visits to one element', value: maps.maxCount, unit: null },
    ],
    sections,
  };
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function axesOf(tensor: readonly number[]): { readonly rows: GridAxis; readonly columns: GridAxis } {
  const labels = (count: number): string[] => Array.from({ length: count }, (_one, i) => String(i));
  return {
    rows: {
      name: tensor.length > 2 ? 'row of all outer dimensions' : 'row',
      labels: labels(product(tensor.slice(0, -1))),
    },
    columns: { name: 'column', labels: labels(tensor.at(-1) ?? 1) },
  };
}

/** The sequence step by step: pattern by pattern, or the outer loops of few patterns; null where it is one step. */
function animationOf(
  { tensor, taps }: TapSequence,
  axes: { readonly rows: GridAxis; readonly columns: GridAxis },
): Section | null {
  const total = product(tensor);
  const most = Math.min(MOST_FRAMES, Math.floor(MOST_FRAME_CELLS / total));
  const steps = stepsOf(taps, most);
  if (steps.length < 2) return null;
  const order = new Float64Array(total).fill(-1);
  let visit = 0;
  const frames: Frame[] = steps.slice(0, most).map(({ label, tap }) => {
    const active: number[] = [];
    forEachRow(tap, (start, stride, length) => {
      for (let i = 0, at = start; i < length; i += 1, at += stride) {
        order[at] = visit;
        visit += 1;
        active.push(at);
      }
    });
    return { label, values: Array.from(order, (one) => (one < 0 ? null : one)), active };
  });
  const cut = steps.length > most ? ` Only the first ${most} of ${steps.length} steps are shown.` : '';
  return {
    kind: 'animation',
    title: 'Step by step',
    note: `What each step visits is outlined; colours are the order of visits so far.${cut}`,
    ...axes,
    value: { name: 'last visit', unit: null },
    frames,
  };
}

interface Step {
  readonly label: string;
  readonly tap: Pick<Tap, 'offset' | 'sizes' | 'strides'>;
}

/** Each pattern tile by tile where it has tiles, a single one without tiles row by row. */
function stepsOf(taps: readonly Tap[], most: number): readonly Step[] {
  const budget = Math.max(1, Math.floor(most / taps.length));
  return taps.flatMap((tap, i): readonly Step[] => {
    const { sizes, strides } = tap;
    const around = (depth: number): number => product(sizes.slice(0, Math.max(0, depth)));
    let depth = taps.length > 1 || around(sizes.length - 2) > 1 ? sizes.length - 2 : sizes.length - 1;
    while (depth > 0 && around(depth) > budget) depth -= 1;
    if (around(depth) === 1) return [{ label: `pattern ${i}`, tap }];
    const steps: Step[] = [];
    const add = (dim: number, offset: number, index: readonly number[]): void => {
      if (dim < depth) {
        for (let j = 0; j < (sizes[dim] ?? 1); j += 1)
          add(dim + 1, offset + j * (strides[dim] ?? 0), [...index, j]);
        return;
      }
      const inner = { offset, sizes: sizes.slice(depth), strides: strides.slice(depth) };
      steps.push({ label: `pattern ${i}, ${index.join('.')}`, tap: inner });
    };
    add(0, tap.offset, []);
    return steps;
  });
}

function descriptorTable(judged: readonly JudgedTap[]): Section {
  const plain = (name: string): TableColumn => ({ name, unit: null, best: null });
  const tiles = judged[0]?.verdicts.map(({ tile }) => tile) ?? [];
  return {
    kind: 'table',
    title: 'Buffer descriptors',
    note: 'How many descriptors of each kind of tile make the visits of a pattern, and why it is none as it is written.',
    columns: [...['pattern', 'offset', 'sizes', 'strides', 'visits'].map(plain), ...tiles.map(plain)],
    rows: judged.map(({ tap, verdicts }, i): Cell[] => [
      String(i),
      tap.offset,
      tap.sizes.join(', '),
      tap.strides.join(', '),
      accessCount(tap),
      ...verdicts.map(
        ({ descriptors, reasons }): Cell =>
          `${descriptors ?? 'none'}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`,
      ),
    ]),
  };
}
