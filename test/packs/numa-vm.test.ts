import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { must } from '../../engine/base/assert.js';
import type { SqlRecord } from '../../engine/base/sql-value.js';
import type { LoopEvent } from '../../engine/loop/controller.js';
import { createSolver } from '../../engine/loop/create-solver.js';
import { openLoop } from '../../engine/loop/open-loop.js';
import { replay } from '../../engine/replay/replay.js';
import { packagePath, readText } from '../../engine/store/files.js';
import { openStore } from '../../engine/store/open.js';
import { readSolveRuns } from '../../engine/store/solve-run.js';
import type { Store } from '../../engine/store/store.js';
import { runCliHere } from '../cli/helpers/run-cli-here.js';
import { tempFolder } from '../store/helpers/temp-folder.js';

const solver = createSolver();
test.after.always(() => solver.close());

/** The query that docs/numa-vm.md shows to users: it knows nothing of the pack's views and kept sums. */
const PROBLEMS = must(
  /<<'SQL'\n([^]*?)\nSQL\n/.exec(readText(packagePath('docs', 'numa-vm.md')))?.[1],
  'the query in docs/numa-vm.md',
);

const EVERY_POLICY = ['policies/numa_vm'];
const WITHOUT_CANDIDATES = ['capacity', 'shape', 'affinity', 'anti_affinity', 'fault_domain', 'placed'].map(
  (name) => `policies/numa_vm/${name}.sql`,
);

/** Cores and GiB of one NUMA node, or of a VM. */
type Size = readonly [cores: number, gib: number];

interface Host {
  readonly rack: number;
  readonly nodes: readonly [Size, Size];
}

interface Vm {
  readonly size: Size;
  readonly split?: boolean;
  readonly group?: readonly [strategy: 'affinity' | 'anti-affinity' | 'fault_domain', label?: number];
}

const put = (atUs: number, table: string, row: SqlRecord): LoopEvent => ({
  atUs,
  type: 'put',
  fields: { table, row },
});

function eventsOf(hosts: readonly Host[], batches: readonly (readonly Vm[])[]): LoopEvent[] {
  const racks = [...new Set(hosts.map(({ rack }) => rack))];
  const events = racks.map((rack) => put(0, 'vm_rack', { rack_id: rack }));
  hosts.forEach(({ rack, nodes }, host) => {
    events.push(put(0, 'vm_host', { host_id: host, rack_id: rack }));
    nodes.forEach(([cores, gib], numa) => {
      const row = { numa_node_id: host * 2 + numa, host_id: host, numa, cores, memory_gib: gib };
      events.push(put(0, 'vm_numa_node', row));
    });
  });
  let id = 0;
  batches.forEach((vms, batch) => {
    for (const { size, split = false, group } of vms) {
      const [cores, gib] = size;
      const [strategy = 'none', label = null] = group ?? [];
      const member = { strategy, group_id: group === undefined ? null : 0, fault_domain: label };
      const numaCount = split ? 2 : 1;
      events.push(
        put(batch + 1, 'vm', {
          vm_id: id,
          seq: id,
          cores,
          memory_gib: gib,
          numa_count: numaCount,
          ...member,
        }),
      );
      id += 1;
    }
    events.push({ atUs: batch + 1, type: 'solve', fields: {} });
  });
  return events;
}

function openPack(): Store {
  const store = openStore(':memory:', 'state');
  store.write(() => store.script(readText(packagePath('schema', 'packs', 'numa_vm.sql'))));
  return store;
}

async function run(store: Store, events: Iterable<LoopEvent>, policies: readonly string[]): Promise<void> {
  const { loop } = openLoop(store, { controller: null, policies, solve: solver.solve });
  const { refusals } = await replay(events, loop, { untilUs: null });
  if (refusals > 0) throw new Error(`${refusals} events were refused`);
}

