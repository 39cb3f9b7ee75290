import { seededRandom } from '../engine/base/random.js';
import type { SourceFile } from '../engine/base/source.js';
import { openStore } from '../engine/store/open.js';
import type { Store } from '../engine/store/store.js';

/** How the batch cannot be placed. */
export const CLASHES = ['one-too-large', 'sum-too-large', 'no-packing', 'pinned'] as const;
export type Clash = (typeof CLASHES)[number];

/** Requests, hosts and a set of twenty policies, one of whose capacities cannot be kept. */
export function openCoreCase(requests: number, hosts: number, clash: Clash): Store {
  const store = openStore(':memory:', 'plain');
  store.script(SCHEMA);
  const random = seededRandom(7);
  store.write(() => {
    for (let id = 1; id <= hosts; id += 1) {
      const gpus = id > hosts - 4 ? 3 : 0;
      store.run('insert into host values (?, ?, ?, ?, ?, ?, ?, ?, ?)', [
        id,
        64 + 16 * random.below(5),
        16 + 4 * random.below(5),
        500 + 100 * random.below(6),
        gpus,
        1 + Math.floor((id * 20) / (hosts + 1)),
        1 + (id % 3),
        gpus > 0 ? 1 : random.below(10) > 0 ? 1 : 0,
        gpus > 0 ? 0 : random.below(20) === 0 ? 1 : 0,
      ]);
    }
    const wanting = clash === 'one-too-large' ? 1 : clash === 'sum-too-large' ? 10 : 5;
    for (let id = 1; id <= requests; id += 1) {
      const gpus = id > wanting ? 0 : clash === 'one-too-large' ? 4 : clash === 'pinned' ? 1 : 2;
      store.run('insert into request values (?, ?, ?, ?, ?, ?, ?, ?, null)', [
        id,
        4 + 4 * random.below(6),
        1 + random.below(4),
        10 + 10 * random.below(9),
        gpus,
        1 + Math.floor(id / 5),
        1 + random.below(3),
        clash === 'pinned' && gpus > 0 ? hosts : null,
      ]);
    }
  });
  return store;
}

const SCHEMA = `
  create table host(
    id integer primary key, memory integer, cores integer, disk integer, gpus integer,
    rack integer, zone integer, ready boolean, maintenance boolean);
  create table request(
    id integer primary key, memory integer, cores integer, disk integer, gpus integer,
    app integer, tier integer, pinned integer, controllable_host integer references host(id));
  create table slot(id integer primary key, rack integer);
  insert into slot values (1, 1), (2, 2);`;

const capacity = (resource: string): string =>
  `create constraint ${resource}_fits as
     select * from request join host on host.id = request.controllable_host
     check capacity(request.controllable_host, host.id, request.${resource}, host.${resource})`;

const TEXTS = [
  ...['memory', 'cores', 'disk', 'gpus'].map(capacity),
  `create constraint ready as select * from request check controllable_host in (select id from host where ready)`,
  `create constraint in_service as
     select * from request check controllable_host not in (select id from host where maintenance)`,
  `create constraint pins as select * from request where pinned is not null check controllable_host = pinned`,
  `create constraint spread as select * from request group by app check all_different(controllable_host)`,
  `create constraint first_tier as
     select * from request where tier = 1 check controllable_host in (select id from host where zone <> 3)`,
  `create constraint second_tier as
     select * from request where tier = 2 check controllable_host in (select id from host where zone <> 2)`,
  `create constraint big_memory as
     select * from request where memory > 16 check controllable_host in (select id from host where memory >= 64)`,
  `create constraint per_rack as
     select * from request join host on host.id = request.controllable_host group by host.rack check count(*) <= 20`,
  `create constraint disk_per_zone as
     select * from request join host on host.id = request.controllable_host group by host.zone
     check sum(request.disk) <= 2500`,
  `create constraint no_first_host as select * from request where tier = 3 check controllable_host <> 1`,
  `create constraint large_apart as
     select * from request as a join request as b on a.id < b.id where a.memory = 24 and b.memory = 24
     check a.controllable_host <> b.controllable_host`,
  `create constraint chosen_is_ready as
     select * from request join host on host.id = request.controllable_host check host.ready = 1`,
  `create constraint cores_per_rack as
     select * from request join host on host.id = request.controllable_host group by host.rack
     check sum(request.cores) <= 60`,
  `create constraint app_two_zones as
     select * from request join host on host.id = request.controllable_host where request.app = 2 check host.zone <= 2`,
  `create constraint low_hosts as select * from request minimize controllable_host weight 0.001`,
  `create constraint first_zone as
     select * from request join host on host.id = request.controllable_host where request.tier = 1 maximize host.zone = 1`,
];

/** Twenty policies, as files of their own. */
export function corePolicies(): SourceFile[] {
  return TEXTS.map((text, i) => ({ name: `policies/p${String(i + 1).padStart(2, '0')}.sql`, text }));
}
