import { readFileSync } from 'node:fs';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { accessEquivalent } from '../../engine/controllers/npu/tap/access-equivalence.js';
import { accessMaps } from '../../engine/controllers/npu/tap/access-maps.js';
import { DESCRIPTOR_LIMITS } from '../../engine/controllers/npu/tap/descriptor-limits.js';
import { fitDescriptor } from '../../engine/controllers/npu/tap/fit-descriptor.js';
import { merge, permute, repeat, split, tile } from '../../engine/controllers/npu/tap/layout.js';
import type { Tap } from '../../engine/controllers/npu/tap/tap.js';
import { accessCount, cleanStrides, createTap, strictlyEqual } from '../../engine/controllers/npu/tap/tap.js';
import { TapError } from '../../engine/controllers/npu/tap/tap-error.js';
import { sequenceOf } from '../../engine/controllers/npu/tap/tap-sequence.js';
import { groupTiler, simpleTiler, stepTiler } from '../../engine/controllers/npu/tap/tiler-2d.js';

type Numbers = readonly number[];

interface Shape {
  readonly tensor: Numbers;
  readonly offset: number;
  readonly sizes: Numbers;
  readonly strides: Numbers;
}

interface TapCase {
  readonly id: string;
  readonly op: string;
  readonly args: Shape & {
    readonly a: Shape;
    readonly b: Shape;
    readonly taps: readonly Shape[];
    readonly tile: Numbers | string;
    readonly tile_col_major?: boolean;
    readonly iter_col_major?: boolean;
    readonly group_col_major?: boolean;
    readonly group?: Numbers;
    readonly repeats?: Numbers;
    readonly steps?: Numbers;
    readonly pattern_repeat?: number;
    readonly allow_partial?: boolean;
    readonly elem_bytes: number;
    readonly view: Shape;
    readonly axes: Numbers;
    readonly dim: number;
    readonly inner: number;
    readonly count: number;
  };
  readonly expect: Readonly<Record<string, unknown>>;
}

const cases = JSON.parse(readFileSync('test/cases/taplib.json', 'utf8')) as readonly TapCase[];

/** Everything the cases say of what some patterns visit. */
function facts(tensor: Numbers, taps: readonly Tap[]): Record<string, unknown> {
  const maps = accessMaps(tensor, taps);
  const shown = (tap: Tap): unknown => ({ offset: tap.offset, sizes: tap.sizes, strides: tap.strides });
  let checksum = 0;
  for (const [i, order] of maps.order.entries())
    checksum = (checksum + (order + 1) * (i + 1)) % 1_000_000_007;
  return {
    n_taps: taps.length,
    taps: taps.map(shown),
    last_tap: shown(must(taps.at(-1), 'a last pattern')),
    n_accesses: maps.accesses,
    n_touched: maps.touched,
    max_count: maps.maxCount,
    max_order: maps.maxOrder,
    order_checksum: checksum,
    order: [...maps.order],
    count: [...maps.count],
  };
}

const pick = ({ offset, sizes, strides }: Tap): Record<string, unknown> => ({ offset, sizes, strides });

function answer({ op, args }: TapCase): Record<string, unknown> {
  const tiling = {
    tensor: args.tensor,
    tile: typeof args.tile === 'string' ? undefined : args.tile,
    tileColMajor: args.tile_col_major,
    iterColMajor: args.iter_col_major,
    groupColMajor: args.group_col_major,
    group: args.group ?? args.repeats,
    steps: args.steps,
    patternRepeat: args.pattern_repeat,
    allowPartial: args.allow_partial,
  };
  switch (op) {
    case 'tap': {
      const made = createTap(args);
      return { ...facts(made.tensor, [made]), ...pick(made) };
    }
    case 'clean':
      return { sizes: args.sizes, strides: cleanStrides(args.sizes, args.strides) };
    case 'compare': {
      const [a, b] = [createTap(args.a), createTap(args.b)];
      return { strictly_equal: strictlyEqual(a, b), access_equivalent: accessEquivalent(a, b) };
    }
    case 'tas': {
      const { tensor, taps } = sequenceOf(args.taps.map((one) => createTap({ ...one, tensor: args.tensor })));
      return facts(tensor, taps);
    }
    case 'simple_tiler':
      return facts(args.tensor, simpleTiler(tiling).taps);
    case 'group_tiler':
      return facts(args.tensor, groupTiler(tiling).taps);
    case 'step_tiler':
      return facts(args.tensor, stepTiler(tiling).taps);
    case 'bd_fits': {
      const limits = {
        shim: DESCRIPTOR_LIMITS.shim,
        mem: DESCRIPTOR_LIMITS.mem,
        compute: DESCRIPTOR_LIMITS.core,
      };
      const { fits, reasons } = fitDescriptor(
        args,
        limits[args.tile as keyof typeof limits],
        args.elem_bytes,
      );
      return { fits, reasons };
    }
    case 'layout_permute':
      return pick(permute(createTap(args.view), args.axes));
    case 'layout_split':
      return pick(split(createTap(args.view), args.dim, args.inner));
    case 'layout_merge':
      return pick(merge(createTap(args.view), args.dim));
    case 'layout_repeat':
      return pick(repeat(createTap(args.view), args.count));
    case 'layout_tile':
      return pick(tile(createTap(args.view), args.tile as Numbers));
    default:
      throw new Error(`no such operation: ${op}`);
  }
}

/** The answer, or the problem and its figures as the cases name them. */
function answerOrProblem(one: TapCase): Record<string, unknown> {
  try {
    return answer(one);
  } catch (error) {
    if (!(error instanceof TapError)) throw error;
    return { error: error.problem, ...error.figures };
  }
}

for (const one of cases) {
  test(`taplib case ${one.id}`, (t) => {
    const got = answerOrProblem(one);
    for (const [name, wanted] of Object.entries(one.expect)) t.deepEqual(got[name], wanted, name);
  });
}

test('all 77 cases of taplib.json are there, and each expects something', (t) => {
  t.is(cases.length, 77);
  t.deepEqual(
    cases.filter(({ expect }) => Object.keys(expect).length === 0),
    [],
  );
  t.is(accessCount(createTap({ tensor: [4], sizes: [4], strides: [1] })), 4);
});