/** Where each VM is: `rack/host/node`, `rack/host/*` over both nodes, `-` where it was refused. */
function places(store: Store): string[] {
  const sql = `select s.slot_id, s.rack_id, s.host_id, s.numa
    from vm as v left join vm_slot as s on s.slot_id = v.current_slot order by v.vm_id`;
  return store
    .records(sql)
    .map(({ slot_id: slot, rack_id: rack, host_id: host, numa }) =>
      slot === 0 ? '-' : `${String(rack)}/${String(host)}/${numa === null ? '*' : String(numa)}`,
    );
}

const rackOf = (place: string): string => must(place.split('/')[0], 'a rack');
const hostOf = (place: string): string => must(place.split('/')[1], 'a host');
const placed = (all: readonly string[]): string[] => all.filter((place) => place !== '-');
const distinct = (all: readonly string[]): number => new Set(all).size;

const even = (rack: number, cores: number, gib: number): Host => ({
  rack,
  nodes: [
    [cores, gib],
    [cores, gib],
  ],
});

interface Case {
  readonly title: string;
  readonly hosts: readonly Host[];
  readonly batches: readonly (readonly Vm[])[];
  readonly holds: (t: ExecutionContext, found: readonly string[]) => void;
}

const three = <T>(one: T): readonly T[] => [one, one, one];

const cases: readonly Case[] = [
  {
    title: 'a VM over two nodes takes half from each',
    hosts: [even(0, 8, 16)],
    batches: [[{ size: [16, 32], split: true }], [{ size: [1, 1] }]],
    holds: (t, found) => t.deepEqual(found, ['0/0/*', '-']),
  },
  {
    title: 'a VM over two nodes needs both of one host',
    hosts: [
      {
        rack: 0,
        nodes: [
          [8, 16],
          [0, 0],
        ],
      },
      {
        rack: 0,
        nodes: [
          [0, 0],
          [8, 16],
        ],
      },
    ],
    batches: [[{ size: [2, 2], split: true }, { size: [8, 16] }, { size: [8, 16] }]],
    holds: (t, found) => t.deepEqual([found[0], ...found.slice(1).sort()], ['-', '0/0/0', '0/1/1']),
  },
  {
    title: 'a VM for one node is not spread over two',
    hosts: [even(0, 8, 16)],
    batches: [[{ size: [12, 12] }]],
    holds: (t, found) => t.deepEqual(found, ['-']),
  },
  {
    title: 'memory binds where cores do not',
    hosts: [
      {
        rack: 0,
        nodes: [
          [64, 8],
          [0, 0],
        ],
      },
    ],
    batches: [
      [{ size: [1, 5] }, { size: [1, 5] }],
      [{ size: [1, 3] }, { size: [1, 1] }],
    ],
    holds: (t, found) => {
      t.deepEqual(found.slice(0, 2).sort(), ['-', '0/0/0']);
      t.is(placed(found.slice(2)).length, 1);
    },
  },
  {
    title: 'as many VMs as possible are placed, not the first ones',
    hosts: [
      {
        rack: 0,
        nodes: [
          [8, 64],
          [0, 0],
        ],
      },
    ],
    batches: [[{ size: [8, 1] }, { size: [4, 1] }, { size: [4, 1] }]],
    holds: (t, found) => t.deepEqual(found, ['-', '0/0/0', '0/0/0']),
  },
  {
    title: 'an affinity group goes to the one rack that has room for all of it',
    hosts: [even(0, 4, 8), even(1, 4, 8), even(1, 4, 8), even(2, 4, 8)],
    batches: [three({ size: [4, 8], group: ['affinity'] })],
    holds: (t, found) => t.deepEqual([...new Set(found.map(rackOf))], ['1']),
  },
  {
    title: 'an affinity group that comes later goes to its rack, and is refused when that is full',
    hosts: [even(0, 4, 8), even(1, 64, 128)],
    batches: [
      [{ size: [64, 128] }, { size: [64, 128] }],
      [{ size: [4, 8], group: ['affinity'] }],
      three({ size: [4, 8], group: ['affinity'] }),
    ],
    holds: (t, found) => {
      t.deepEqual(found.slice(0, 2).map(rackOf), ['1', '1']);
      t.deepEqual([...new Set(placed(found.slice(2)).map(rackOf))], ['0']);
      t.is(placed(found.slice(2)).length, 2);
    },
  },
  {
    title: 'an anti-affinity group has one member a host, also those that come later',
    hosts: [even(0, 64, 64), even(0, 64, 64), even(1, 64, 64)],
    batches: [
      [{ size: [1, 1], group: ['anti-affinity'] }],
      three({ size: [2, 2], split: true, group: ['anti-affinity'] }),
    ],
    holds: (t, found) => {
      t.is(placed(found).length, 3);
      t.is(distinct(placed(found).map(hostOf)), 3);
    },
  },
  {
    title: 'fault domains of a group are in racks of their own; members of one may share',
    hosts: [even(0, 64, 64), even(1, 64, 64)],
    batches: [[0, 0, 1, 2].map((label): Vm => ({ size: [1, 1], group: ['fault_domain', label] }))],
    holds: (t, found) => {
      const [a, b, c, d] = found.map((place) => (place === '-' ? null : rackOf(place)));
      t.is(placed(found).length, 3);
      t.is(a, b);
      t.not(a, must(c ?? d, 'one of the others'));
    },
  },
  {
    title: 'a fault domain that comes later avoids the racks of the others',
    hosts: [even(0, 64, 64), even(1, 1, 1)],
    batches: [
      [{ size: [64, 64], group: ['fault_domain', 0] }],
      [
        { size: [1, 1], group: ['fault_domain', 1] },
        { size: [2, 2], group: ['fault_domain', 1] },
        { size: [2, 2], group: ['fault_domain', 0] },
      ],
    ],
    holds: (t, found) => {
      t.deepEqual(
        found.map((place) => (place === '-' ? place : rackOf(place))),
        ['0', '1', '-', '0'],
      );
    },
  },
];

