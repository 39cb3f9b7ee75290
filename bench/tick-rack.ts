import type { Random } from '../engine/base/random.js';
import { seededRandom } from '../engine/base/random.js';
import type { LoopEvent } from '../engine/loop/controller.js';
import { migrate } from '../engine/store/migrate.js';
import { openStore } from '../engine/store/open.js';
import type { Store } from '../engine/store/store.js';

/** Unlike hosts, 20 to 70 % used, as in `p1-model.ts`. */
const CORE_SIZES = [16, 32, 64, 128] as const;
const SLICES_PER_CORE = [2, 4, 8] as const;
/** Requests of a batch per process, on average. */
const PER_PROCESS = 4;

/**
 * Makes a database file with a rack in use. Every host holds a request for cores and one for slices, each of any of as
 * many processes as there are hosts; every process excludes another one (table `process_exclusion`).
 */
export async function openTickRack(path: string, hosts: number, seed: number): Promise<Store> {
  await migrate(path);
  const store = openStore(path, 'state');
  store.script(`
    create table process_exclusion (
      process_id integer not null references process,
      excluded_id integer not null references process,
      primary key (process_id, excluded_id)
    ) strict, without rowid`);
  store.write(() => fill(store, hosts, seededRandom(seed)));
  store.script('analyze');
  return store;
}

function fill(store: Store, hosts: number, random: Random): void {
  const insertProcess = 'insert into process (process_id) values (?)';
  for (let process = 1; process <= hosts; process += 1) store.run(insertProcess, [process]);
  for (let process = 1; process <= hosts; process += 1) {
    const excluded = 1 + ((process + random.below(hosts - 1)) % hosts);
    store.run('insert into process_exclusion values (?, ?)', [process, excluded]);
  }
  let request = 1;
  for (let host = 1; host <= hosts; host += 1) {
    const cores = CORE_SIZES[random.below(CORE_SIZES.length)] ?? 64;
    const memslices = cores * (SLICES_PER_CORE[random.below(SLICES_PER_CORE.length)] ?? 4);
    const used = 0.2 + 0.5 * random.next();
    store.run('insert into host (host_id, cores, memslices) values (?, ?, ?)', [host, cores, memslices]);
    for (const [table, held] of [
      ['core_extent', Math.floor(cores * used)],
      ['memslice_extent', Math.floor(memslices * used)],
    ] as const) {
      const [heldCores, heldSlices] = table === 'core_extent' ? [held, 0] : [0, held];
      store.run(
        `insert into request (request_id, process_id, cores, memslices, status, controllable_dkernel,
           current_dkernel, held_cores, held_memslices, bound_us, counted_us)
         values (?, ?, ?, ?, 'BOUND', ?, ?, ?, ?, 0, 0)`,
        [request, 1 + random.below(hosts), heldCores, heldSlices, host, host, heldCores, heldSlices],
      );
      store.run(`insert into ${table} (host_id, first, count, request_id) values (?, 0, ?, ?)`, [
        host,
        held,
        request,
      ]);
      request += 1;
    }
  }
}

/** The events that ask for a batch of P1: one process per four requests, each for cores or for slices. */
export function tickBatch(
  requests: number,
  hosts: number,
  firstRequest: number,
  atUs: number,
  seed: number,
): LoopEvent[] {
  const random = seededRandom(seed);
  const processes = Array.from(
    { length: Math.max(1, Math.round(requests / PER_PROCESS)) },
    () => 1 + random.below(hosts),
  );
  return Array.from({ length: requests }, (_, index): LoopEvent => {
    const [cores, memslices] = random.below(2) === 0 ? [1 + random.below(8), 0] : [0, 1 + random.below(32)];
    const process = processes[random.below(processes.length)] ?? 1;
    return { atUs, type: 'allocate', fields: { id: firstRequest + index, process, cores, memslices } };
  });
}
