import test from 'ava';
import { designJson, npuStore, placementJson } from '../helpers/npu-designs.js';

/** By design: the workers that repeat, and how many pairs stand otherwise by hand, by row and by column. */
const REPEATS: Readonly<Record<string, readonly [readonly string[], number, number]>> = {
  gemm_1col: [[], 0, 0],
  gemm_2col: [['w0~w1', 'w2~w3', 'w4~w5', 'w6~w7'], 0, 0],
  resnet: [['w4~w8', 'w6~w10', 'w6~w10'], 3, 1],
  vvop_addkern: [[], 0, 0],
};

const PAIRS = `
  select f.name || '~' || s.name, f.kind, a.row <> b.row, a.col - c.col <> b.col - d.col
  from live_repeat as r
  join placeable as f on f.placeable_id = r.first
  join placeable as s on s.placeable_id = r.second
  join tile as a on a.tile_id = r.first_tile
  join tile as b on b.tile_id = r.second_tile
  join tile as c on c.tile_id = r.first_lead_tile
  join tile as d on d.tile_id = r.second_lead_tile
  order by f.placeable_id, r.first_lead`;

for (const [id, [workers, rows, columns]] of Object.entries(REPEATS)) {
  test(`${id}: ${workers.length} pairs of workers repeat`, (t) => {
    const pairs = npuStore(designJson(id, { placement: placementJson(id) })).rows(PAIRS);
    t.deepEqual(
      pairs.filter(([, kind]) => kind === 'worker').map(([name]) => String(name)),
      [...workers],
    );
    const total = (at: number): number => pairs.reduce((sum, pair) => sum + Number(pair[at]), 0);
    t.deepEqual([total(2), total(3)], [rows, columns]);
  });
}

for (const [id, columns] of [
  ['gemm_4col', 4],
  ['gemm_8col', 8],
] as const) {
  test(`${id}: each worker repeats in the next of ${columns} columns, in its row by hand`, (t) => {
    const pairs = npuStore(designJson(id, { placement: placementJson(id) }))
      .rows(PAIRS)
      .filter(([, kind]) => kind === 'worker');
    const next = Array.from({ length: 4 * columns }, (_none, i) => i)
      .filter((i) => i % columns < columns - 1)
      .map((i) => `w${i}~w${i + 1}`);
    t.deepEqual(
      pairs.map(([name]) => String(name)),
      next,
    );
    t.deepEqual(
      pairs.filter((pair) => Number(pair[2]) + Number(pair[3]) > 0),
      [],
    );
  });
}
