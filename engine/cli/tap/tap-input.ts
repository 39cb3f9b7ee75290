import { InvalidArgumentError } from 'commander';
import { createTap, wholeTensor } from '../../controllers/npu/tap/tap.js';
import { sequenceOf } from '../../controllers/npu/tap/tap-sequence.js';
import type { TapSequence } from '../../controllers/npu/tap/tap-sequence.js';
import type { StepPlan } from '../../controllers/npu/tap/tiler-2d.js';
import { stepTiler } from '../../controllers/npu/tap/tiler-2d.js';
import { usageError } from '../usage-error.js';

/** Options that say what is visited. */
export interface TapOptions {
  readonly offset?: number;
  readonly sizes?: readonly number[];
  readonly strides?: readonly number[];
  readonly tile?: readonly number[];
  readonly group?: readonly number[];
  readonly steps?: readonly number[];
  readonly repeat?: number;
  readonly partial?: boolean;
  readonly tileOrder?: 'row' | 'col';
  readonly groupOrder?: 'row' | 'col';
  readonly order?: 'row' | 'col';
  readonly prune?: boolean;
}

/** Reads dimensions such as `8x16`. */
export function dimensions(text: string): readonly number[] {
  return wholeNumbers(text, 'x', 'Dimensions are whole numbers with `x` between them, such as 8x16');
}

/** Reads numbers such as `2,4,4,4`. */
export function numberList(text: string): readonly number[] {
  return wholeNumbers(text, ',', 'It is a list of whole numbers such as 2,4,4,4');
}

function wholeNumbers(text: string, between: string, message: string): readonly number[] {
  const numbers = text.split(between).map((one) => (/^[0-9]+$/.test(one) ? Number(one) : NaN));
  if (!numbers.every(Number.isSafeInteger)) throw new InvalidArgumentError(message);
  return numbers;
}

/** The patterns that options over a tensor mean. Throws DiagnosticError cli/usage and tap/bad-pattern. */
export function tapsOf(tensor: readonly number[], options: TapOptions): TapSequence {
  const { sizes, strides, offset } = options;
  const tiling = tilingOf(tensor, options);
  if (sizes === undefined && strides === undefined) {
    if (offset !== undefined) throw usageError('`--offset` stands beside `--sizes` and `--strides`');
    return tiling === null ? sequenceOf([wholeTensor(tensor)]) : stepTiler(tiling);
  }
  if (tiling !== null)
    throw usageError('a pattern is given by its sizes and strides or by a tiling, not by both');
  if (sizes === undefined || strides === undefined)
    throw usageError('`--sizes` and `--strides` stand together');
  return sequenceOf([createTap({ tensor, offset, sizes, strides })]);
}

/** The tiling that is asked for; null where no option of one is given. */
function tilingOf(tensor: readonly number[], options: TapOptions): StepPlan | null {
  const { tile, group, steps, repeat, partial, tileOrder, groupOrder, order, prune } = options;
  const given = [tile, group, steps, repeat, partial, tileOrder, groupOrder, order];
  if (given.every((one) => one === undefined) && prune !== false) return null;
  return {
    tensor,
    tile,
    group,
    steps,
    patternRepeat: repeat,
    allowPartial: partial,
    tileColMajor: tileOrder === 'col',
    groupColMajor: groupOrder === 'col',
    iterColMajor: order === 'col',
    pruneStep: prune,
  };
}
