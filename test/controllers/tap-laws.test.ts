import test from 'ava';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import {
  accessEquivalent,
  sequencesEquivalent,
} from '../../engine/controllers/npu/tap/access-equivalence.js';
import { accessMaps, forEachRow } from '../../engine/controllers/npu/tap/access-maps.js';
import { decompose } from '../../engine/controllers/npu/tap/decompose.js';
import type { DescriptorLimits } from '../../engine/controllers/npu/tap/descriptor-limits.js';
import { DESCRIPTOR_LIMITS } from '../../engine/controllers/npu/tap/descriptor-limits.js';
import { fitDescriptor } from '../../engine/controllers/npu/tap/fit-descriptor.js';
import {
  broadcast,
  coalesced,
  merge,
  permute,
  repeat,
  slice,
  split,
  squeeze,
  tile,
  unsqueeze,
} from '../../engine/controllers/npu/tap/layout.js';
import type { Tap } from '../../engine/controllers/npu/tap/tap.js';
import { createTap, product, wholeTensor } from '../../engine/controllers/npu/tap/tap.js';
import { TapError } from '../../engine/controllers/npu/tap/tap-error.js';
import {
  appendTap,
  createSequence,
  insertTap,
  sequenceOf,
} from '../../engine/controllers/npu/tap/tap-sequence.js';
import { stepTiler } from '../../engine/controllers/npu/tap/tiler-2d.js';

const RUNS = { seed: 20250311, numRuns: 1500 } as const;

/** Every visited element, one by one: what all else is compared with. */
function visits(taps: readonly Tap[]): number[] {
  const found: number[] = [];
  for (const tap of taps) {
    forEachRow(tap, (start, stride, length) => {
      for (let i = 0; i < length; i += 1) found.push(start + i * stride);
    });
  }
  return found;
}

/** A pattern of up to five dimensions over a tensor that is as large as the pattern asks for. */
const anyTap = (sizes: readonly number[], strides: readonly number[], offset: number): Tap => {
  const last = offset + sizes.reduce((sum, size, i) => sum + (size - 1) * (strides[i] ?? 0), 0);
  return createTap({ tensor: [last + 1], offset, sizes, strides });
};

const taps = (size: number, stride: number): fc.Arbitrary<Tap> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.integer({ min: 1, max: size }), fc.integer({ min: 0, max: stride })), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.integer({ min: 0, max: 5 }),
    )
    .map(([dims, offset]) =>
      anyTap(
        dims.map(([one]) => one),
        dims.map(([, one]) => one),
        offset,
      ),
    )
    .filter(({ sizes }) => product(sizes) <= 3000);

const sameTensor = (tap: Tap, tensor: readonly number[]): Tap => createTap({ ...tap, tensor });

test(`patterns are access-equivalent exactly if a walk visits the same, seed ${RUNS.seed}`, (t) => {
  let equivalent = 0;
  fc.assert(
    fc.property(taps(4, 4), taps(4, 4), fc.boolean(), (a, b, related) => {
      const tensor = [Math.max(product(a.tensor), product(b.tensor))];
      const left = sameTensor(a, tensor);
      const right = related ? coalesced(left) : sameTensor(b, tensor);
      const same = visits([left]).join() === visits([right]).join();
      if (same) equivalent += 1;
      return accessEquivalent(left, right) === same;
    }),
    RUNS,
  );
  t.true(equivalent > 500);
});

test(`sequences are access-equivalent exactly if a walk visits the same, seed ${RUNS.seed}`, (t) => {
  let equivalent = 0;
  const lists = fc.array(taps(3, 3), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(lists, lists, fc.integer({ min: 0, max: 2 }), (a, b, kind) => {
      const tensor = [Math.max(...[...a, ...b].map((one) => product(one.tensor)))];
      const left = a.map((one) => sameTensor(one, tensor));
      // The same visits as single elements, as runs of two, or something else.
      const all = visits(left);
      const single = (at: number): Tap => createTap({ tensor, offset: at, sizes: [1], strides: [1] });
      const pairs = (): Tap[] => {
        const made: Tap[] = [];
        for (let i = 0; i < all.length; i += 2) {
          const [first = 0, second] = all.slice(i, i + 2);
          if (second === undefined || second < first) {
            made.push(single(first), ...(second === undefined ? [] : [single(second)]));
          } else made.push(createTap({ tensor, offset: first, sizes: [2], strides: [second - first] }));
        }
        return made;
      };
      const right =
        kind === 0 ? all.map(single) : kind === 1 ? pairs() : b.map((one) => sameTensor(one, tensor));
      const same = all.join() === visits(right).join();
      if (same) equivalent += 1;
      return sequencesEquivalent(sequenceOf(left), sequenceOf(right)) === same;
    }),
    RUNS,
  );
  t.true(equivalent > 900);
});