for (const { title, hosts, batches, holds } of cases) {
  for (const [which, policies] of [
    ['', EVERY_POLICY],
    [' (all slots searched)', WITHOUT_CANDIDATES],
  ] as const) {
    test(`${title}${which}`, async (t) => {
      const store = openPack();
      await run(store, eventsOf(hosts, batches), policies);
      holds(t, places(store));
      t.deepEqual(store.records(PROBLEMS), []);
      t.true(readSolveRuns(store).every(({ status }) => status === 'optimal'));
      store.close();
    });
  }
}

test('every VM is looked at with nowhere and with at most 89 slots that it fits', async (t) => {
  const store = openPack();
  const hosts = Array.from({ length: 120 }, (_one, i) => even(i % 12, 8 + (i % 5), 32));
  const vms: Vm[] = [
    { size: [2, 4] },
    { size: [4, 8], split: true },
    { size: [2, 4], group: ['affinity'] },
    { size: [2, 4], group: ['anti-affinity'] },
    { size: [2, 4], group: ['fault_domain', 0] },
  ];
  await run(store, eventsOf(hosts, [vms]), EVERY_POLICY);
  store.write(() => {
    for (const vm of vms.keys())
      store.run(
        'insert into vm select vm_id + 10, seq + 10, cores, memory_gib, numa_count, strategy, group_id, fault_domain, null, null from vm where vm_id = ?',
        [vm],
      );
  });
  const found = store.records(`select p.vm_id, count(distinct c.slot_id) as slots, min(c.slot_id) as least
    from vm_pending as p join vm_candidate as c on c.vm_id = p.vm_id group by p.vm_id`);
  t.is(found.length, vms.length);
  for (const { slots, least } of found) {
    t.is(least, 0);
    t.true(Number(slots) > 10 && Number(slots) <= 89, String(slots));
  }
  const unfit = store.records(`select 1 from vm_candidate as c
    join vm_pending as p on p.vm_id = c.vm_id join vm_slot as s on s.slot_id = c.slot_id
    where s.slot_id <> 0 and (s.numa_count <> p.numa_count or s.free_cores < p.cores / p.numa_count
      or s.free_memory_gib < p.memory_gib / p.numa_count)`);
  t.deepEqual(unfit, []);
  store.close();
});

