import test from 'ava';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import { DESCRIPTOR_LIMITS } from '../../engine/controllers/npu/tap/descriptor-limits.js';
import { fitDescriptor } from '../../engine/controllers/npu/tap/fit-descriptor.js';
import { createTap } from '../../engine/controllers/npu/tap/tap.js';
import { designCases, designJson, npuStore } from '../helpers/npu-designs.js';

const SEED = 20250117;

/** Element types of four sizes. */
const DTYPES = { int8: 1, bfloat16: 2, int32: 4, int64: 8 } as const;

test('the limits of tiles in the tables are those that patterns are judged by', (t) => {
  const store = npuStore();
  const rows = store.records(
    "select kind, bd_dims, wrap_max, stride_max, iteration_max from tile_limit where architecture in ('AIE2', 'AIE2P')",
  );
  t.is(rows.length, 6);
  for (const row of rows) {
    const { dims, wrap, stepWords, iterations } =
      DESCRIPTOR_LIMITS[String(row['kind']) as 'shim' | 'mem' | 'core'];
    t.deepEqual(
      [row['bd_dims'], row['wrap_max'], row['stride_max'], row['iteration_max']],
      [dims, wrap, stepWords, iterations],
    );
  }
  store.close();
});

test(`the view of transfers gives the reasons that fitDescriptor gives, seed ${SEED}`, (t) => {
  const store = npuStore(designJson('copy_kern'));
  const fifo =
    must(store.rows("select fifo_id from object_fifo where name = 'in'")[0], 'the fifo')[0] ?? null;
  const numbers = (all: readonly number[]): fc.Arbitrary<number> => fc.constantFrom(...all);
  const dims = fc.array(
    fc.tuple(
      numbers([1, 1, 2, 3, 4, 64, 65, 1023, 1024, 2048]),
      numbers([0, 1, 1, 2, 4, 64, 2048, 4096, 1_048_577, 2_097_152]),
    ),
    { minLength: 1, maxLength: 5 },
  );
  const seen = new Map<string, number>();
  const note = (reason: string): unknown => seen.set(reason, (seen.get(reason) ?? 0) + 1);
  fc.assert(
    fc.property(
      dims,
      fc.constantFrom('int8', 'bfloat16', 'int32', 'int64'),
      fc.nat(8),
      fc.boolean(),
      (drawn, dtype, offset, whole) => {
        const sizes = drawn.map(([size]) => size);
        // Half of the patterns are contiguous in parts, as most of those that are drawn are not.
        const strides = drawn.map(([, stride], i) =>
          whole ? sizes.slice(i + 1).reduce((product, one) => product * one, 1) : stride,
        );
        const tap = createTap({ tensor: [2 ** 50], offset, sizes, strides });
        store.write(() => {
          store.run('delete from transfer');
          store.run('update object_fifo set dtype = ? where fifo_id = ?', [dtype, fifo]);
          store.run(
            "insert into transfer (transfer_id, fifo_id, direction, tasks, pattern) values (1, ?, 'fill', 1, ?)",
            [fifo, JSON.stringify({ tensor: tap.tensor, offset, sizes, strides })],
          );
        });
        const row = must(store.records('select fits, reasons from transfer_fit')[0], 'the transfer');
        const { fits, reasons } = fitDescriptor(tap, DESCRIPTOR_LIMITS.shim, DTYPES[dtype]);
        reasons.forEach(note);
        if (fits) note('fits');
        // Where there are too many dimensions nothing else is worth saying.
        const said = String(row['reasons'] ?? '');
        if (reasons.includes('too_many_dims')) return said.includes('too_many_dims') && row['fits'] === 0;
        return said === [...reasons].sort().join(', ') && (row['fits'] === 1) === fits;
      },
    ),
    { seed: SEED, numRuns: 1500 },
  );
  store.close();
  for (const reason of [
    'fits',
    'd0_wrap',
    'd1_wrap',
    'd2_step',
    'iterations',
    'iteration_step',
    'd1_zero_stride',
    'offset_alignment',
    'd0_alignment',
    'd0_wide_stride',
    'too_many_dims',
  ]) {
    t.true((seen.get(reason) ?? 0) > 3, `${reason}: ${seen.get(reason) ?? 0}`);
  }
});

test('the first patterns of all designs of the thesis fit a descriptor as they are written', (t) => {
  const misfits: string[] = [];
  let judged = 0;
  for (const { id } of designCases) {
    const store = npuStore(designJson(id));
    for (const row of store.records('select fifo, fits, reasons from transfer_fit')) {
      judged += 1;
      if (row['fits'] !== 1) misfits.push(`${id} ${String(row['fifo'])}: ${String(row['reasons'])}`);
    }
    store.close();
  }
  t.true(judged > 10, String(judged));
  t.deepEqual(misfits, []);
});