test('equivalence of patterns with more visits than can be walked is told at once', (t) => {
  const tensor = [2 ** 20, 2 ** 20];
  const whole = wholeTensor(tensor);
  const blocks = createTap({ tensor, sizes: [2 ** 10, 2 ** 30], strides: [2 ** 30, 1] });
  t.true(accessEquivalent(whole, blocks));
  t.false(accessEquivalent(whole, permute(whole, [1, 0])));
  const halves = [0, 2 ** 39].map((offset) =>
    createTap({ tensor, offset, sizes: [2 ** 19, 2 ** 20], strides: [2 ** 20, 1] }),
  );
  t.true(sequencesEquivalent(sequenceOf([whole]), sequenceOf(halves)));
});

const SMALL_LIMITS: DescriptorLimits = {
  dims: 3,
  wrap: 7,
  stepWords: 40,
  iterations: 4,
  foldsContiguous: true,
};

for (const [name, limits, dims] of [
  ['small limits with three dimensions', SMALL_LIMITS, 5],
  ['small limits with four dimensions', { ...SMALL_LIMITS, dims: 4, foldsContiguous: false }, 5],
] as const) {
  test(`a decomposition visits the same and each part fits, ${name}, seed ${RUNS.seed}`, (t) => {
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(taps(dims * 2, 30), fc.constantFrom(1, 2, 4, 8), (tap, elementBytes) => {
        const made = decompose(tap, { limits, elementBytes });
        kinds.set(made.kind, (kinds.get(made.kind) ?? 0) + 1);
        if (made.kind !== 'parts') return made.kind === 'impossible' && made.reasons.length > 0;
        const fit = made.parts.every((part) => {
          const { fits, splitsWords } = fitDescriptor(part, limits, elementBytes);
          return fits && !splitsWords;
        });
        return (
          fit &&
          sequencesEquivalent(sequenceOf([tap]), sequenceOf(made.parts)) &&
          visits([tap]).join() === visits(made.parts).join()
        );
      }),
      { ...RUNS, numRuns: 600 },
    );
    t.true((kinds.get('parts') ?? 0) > 200, JSON.stringify([...kinds]));
    t.true((kinds.get('impossible') ?? 0) > 20, JSON.stringify([...kinds]));
  });
}

test('words always fit some descriptors: only smaller elements can be impossible', (t) => {
  fc.assert(
    fc.property(taps(12, 60), fc.constantFrom(4, 8), (tap, elementBytes) => {
      const made = decompose(tap, { limits: SMALL_LIMITS, elementBytes });
      return made.kind === 'parts' && made.parts.length <= product(tap.sizes);
    }),
    { ...RUNS, numRuns: 600 },
  );
  t.pass();
});

const macroParts = test.macro({
  exec: (
    t,
    shape: readonly [readonly number[], readonly number[]],
    parts: readonly (readonly number[])[],
  ) => {
    const tap = anyTap(...shape, 0);
    const made = decompose(tap, { limits: DESCRIPTOR_LIMITS.shim, elementBytes: 4 });
    t.deepEqual(made.kind === 'parts' ? made.parts.map(({ sizes }) => sizes) : made, parts);
  },
  title: (name = '') => `on a shim tile, ${name}`,
});

test(
  'a run in several dimensions stays as it is',
  macroParts,
  [
    [4, 2048],
    [2048, 1],
  ],
  [[4, 2048]],
);
test(
  'long rows stand alone inside repetitions',
  macroParts,
  [
    [4, 2048],
    [4096, 1],
  ],
  [[4, 1, 1, 2048]],
);
test(
  'rows longer than a wrap are cut inside the descriptor',
  macroParts,
  [
    [100, 2048],
    [4096, 1],
  ],
  [[1, 100, 4, 512]],
);
test(
  '65 repetitions become 64 and 1',
  macroParts,
  [
    [65, 8],
    [0, 1],
  ],
  [
    [64, 1, 1, 8],
    [1, 1, 1, 8],
  ],
);
test(
  'a fifth dimension becomes descriptors of its own',
  macroParts,
  [
    [3, 2, 2, 2, 2],
    [99, 40, 12, 5, 2],
  ],
  [
    [2, 2, 2, 2],
    [2, 2, 2, 2],
    [2, 2, 2, 2],
  ],
);

