import { cleanStrides, createTap, tensorDims } from './tap.js';
import type { Tap } from './tap.js';
import type { TapSequence } from './tap-sequence.js';
import { TapError } from './tap-error.js';

/** How a tensor of two dimensions is cut into tiles. Pairs are rows, then columns. */
export interface TilingPlan {
  readonly tensor: readonly number[];
  /** Elements of a tile; the whole tensor where it is left out. */
  readonly tile?: readonly number[] | undefined;
  /** Columns first inside a tile. */
  readonly tileColMajor?: boolean | undefined;
  /** Columns first from pattern to pattern. */
  readonly iterColMajor?: boolean | undefined;
  /** How often each pattern is made. */
  readonly patternRepeat?: number | undefined;
  /** False keeps adjacent tiles of a group apart that could be one taller or wider tile. */
  readonly pruneStep?: boolean | undefined;
}

export interface GroupPlan extends TilingPlan {
  /** Tiles of a group; 1 x 1 where it is left out. */
  readonly group?: readonly number[] | undefined;
  /** Columns first from tile to tile of a group. */
  readonly groupColMajor?: boolean | undefined;
  /** Groups at the edge may have fewer tiles. */
  readonly allowPartial?: boolean | undefined;
}

export interface StepPlan extends GroupPlan {
  /** A group takes every so many-th tile, and the groups between start one tile later each; 1 x 1 if left out. */
  readonly steps?: readonly number[] | undefined;
}

type Pair = readonly [number, number];

/** One pattern per tile. Throws TapError. */
export const simpleTiler = (plan: TilingPlan): TapSequence => stepTiler(plan);

/** One pattern per group of adjacent tiles. Throws TapError. */
export const groupTiler = (plan: GroupPlan): TapSequence => stepTiler(plan);

/** One pattern per group of tiles that stand `steps` apart. Every pattern has four dimensions. Throws TapError. */
export function stepTiler(plan: StepPlan): TapSequence {
  const tensor = pairOf(plan.tensor);
  const tile = pairOf(plan.tile ?? tensor);
  const group = pairOf(plan.group ?? [1, 1]);
  const steps = pairOf(plan.steps ?? [1, 1]);
  const { patternRepeat = 1, allowPartial = false, iterColMajor = false } = plan;
  const tiles = both((dim) => {
    if (tensor[dim] % tile[dim] === 0) return tensor[dim] / tile[dim];
    const shown = `${tile.join('x')} does not divide ${tensor.join('x')}`;
    throw new TapError('indivisible', `the tile ${shown}`);
  });
  if (!Number.isSafeInteger(patternRepeat) || patternRepeat < 1) {
    throw new TapError('repeat_lt_1', `a pattern is made once at least, not ${patternRepeat} times`);
  }
  if (!allowPartial && ([0, 1] as const).some((dim) => tiles[dim] % (group[dim] * steps[dim]) !== 0)) {
    throw new TapError(
      'partial_not_allowed',
      `groups of ${group.join('x')} tiles, ${steps.join('x')} apart, do not divide ${tiles.join('x')} tiles`,
    );
  }
  const [rows, columns] = both((dim) => starts(tiles[dim], group[dim], steps[dim]));
  const taps: Tap[] = [];
  const add = (row: Start, column: Start): void => {
    const { sizes, strides } = shape(plan, { tensor, tile, steps, group: [row.repeats, column.repeats] });
    if (patternRepeat > 1) {
      if (sizes[0] !== 1) {
        throw new TapError(
          'out_of_dimensions',
          'the outermost of four dimensions is taken; none is left to repeat',
        );
      }
      sizes[0] = patternRepeat;
    }
    const offset = row.at * tile[0] * tensor[1] + column.at * tile[1];
    taps.push(createTap({ tensor, offset, sizes, strides }));
  };
  if (iterColMajor) for (const column of columns) for (const row of rows) add(row, column);
  else for (const row of rows) for (const column of columns) add(row, column);
  return { tensor, taps };
}

interface Start {
  /** The first tile. */
  readonly at: number;
  /** How many tiles, each a step behind the one before. */
  readonly repeats: number;
}

/** Where groups start in one dimension: `step` starts per block of `step * group` tiles. */
function starts(tiles: number, group: number, step: number): readonly Start[] {
  const found: Start[] = [];
  for (let block = 0; block < tiles; block += step * group) {
    for (let at = block; at < Math.min(block + step, tiles); at += 1) {
      found.push({ at, repeats: Math.min(group, Math.ceil((tiles - at) / step)) });
    }
  }
  return found;
}

interface Group {
  readonly tensor: Pair;
  readonly tile: Pair;
  readonly steps: Pair;
  readonly group: Pair;
}

/** Sizes and strides of one group, in four dimensions, the first of them free where it can be. */
function shape(
  { tileColMajor = false, groupColMajor = false, pruneStep = true }: StepPlan,
  { tensor: [, width], tile, steps, group }: Group,
): { sizes: number[]; strides: number[] } {
  let [height, breadth] = tile;
  let [down, across] = group;
  if (pruneStep && groupColMajor && !tileColMajor && steps[0] === 1) {
    height *= down;
    down = 1;
  } else if (pruneStep && !groupColMajor && tileColMajor && steps[1] === 1) {
    breadth *= across;
    across = 1;
  }
  const vertical = { size: down, stride: down > 1 ? width * height * steps[0] : 0 };
  const horizontal = { size: across, stride: across > 1 ? breadth * steps[1] : 0 };
  const lines = { size: height, stride: width };
  const cells = { size: breadth, stride: 1 };
  const outer = groupColMajor ? [horizontal, vertical] : [vertical, horizontal];
  // A single loop over tiles takes the inner place.
  outer.sort((a, b) => Number(a.size > 1) - Number(b.size > 1));
  const all = [...outer, ...(tileColMajor ? [cells, lines] : [lines, cells])];
  const sizes = all.map(({ size }) => size);
  return {
    sizes,
    strides: [
      ...cleanStrides(
        sizes,
        all.map(({ stride }) => stride),
      ),
    ],
  };
}

function pairOf(dims: readonly number[]): Pair {
  const [rows = 1, columns = 1] = tensorDims(dims, 2);
  return [rows, columns];
}

const both = <T>(make: (dim: 0 | 1) => T): readonly [T, T] => [make(0), make(1)];
