import test from 'ava';
import { designCases, designJson, npuStore, placementJson } from '../helpers/npu-designs.js';

const SHARE = `update object_fifo set current_sharing = coalesce((
  select m.sharing from shareable as s
  join placeable as p on p.placeable_id = s.producer
  join placeable as c on c.placeable_id = s.consumer
  join shared_memory as m on m.producer_tile = p.current_tile and m.consumer_tile = c.current_tile
  where s.fifo_id = object_fifo.fifo_id), 0)`;

for (const { id, reference } of designCases) {
  test(`${id}: the hand placement uses of every tile what is recorded`, (t) => {
    const store = npuStore(designJson(id, { placement: placementJson(id) }));
    store.write(() => {
      store.run('update placeable set current_tile = controllable_tile', []);
      store.run(SHARE, []);
    });
    const rows = store.rows('select col, row, s2mm, mm2s, bds, locks, bytes from tile_use order by col, row');
    const used = Object.fromEntries(
      rows.map(([col, row, s2mm, mm2s, bd, lock, bytes]) => [
        `${String(col)},${String(row)}`,
        { s2mm, mm2s, bd, lock, bytes },
      ]),
    );
    t.deepEqual(used, reference.usage as unknown as typeof used);
    const shared = store
      .rows(
        `select name from fifo_way join object_fifo using (fifo_id, name)
         where way = 'local' or current_sharing > 0 and way = 'shareable' order by fifo_id`,
      )
      .map(([name]) => name);
    t.deepEqual(new Set(shared), new Set(reference.sharedMemoryFifos));
  });
}