test('half words that are not neighbours are no descriptor', (t) => {
  const transpose = createTap({ tensor: [64, 32], sizes: [32, 64], strides: [1, 32] });
  const made = decompose(transpose, { limits: DESCRIPTOR_LIMITS.shim, elementBytes: 2 });
  t.is(made.kind, 'impossible');
  const words = decompose(transpose, { limits: DESCRIPTOR_LIMITS.shim, elementBytes: 4 });
  t.is(words.kind === 'parts' ? words.parts.length : 0, 1);
});

test('a decomposition says how many parts it would have where they are too many', (t) => {
  const tap = anyTap([3, 50, 2, 2, 2, 2], [900, 17, 40, 12, 5, 2], 0);
  const made = decompose(tap, { limits: DESCRIPTOR_LIMITS.shim, elementBytes: 4, mostParts: 100 });
  t.deepEqual(made, { kind: 'too_many', count: 150 });
});

const plans = fc.record({
  tiles: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
  tile: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  group: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  steps: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  tileColMajor: fc.boolean(),
  iterColMajor: fc.boolean(),
  groupColMajor: fc.boolean(),
  pruneStep: fc.boolean(),
});

/** The element at a place that a tiling visits next, tile by tile: written from the meaning, not from sizes. */
function* tileByTile(plan: {
  tiles: readonly [number, number];
  tile: readonly [number, number];
  group: readonly [number, number];
  steps: readonly [number, number];
  tileColMajor: boolean;
  iterColMajor: boolean;
  groupColMajor: boolean;
}): Generator<number, void> {
  const { tiles, tile: size, group, steps } = plan;
  const width = tiles[1] * size[1];
  const grid = function* (rows: readonly number[], columns: readonly number[], columnsFirst: boolean) {
    if (columnsFirst) for (const column of columns) for (const row of rows) yield [row, column] as const;
    else for (const row of rows) for (const column of columns) yield [row, column] as const;
  };
  const upTo = (n: number): number[] => Array.from({ length: n }, (_one, i) => i);
  /** Tiles in their groups, group after group, in one dimension. */
  const groups = (dim: 0 | 1): number[][] => {
    const found = new Map<string, number[]>();
    for (const at of upTo(tiles[dim])) {
      const block = Math.floor(at / (steps[dim] * group[dim]));
      const key = `${block}/${at % steps[dim]}`;
      found.set(key, [...(found.get(key) ?? []), at]);
    }
    return [...found.values()].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  };
  const [down, across] = [groups(0), groups(1)];
  for (const [i, j] of grid(upTo(down.length), upTo(across.length), plan.iterColMajor)) {
    const rows = must(down[i], 'rows of tiles');
    const columns = must(across[j], 'columns of tiles');
    for (const [row, column] of grid(rows, columns, plan.groupColMajor)) {
      for (const [y, x] of grid(upTo(size[0]), upTo(size[1]), plan.tileColMajor)) {
        yield (row * size[0] + y) * width + column * size[1] + x;
      }
    }
  }
}

test(`tilings visit every element once, in the order of tiles, seed ${RUNS.seed}`, (t) => {
  let merged = 0;
  fc.assert(
    fc.property(plans, (plan) => {
      const tensor = [plan.tiles[0] * plan.tile[0], plan.tiles[1] * plan.tile[1]];
      const made = stepTiler({ ...plan, tensor, allowPartial: true });
      const maps = accessMaps(tensor, made.taps);
      if (maps.touched !== product(tensor) || maps.maxCount !== 1) return false;
      const isMerged =
        plan.pruneStep &&
        ((plan.groupColMajor && !plan.tileColMajor && plan.steps[0] === 1 && plan.group[0] > 1) ||
          (!plan.groupColMajor && plan.tileColMajor && plan.steps[1] === 1 && plan.group[1] > 1));
      if (isMerged) {
        merged += 1;
        // Merged tiles are one: the order inside is that of the large tile, which is the order of the tiles, too.
        return visits(made.taps).length === product(tensor);
      }
      return visits(made.taps).join() === [...tileByTile(plan)].join();
    }),
    RUNS,
  );
  t.true(merged > 50);
});

