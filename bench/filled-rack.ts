import type { Random } from '../engine/base/random.js';
import { seededRandom } from '../engine/base/random.js';
import { openStore } from '../engine/store/open.js';
import type { OpenOptions } from '../engine/store/open.js';
import type { Store } from '../engine/store/store.js';

/** A rack in use: every host holds some requests, and some requests wait. */
export interface FilledRackOptions {
  readonly hosts: number;
  readonly pending: number;
  /** Requests that every host holds: one for cores and one for slices per pair. */
  readonly heldPerHost: number;
  readonly seed: number;
}

/** Sizes of the hosts of the published simulator. */
const CORES = 128;
const MEMSLICES = 256;
/** Hosts are filled to between these shares. */
const LEAST_FILL = 0.2;
const FILL_SPAN = 0.5;

/** How many processes run on a rack; each holds something on a few hosts. */
export function processCount(hosts: number): number {
  return Math.max(4, Math.ceil(hosts / 5));
}

/** Opens a database of the rack's schema, in memory unless a path is given that is already adopted, and fills it. */
export function openFilledRack(options: FilledRackOptions, path = ':memory:', open: OpenOptions = {}): Store {
  const store = openStore(path, 'state', open);
  store.write(() => fill(store, options));
  return store;
}

function fill(store: Store, { hosts, pending, heldPerHost, seed }: FilledRackOptions): void {
  const random = seededRandom(seed);
  const processes = processCount(hosts);
  for (let process = 1; process <= processes; process += 1) {
    store.run('insert into process (process_id) values (?)', [process]);
  }
  let request = 1;
  for (let host = 1; host <= hosts; host += 1) {
    store.run('insert into host (host_id, cores, memslices) values (?, ?, ?)', [host, CORES, MEMSLICES]);
    request = fillHost(store, host, request, { processes, heldPerHost, random });
  }
  for (let index = 0; index < pending; index += 1) {
    // As the simulator does, a request asks for cores or for slices.
    const [cores, memslices] = index % 2 === 0 ? [1 + random.below(8), 0] : [0, 1 + random.below(16)];
    const process = 1 + random.below(processes);
    store.run('insert into request (request_id, process_id, cores, memslices) values (?, ?, ?, ?)', [
      request + index,
      process,
      cores,
      memslices,
    ]);
  }
}

interface HostFill {
  readonly processes: number;
  readonly heldPerHost: number;
  readonly random: Random;
}

function fillHost(store: Store, host: number, firstRequest: number, options: HostFill): number {
  const { processes, heldPerHost, random } = options;
  const share = LEAST_FILL + FILL_SPAN * random.next();
  const kinds = [
    { table: 'core_extent', total: Math.floor(CORES * share) },
    { table: 'memslice_extent', total: Math.floor(MEMSLICES * share) },
  ] as const;
  let request = firstRequest;
  for (const { table, total } of kinds) {
    const count = Math.max(1, Math.floor(heldPerHost / 2));
    const amount = Math.floor(total / count);
    for (let part = 0; part < count; part += 1) {
      const [cores, memslices] = table === 'core_extent' ? [amount, 0] : [0, amount];
      store.run(
        `insert into request (request_id, process_id, cores, memslices, status, controllable_dkernel,
           current_dkernel, held_cores, held_memslices, bound_us, counted_us)
         values (?, ?, ?, ?, 'BOUND', ?, ?, ?, ?, 0, 0)`,
        [request, 1 + random.below(processes), cores, memslices, host, host, cores, memslices],
      );
      store.run(`insert into ${table} (host_id, first, count, request_id) values (?, ?, ?, ?)`, [
        host,
        part * amount,
        amount,
        request,
      ]);
      request += 1;
    }
  }
  return request;
}
