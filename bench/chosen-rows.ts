import { seededRandom } from '../engine/base/random.js';
import { applyPack } from '../engine/store/apply-pack.js';
import { openStore } from '../engine/store/open.js';
import type { Store } from '../engine/store/store.js';

/** Processes that choose machines, with a need and a room per resource: what is asked of chosen rows. */
export interface ChosenRowsOptions {
  readonly items: number;
  readonly hosts: number;
  readonly resources: number;
}

/** Processes of a service, machines of a location and of a neighbourhood. */
const PER_SERVICE = 5;
const PER_LOCATION = 5;
const PER_NEIGHBORHOOD = 10;
const MOST_NEED = 100;

/** Opens a database of the pack `roadef`, in memory, and fills it; costs of moves between machines are left out. */
export function openChosenRows({ items, hosts, resources }: ChosenRowsOptions): Store {
  const store = openStore(':memory:', 'plain');
  applyPack(store, 'roadef');
  const random = seededRandom(1);
  const mean = Math.ceil((items / hosts) * (MOST_NEED / 2));
  const services = Math.max(2, Math.ceil(items / PER_SERVICE));
  store.write(() => {
    for (let id = 0; id < resources; id += 1)
      store.run('insert into resource values (?, ?, 10)', [id, id % 3 === 0 ? 1 : 0]);
    for (let id = 0; id < hosts; id += 1) {
      const place = [id, Math.floor(id / PER_NEIGHBORHOOD), Math.floor(id / PER_LOCATION)];
      store.run('insert into machine values (?, ?, ?)', place);
      for (let resource = 0; resource < resources; resource += 1) {
        const room = [id, resource, 3 * mean + MOST_NEED, mean + random.below(MOST_NEED)];
        store.run('insert into machine_resource values (?, ?, ?, ?)', room);
      }
    }
    for (let id = 0; id < services; id += 1) store.run('insert into service values (?, 2)', [id]);
    for (let id = 1; id < services; id += 3) store.run('insert into dependency values (?, ?)', [id, id - 1]);
    for (let id = 0; id < items; id += 1) {
      const host = id % hosts;
      store.run('insert into process values (?, ?, 1, ?, ?)', [id, id % services, host, host]);
      for (let resource = 0; resource < resources; resource += 1)
        store.run('insert into need values (?, ?, ?)', [id, resource, random.below(MOST_NEED)]);
    }
    for (let id = 0; id + 1 < Math.min(resources, 4); id += 1)
      store.run('insert into balance_target values (?, ?, ?, 2, 10)', [id, id, id + 1]);
    store.run('insert into move_weight values (1, 1, 10, 100)');
  });
  return store;
}