test(`tiles that merge are visited in the order of the tiles, seed ${RUNS.seed}`, (t) => {
  fc.assert(
    fc.property(plans, (plan) => {
      const tensor = [plan.tiles[0] * plan.tile[0], plan.tiles[1] * plan.tile[1]];
      const [kept, merged] = [false, true].map((pruneStep) =>
        stepTiler({ ...plan, tensor, allowPartial: true, pruneStep }),
      );
      return sequencesEquivalent(must(kept, 'tiles'), must(merged, 'merged tiles'));
    }),
    RUNS,
  );
  t.pass();
});

test('a sequence made of steps knows the step and what was before', (t) => {
  const made = createSequence({
    tensor: [4, 4],
    steps: 3,
    offset: (step, before) => (before ?? 0) + step,
    sizes: [2],
    strides: (step) => [step + 1],
  });
  t.deepEqual(
    made.taps.map(({ offset, strides }) => [offset, strides]),
    [
      [0, [1]],
      [1, [2]],
      [3, [3]],
    ],
  );
  t.deepEqual(createSequence({ tensor: [4], steps: 0 }), { tensor: [1, 4], taps: [] });
});

test('a sequence takes no pattern over another tensor, and none at a place it does not have', (t) => {
  const problem = (run: () => unknown): string => {
    const error = t.throws(run, { instanceOf: TapError });
    return error.problem;
  };
  const one = wholeTensor([2, 3]);
  const sequence = sequenceOf([one]);
  t.is(appendTap(sequence, one).taps.length, 2);
  t.is(insertTap(sequence, 0, one).taps.length, 2);
  t.is(
    problem(() => appendTap(sequence, wholeTensor([3, 2]))),
    'other_tensor',
  );
  t.is(
    problem(() => insertTap(sequence, 2, one)),
    'axis',
  );
  t.is(
    problem(() => sequenceOf([])),
    'empty_sequence',
  );
  t.is(
    problem(() => createSequence({ tensor: [4], steps: 0, offset: 1 })),
    'empty_sequence',
  );
  t.is(
    problem(() => createSequence({ tensor: [4], steps: 1 })),
    'empty_sizes',
  );
});

test(`layout steps keep the visits that they should keep, seed ${RUNS.seed}`, (t) => {
  fc.assert(
    fc.property(taps(6, 9), fc.nat(), (tap, pick) => {
      const dim = pick % tap.sizes.length;
      const size = must(tap.sizes[dim], 'a size');
      const all = visits([tap]).join();
      const inner = [...Array(size).keys()].map((i) => i + 1).filter((i) => size % i === 0);
      return (
        inner.every((one) => visits([split(tap, dim, one)]).join() === all) &&
        inner.every((one) => visits([merge(split(tap, dim, one), dim)]).join() === all) &&
        visits([squeeze(unsqueeze(tap, dim), dim)]).join() === all &&
        visits([repeat(tap, 3)]).join() === [all, all, all].join() &&
        visits([broadcast(unsqueeze(tap, 0), 0, 2)]).join() === [all, all].join() &&
        visits([coalesced(tap)]).join() === all &&
        visits([slice(tap, dim, 0, size)]).join() === all &&
        visits([tile(tap, tap.sizes)]).join() === all &&
        [...visits([permute(tap, [...tap.sizes.keys()].reverse())])].sort().join() ===
          [...visits([tap])].sort().join()
      );
    }),
    { ...RUNS, numRuns: 500 },
  );
  t.pass();
});

test('a slice takes every so many-th index', (t) => {
  const whole = wholeTensor([4, 6]);
  t.deepEqual(visits([slice(whole, 1, 1, 6, 2)]).slice(0, 4), [1, 3, 5, 7]);
  t.throws(() => slice(whole, 0, 2, 5), { instanceOf: TapError });
  t.throws(() => merge(permute(whole, [1, 0]), 0), { instanceOf: TapError });
});

test('maps of a large tensor are made in typed arrays', (t) => {
  const { touched, maxCount, order } = accessMaps(
    [2048, 2048],
    stepTiler({ tensor: [2048, 2048], tile: [64, 64], group: [4, 4], steps: [2, 2] }).taps,
  );
  t.is(touched, 2048 * 2048);
  t.is(maxCount, 1);
  t.true(order instanceof Int32Array);
  t.throws(() => accessMaps([2 ** 14, 2 ** 14], []), { instanceOf: TapError });
});
