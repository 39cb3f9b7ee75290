import test from 'ava';
import { explain } from '../../engine/controllers/npu/explain.js';
import { branch } from '../../engine/controllers/npu/place/branch.js';
import { place, QUICK } from '../../engine/controllers/npu/place/place.js';
import type { Effort, Placed } from '../../engine/controllers/npu/place/place.js';
import type { Wire } from '../../engine/controllers/npu/place/problem.js';
import { readProblem } from '../../engine/controllers/npu/place/read-problem.js';
import { audit } from '../../engine/loop/audit.js';
import { readShippedPolicies } from '../../engine/store/files.js';
import { rowsOf } from '../../engine/store/rows-of.js';
import type { Store } from '../../engine/store/store.js';
import {
  caseOf,
  designCases,
  designJson,
  microCases,
  microJson,
  npuStore,
  placementJson,
} from '../helpers/npu-designs.js';

const BASE = readShippedPolicies(['policies/npu/base', 'policies/npu/extra/streams_sideways.sql']);

const violated = (store: Store): readonly string[] => [
  ...new Set(audit(store, BASE).violations.map(({ policy }) => policy.policy.name)),
];

function placed(store: Store, wire: Wire = 'half_perimeter', effort: Effort = QUICK): Placed {
  return place(readProblem(1, rowsOf(store)), { measure: wire, effort, seed: 1 });
}

/** Tiles by name, of an answer. */
function tilesOf(store: Store, answer: Placed): Record<string, readonly number[]> {
  if (!('placement' in answer)) throw new Error(answer.status);
  const { parts, tiles } = readProblem(1, rowsOf(store));
  return Object.fromEntries(
    parts.map(({ name }, i) => {
      const tile = tiles[answer.placement[i] ?? -1];
      return [name, [tile?.col ?? -1, tile?.row ?? -1]];
    }),
  );
}

for (const { id } of designCases) {
  test(`${id}: the hand placement is legal by all policies`, (t) => {
    t.deepEqual(violated(npuStore(designJson(id, { placement: placementJson(id) }))), []);
  });
}

/** The best that is known of the designs whose wires no short search proves: half perimeter, proved bound. */
const OPEN: Readonly<Record<string, readonly [number, number]>> = {
  gemm_4col: [90, 89],
  resnet: [59, 41],
  gemm_8col: [173, 162],
};

for (const { id, reference } of designCases) {
  test(`${id}: a quick placement without pins is legal and no longer than by hand`, (t) => {
    const answer = placed(npuStore(designJson(id)));
    t.true(answer.status === 'optimal' || answer.status === 'feasible');
    if (!('placement' in answer)) return;
    const [best, bound] = OPEN[id] ?? [answer.length, answer.length];
    t.is(answer.status, id in OPEN ? 'feasible' : 'optimal');
    t.true(answer.length <= best && answer.bound >= bound, `${answer.length}, bound ${answer.bound}`);
    if (id !== 'gemm_8col') t.true(answer.length <= reference.hpwl && answer.otherLength <= reference.hops);
    const store = npuStore(designJson(id));
    const again = npuStore(designJson(id, { placement: tilesOf(store, answer) }));
    t.deepEqual(violated(again), []);
    // The same answer every time.
    t.deepEqual([...(placed(store) as { placement: Int32Array }).placement], [...answer.placement]);
  });
}

/** Table of optimum values: half perimeter and hops, each by its own measure. */
const OPTIMA: readonly (readonly [string, number, number])[] = [
  ['colordetect', 12, 13],
  ['edgedetect', 8, 9],
  ['bblock', 21, 25],
  ['gemm_1col', 27, 33],
  ['gemm_2col', 48, 70],
];

for (const [id, halfPerimeter, hops] of OPTIMA) {
  test(`${id}: the shortest wires are found and proved by either measure`, (t) => {
    const store = npuStore(designJson(id));
    for (const [wire, length] of [['half_perimeter', halfPerimeter] as const, ['hops', hops] as const]) {
      const answer = placed(store, wire, { ...QUICK, proofSteps: 3_000_000 });
      t.like(answer, { status: 'optimal', length, bound: length });
    }
  });
}

test('a proof that is more than half through may go on', (t) => {
  const problem = readProblem(1, rowsOf(npuStore(designJson('gemm_2col'))));
  const proof = (nodes: number, further = 0): boolean =>
    branch(problem, { measure: 'half_perimeter', below: 48, firstOnly: false, nodes, further }).isComplete;
  t.true(proof(170_000));
  t.false(proof(140_000));
  t.true(proof(140_000, 30_000));
  t.false(proof(140_000, 10_000));
  t.false(proof(40_000, 130_000));
});

test('GEMM on eight columns has wires as short as by hand after six annealings', (t) => {
  const effort = { ...QUICK, firstMoves: 25_000, rounds: 6, proofSteps: 0 };
  const answer = placed(npuStore(designJson('gemm_8col')), 'half_perimeter', effort);
  const { hpwl, hops } = caseOf('gemm_8col').reference;
  t.true('length' in answer && answer.length <= hpwl && answer.otherLength <= hops, JSON.stringify(answer));
});

/** Worker orders of one column that are legal, of all: every order is tried as pins. */
function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) =>
    permutations(items.filter((one) => one !== first)).map((rest) => [first, ...rest]),
  );
}