/** What the triggers keep against what it is the sum of; no row where they agree. */
const KEPT = `
with part as (
  select n.numa_node_id, v.cores / v.numa_count as cores, v.memory_gib / v.numa_count as memory_gib
  from vm as v
  join vm_slot as s on s.slot_id = v.current_slot
  join vm_numa_node as n on n.host_id = s.host_id and (s.numa is null or s.numa = n.numa)
),
free as (
  select n.*,
    max(0, n.cores - (select coalesce(sum(p.cores), 0) from part as p where p.numa_node_id = n.numa_node_id)) as c,
    max(0, n.memory_gib - (select coalesce(sum(p.memory_gib), 0) from part as p where p.numa_node_id = n.numa_node_id)) as m
  from vm_numa_node as n
),
whole as (
  select h.rack_id, f.host_id, min(min(f.c / 16, f.m / 32)) as n
  from free as f join vm_host as h on h.host_id = f.host_id group by f.host_id
)
select 'node' as what, numa_node_id as key from free where c <> free_cores or m <> free_memory_gib
union all
select 'slot', s.slot_id from vm_slot as s join free as f on f.host_id = s.host_id and (s.numa is null or s.numa = f.numa)
group by s.slot_id having min(f.c) <> s.free_cores or min(f.m) <> s.free_memory_gib
union all
select 'host', s.slot_id from vm_slot as s join whole as w on w.host_id = s.host_id where w.n <> s.whole
union all
select 'reserved', s.slot_id from vm_slot as s where s.reserved <> exists (
  select 1 from vm as v join vm_slot as o on o.slot_id = v.current_slot
  where v.strategy = 'affinity' and o.rack_id = s.rack_id)
union all
select 'rack', k.rack_id from vm_rack as k join whole as w on w.rack_id = k.rack_id
group by k.rack_id having sum(w.n) <> k.room`;

test('what the triggers keep stays the sum of what it is made of, whatever comes, goes and shrinks', async (t) => {
  const store = openPack();
  const hosts = [even(0, 40, 80), even(0, 16, 32), even(1, 64, 256)];
  const vms: Vm[] = [
    { size: [32, 64], split: true },
    { size: [8, 32] },
    { size: [3, 5], group: ['affinity'] },
    { size: [16, 64], split: true },
  ];
  await run(store, eventsOf(hosts, [vms]), EVERY_POLICY);
  t.is(placed(places(store)).length, 4);
  t.deepEqual(store.records(KEPT), []);
  const steps = [
    'update vm set current_slot = null where vm_id = 0',
    'update vm set current_slot = 9 where vm_id = 0',
    'update vm set current_slot = 7 where vm_id = 2',
    'update vm set current_slot = 1 where vm_id = 2',
    'delete from vm where vm_id = 2',
    'update vm set current_slot = 0 where vm_id = 1',
    'delete from vm where vm_id = 3',
    'update vm_numa_node set cores = 1 where numa_node_id = 4',
    'update vm_numa_node set cores = 99, memory_gib = 400 where numa_node_id in (1, 4)',
  ];
  for (const step of steps) {
    store.write(() => store.run(step));
    t.deepEqual(store.records(KEPT), [], step);
  }
  store.write(() => store.run('update vm_rack set room = room + 1 where rack_id = 0'));
  t.deepEqual(store.records(KEPT), [{ what: 'rack', key: 0 }]);
  store.close();
});

const planted: readonly (readonly [
  problem: string,
  moves: readonly (readonly [vm: number, slot: number])[],
])[] = [
  [
    'node over its cores',
    [
      [0, 1],
      [1, 1],
    ],
  ],
  [
    'node over its memory',
    [
      [2, 1],
      [3, 1],
    ],
  ],
  ['VM on too few or too many nodes', [[4, 2]]],
  [
    'affinity group in several racks',
    [
      [5, 1],
      [6, 7],
    ],
  ],
  [
    'anti-affinity group twice on a host',
    [
      [7, 4],
      [8, 5],
    ],
  ],
  [
    'two fault domains in a rack',
    [
      [9, 1],
      [10, 4],
    ],
  ],
  ['VM undecided', []],
];

for (const [problem, moves] of planted) {
  test(`the documented query finds: ${problem}`, async (t) => {
    const store = openPack();
    const hosts = [even(0, 8, 8), even(0, 8, 8), even(1, 8, 8)];
    const vms: Vm[] = [
      { size: [5, 1] },
      { size: [5, 1] },
      { size: [1, 5] },
      { size: [1, 5] },
      { size: [2, 2], split: true },
      ...[0, 1].map((): Vm => ({ size: [1, 1], group: ['affinity'] })),
      ...[0, 1].map((): Vm => ({ size: [1, 1], group: ['anti-affinity'] })),
      ...[0, 1].map((label): Vm => ({ size: [1, 1], group: ['fault_domain', label] })),
    ];
    const events = eventsOf(hosts, [vms]).filter(({ type }) => type !== 'solve');
    await run(store, events, EVERY_POLICY);
    store.write(() => {
      store.run('update vm set current_slot = ?', [problem === 'VM undecided' ? null : 0]);
      for (const [vm, slot] of moves) store.run('update vm set current_slot = ? where vm_id = ?', [slot, vm]);
    });
    t.deepEqual([...new Set(store.records(PROBLEMS).map((row) => row['problem']))], [problem]);
    store.close();
  });
}

interface Answer {
  readonly ticks: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** A replay by the command line, then the documented query by the command line. */
async function replayAndCheck(t: ExecutionContext, args: readonly string[]): Promise<Answer> {
  const db = join(tempFolder(t), 'numa.db');
  const replayed = await runCliHere(
    ['replay', ...args, '--policies', 'policies/numa_vm', '--db', db, '--json'],
    {},
  );
  t.is(replayed.exit, 0, replayed.stderr);
  const checked = await runCliHere(['query', '--db', db, '--timeout', '60000', '--json', PROBLEMS], {});
  t.is(checked.exit, 0, checked.stderr);
  t.deepEqual((JSON.parse(checked.stdout) as { readonly rows: unknown }).rows, []);
  const statuses = await runCliHere(
    ['query', '--db', db, '--json', 'select distinct status from solve_run'],
    {},
  );
  t.deepEqual((JSON.parse(statuses.stdout) as { readonly rows: unknown }).rows, [['optimal']]);
  return JSON.parse(replayed.stdout) as Answer;
}

test('the small trace is decided whole and keeps every rule', async (t) => {
  const { ticks, metrics } = await replayAndCheck(t, ['fixtures/traces/numa_vm/small.jsonl']);
  t.is(ticks, 10);
  t.like(metrics, { waiting: 0, refused_events: 0, decisions: 150 });
  t.is(Number(metrics['placed']) + Number(metrics['refused']), 150);
  // More is asked for than fits: some are refused, and the hosts end nearly full.
  t.true(Number(metrics['refused']) > 0 && Number(metrics['placed']) >= 120, JSON.stringify(metrics));
  t.true(Number(metrics['core_utilisation']) > 0.8, JSON.stringify(metrics));
});

const folder = join(process.env['EDICT_DATA'] ?? '', 'numa-topology-vm-placement');
const isLong = process.env['EDICT_LONG'] === '1';

test('the public data set is decided whole and keeps every rule', async (t) => {
  if (!isLong || process.env['EDICT_DATA'] === undefined) {
    t.log('SKIPPED: 4,998 VMs on 1,710 hosts are replayed only with EDICT_LONG=1 and EDICT_DATA=FOLDER');
    t.pass();
    return;
  }
  t.timeout(900_000);
  t.true(existsSync(folder), `${folder} is not there`);
  const { ticks, metrics } = await replayAndCheck(t, [folder, '--from', 'numa-vm']);
  t.is(ticks, 100);
  t.like(metrics, { waiting: 0, refused_events: 0, decisions: 4998 });
  t.true(Number(metrics['placed']) >= 4950, JSON.stringify(metrics));
});

test('docs/numa-vm.md names every policy file of the set', (t) => {
  const page = readFileSync('docs/numa-vm.md', 'utf8');
  for (const name of [...WITHOUT_CANDIDATES, 'candidates.sql']) {
    t.true(page.includes(`| \`${must(name.split('/').at(-1), 'a name')}\``), name);
  }
});