for (const id of ['bblock', 'colordetect', 'edgedetect', 'colorthreshold', 'gemm_1col']) {
  const { enumeration } = caseOf(id);
  test(`${id}: ${enumeration?.legal ?? 0} of ${enumeration?.workerAssignments ?? 0} orders of its workers are legal`, (t) => {
    const legal = permutations([2, 3, 4, 5]).filter((rows) => {
      const pins = Object.fromEntries(rows.map((row, i) => [`w${i}`, [0, row]]));
      return placed(npuStore(designJson(id, { pins }))).status !== 'infeasible';
    });
    t.is(legal.length, enumeration?.legal ?? -1);
  });
}

/** Ways to spoil a legal hand placement, and the policies that notice. */
const SPOILED: readonly (readonly [
  string,
  string,
  Readonly<Record<string, readonly [number, number]>>,
  readonly string[],
])[] = [
  ['a worker on a memory tile', 'copy_kern', { w0: [0, 1] }, ['tile_kind']],
  [
    'two workers on one tile',
    'vvop_addkern',
    { w0: [0, 2], w1: [0, 2] },
    ['one_worker_per_tile', 'tile_s2mm'],
  ],
  ['the joining worker away from its peers', 'bblock', { w2: [0, 4], w3: [0, 5] }, ['core_s2mm']],
  ['a third fill on one shim tile', 'gemm_2col', { 'shim:A_L3L2_1': [0, 0] }, ['tile_mm2s']],
  ['two joins on one memory tile', 'gemm_2col', { l5: [0, 1] }, ['tile_s2mm']],
];

for (const [title, id, moved, expected] of SPOILED) {
  test(`${title} is refused (${id})`, (t) => {
    const store = npuStore(designJson(id, { placement: { ...placementJson(id), ...moved } }));
    t.deepEqual(violated(store), expected);
    const pins = { ...placementJson(id), ...moved };
    t.is(placed(npuStore(designJson(id, { pins }))).status, 'infeasible');
  });
}

for (const micro of microCases.filter(({ id }) => !id.startsWith('pairs-'))) {
  const feasible = (micro.expect['feasibleWithBdParity'] ?? micro.expect['feasible']) === true;
  test(`${micro.id}: ${micro.description}`, (t) => {
    const store = npuStore(microJson(micro));
    const answer = placed(store);
    t.is(answer.status !== 'infeasible', feasible, answer.status);
    if (!feasible) {
      const { isProved, reasons, device } = explain(1, rowsOf(store));
      t.true(isProved && reasons.length > 0);
      const columns = micro.expect['minColumns'];
      if (micro.expect['feasibleWithBdParity'] === undefined && typeof columns === 'number')
        t.regex(device ?? '', new RegExp(`_${columns}col$`));
      if (columns === null) t.is(device, null);
    }
    const bytes = micro.expect['coreBytes'];
    if (bytes !== undefined)
      t.is(store.record('select max(bytes) as bytes from live_part')?.['bytes'], bytes as number);
  });
}

for (const micro of microCases.filter(({ id }) => id.startsWith('pairs-'))) {
  test(`${micro.id}: ${micro.description}`, (t) => {
    const store = npuStore();
    const count = (table: string, column: string): unknown =>
      store.rows(
        `select count(*) from ${table} as x join tile as t on t.tile_id = x.${column} and t.kind = 'core'
         join device as v on v.device_id = t.device_id where v.name = ?`,
        [micro.device],
      )[0]?.[0];
    t.is(count('cascade_step', 'source_tile'), micro.expect['cascadePairs'] as number);
    t.is(count('memory_reach', 'tile_id'), micro.expect['memoryReachPairs'] as number);
  });
}

/** What is said of designs without a place. */
const SAID: readonly (readonly [string, string])[] = [
  [
    'five-workers-one-col',
    'the design needs 5 core tiles, one per worker, and 4 are there; npu1_2col would do',
  ],
  [
    'eltwise-3core-npu1_1col',
    'the design needs 7 MM2S channels on memory tiles, and the only one has 6; npu1_2col would do; any one of these would fix it: 1 more MM2S channel per memory tile',
  ],
  ['core-memory-overflow', '`a` needs 81024 bytes on one core tile, a core tile has 65536; no device'],
  [
    'memtile-bd-48-parity',
    '`l0` needs 48 buffer descriptors, and no split of its channels into even and odd ones',
  ],
  [
    'shared-buffer-star-4',
    'one worker per core tile, the buffers that other workers reach cannot hold together',
  ],
  ['pin-wrong-type', '`a` needs a core tile, and its pin or range has none'],
];

for (const [id, said] of SAID) {
  test(`${id} is explained in words`, (t) => {
    const micro = microCases.find((one) => one.id === id);
    if (micro === undefined) throw new Error(id);
    const { summary } = explain(1, rowsOf(npuStore(microJson(micro))));
    t.true(summary.startsWith(said), summary);
  });
}

test('GEMM for four columns has no place on three, and four are told', (t) => {
  const { summary, device } = explain(
    1,
    rowsOf(npuStore({ ...designJson('gemm_4col'), device: 'npu1_3col' })),
  );
  t.is(device, 'npu1_4col');
  t.true(summary.startsWith('the design needs 16 core tiles, one per worker, and 12 are there'), summary);
});
