import type { ExecutionContext } from 'ava';
import test from 'ava';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import { controllers } from '../../engine/controllers/index.js';
import { rack } from '../../engine/controllers/rack/controller.js';
import type { Decision, Rows } from '../../engine/loop/controller.js';
import type { Recorder } from '../helpers/rack-state.js';
import { event, loadRackState, openRack, recorder, solveDirectly } from '../helpers/rack-state.js';

/** A rack of hosts 1..n, each with so many cores and slices. */
function rackOf(hosts: number, cores: number, memslices: number): Rows {
  const rows = openRack();
  const nodes = Array.from({ length: hosts }, (_, index) => ({ id: index + 1, cores, memslices }));
  loadRackState(rows, { nodes, placed: [], pending: [] });
  return rows;
}

function send(rows: Rows, type: string, fields: Readonly<Record<string, unknown>>, atUs = 0): Recorder {
  const context = recorder(rows, atUs);
  rack.receive(event(type, fields, atUs), context);
  return context;
}

function decide(rows: Rows, hostByRequest: Readonly<Record<number, number>>, nowUs = 0): Recorder {
  const context = recorder(rows, nowUs);
  const decisions = Object.entries(hostByRequest).map(([id, value]): Decision => {
    rows.run('update request set controllable_dkernel = ? where request_id = ?', value, Number(id));
    return {
      table: 'request',
      key: { request_id: Number(id) },
      column: 'controllable_dkernel',
      value,
      previous: null,
    };
  });
  rack.commit(decisions, context, rack.waiting(context.rows));
  return context;
}

const dump = (rows: Rows): unknown =>
  ['host', 'process', 'request', 'core_extent', 'memslice_extent', 'process_run', 'host_event'].map((table) =>
    rows.all(`select * from ${table} order by 1, 2`),
  );

const held = (rows: Rows): unknown =>
  rows.all('select * from placed order by process, dkernel').map((record) => Object.values(record));

/** Extents are disjoint, and sum up to what the rows and the views say. */
function checkInvariants(t: ExecutionContext, rows: Rows): void {
  for (const [table, column] of [
    ['core_extent', 'held_cores'],
    ['memslice_extent', 'held_memslices'],
  ] as const) {
    const overlaps = rows.all(
      `select * from ${table} as a join ${table} as b
       on b.host_id = a.host_id and b.first > a.first and b.first < a.first + a.count`,
    );
    t.deepEqual(overlaps, []);
    const wrong = rows.all(
      `select request_id from request
       where ${column} <> (select coalesce(sum(count), 0) from ${table} as e where e.request_id = request.request_id)
       or exists (select 1 from ${table} as e where e.request_id = request.request_id and e.host_id <> current_dkernel)`,
    );
    t.deepEqual(wrong, []);
  }
  const free = rows.all(
    `select dkernel from unallocated join host on host_id = dkernel
     where unallocated.cores <> host.cores - (select coalesce(sum(count), 0) from core_extent as e where e.host_id = dkernel)
     or unallocated.memslices <> host.memslices + kernel_memslices
       - (select coalesce(sum(count), 0) from memslice_extent as e where e.host_id = dkernel)`,
  );
  t.deepEqual(free, []);
}

test('the rack is one of the controllers, and its names are unique', (t) => {
  t.true(controllers.includes(rack));
  t.is(new Set(controllers.map(({ name }) => name)).size, controllers.length);
  t.true(rack.defaultScheduler in rack.schedulers);
});

test('an allocation creates its process, waits, is bound to the lowest units and is released', (t) => {
  const rows = rackOf(2, 8, 8);
  t.deepEqual(send(rows, 'allocate', { process: 5, cores: 2, memslices: 3 }, 10).refused, []);
  t.deepEqual(rack.waiting(rows), { table: 'request', keys: [{ request_id: 1 }], oldestUs: 10 });
  t.deepEqual(rows.all('select * from pending'), [
    {
      id: 1,
      process: 5,
      cores: 2,
      memslices: 3,
      status: 'PENDING',
      current_dkernel: null,
      controllable_dkernel: null,
    },
  ]);
  const bound = decide(rows, { 1: 2 }, 20);
  t.deepEqual(bound.effects, [
    { type: 'bound', fields: { request: 1, process: 5, host: 2, cores: [[0, 2]], memslices: [[0, 3]] } },
  ]);
  t.deepEqual(rack.waiting(rows), { table: 'request', keys: [], oldestUs: null });
  t.deepEqual(held(rows), [[5, 2, 2, 3]]);
  const released = send(rows, 'release', { request: 1 }, 30);
  t.deepEqual(released.effects, [
    { type: 'released', fields: { request: 1, process: 5, host: 2, cores: [[0, 2]], memslices: [[0, 3]] } },
  ]);
  t.deepEqual(held(rows), []);
  checkInvariants(t, rows);
});

test('the batch names the longest waiting request first', (t) => {
  const rows = rackOf(1, 8, 8);
  send(rows, 'allocate', { process: 1, cores: 1, id: 9 }, 5);
  send(rows, 'allocate', { process: 1, cores: 1, id: 3 }, 7);
  send(rows, 'allocate', { process: 1, cores: 1, id: 8 }, 5);
  t.deepEqual(rack.waiting(rows).keys, [{ request_id: 8 }, { request_id: 9 }, { request_id: 3 }]);
});

const bad: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ['host', { cores: 1, memslices: 1 }, /`host` lacks `host`/],
  ['host', { host: -1, cores: 1, memslices: 1 }, /`host` = -1/],
  ['host', { host: 9, cores: 1, memslices: 1.5 }, /`memslices` = 1\.5/],
  ['host', { host: 9, cores: 1, memslices: 1, slice_bytes: 0 }, /`slice_bytes` = 0/],
  ['process', {}, /lacks `process`/],
  ['process', { process: 1, locality: 2 }, /`locality` = 2/],
  ['allocate', { cores: 1 }, /lacks `process`/],
  ['allocate', { process: 1 }, /asks for nothing/],
  ['allocate', { process: 1, cores: 0, memslices: 0 }, /asks for nothing/],
  ['allocate', { process: '1', cores: 1 }, /`process` = "1"/],
  ['allocate', { process: 1, memslices: 1, bytes: 1 }, /both `memslices` and `bytes`/],
  ['allocate', { process: 1, cores: 1, units: 1 }, /`units` = 1, not true or false/],
  ['allocate', { process: 1, core: 1 }, /asks for nothing/],
  ['allocate', { process: 1, cores: 1, hots: 1 }, /has no field `hots`/],
  ['allocate', { process: 1, cores: 99_999, units: true }, /cut into 99999 requests/],
  ['allocate', { process: 1, cores: 1, id: 7 }, /there is a request 7 already/],
  ['allocate', { process: 1, cores: 3, id: 5, units: true }, /there is a request 7 already/],
  ['release', {}, /neither a `request` nor a `process`/],
  ['release', { process: 1, cores: 0 }, /0 cores and 0 memory slices/],
  ['release', { request: 7, process: 2 }, /request 7 is of process 1, not 2/],
  ['release', { request: 7, host: 2 }, /request 7 is not on host 2/],
  ['kernel_memory', { host: 1, memslices: 0 }, /`memslices` = 0/],
];

for (const [type, fields, message] of bad) {
  test(`a bad event is refused and changes nothing: ${type} ${JSON.stringify(fields)}`, (t) => {
    const rows = rackOf(2, 4, 4);
    send(rows, 'allocate', { process: 1, cores: 1, id: 7 });
    decide(rows, { 7: 1 });
    const before = dump(rows);
    const { refused, effects } = send(rows, type, fields);
    t.is(refused[0]?.code, 'loop/bad-event');
    t.regex(refused[0]?.message ?? '', message);
    t.deepEqual(effects, []);
    t.deepEqual(dump(rows), before);
  });
}

const notServed: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ['allocate', { process: 1, cores: 1, host: 8 }, /there is no host 8/],
  ['allocate', { process: 1, bytes: 5 }, /slices of different sizes/],
  ['release', { request: 99 }, /there is no request 99/],
  [
    'release',
    { process: 1, host: 2, cores: 1 },
    /^over-release: process 1 holds 0 cores and 0 memory slices on host 2/,
  ],
  ['release', { request: 7, cores: 2 }, /^over-release: request 7 holds 1 cores and 2 memory slices/],
  ['release', { process: 8 }, /^over-release: process 8 holds 0/],
  ['kernel_memory', { host: 1, memslices: 3 }, /host 1 has 2 free memory slices, its kernel asks for 3/],
  ['kernel_memory', { host: 8, memslices: 3 }, /there is no host 8/],
  ['host', { host: 1, cores: 4, memslices: 4, slice_bytes: 4096 }, /size of slices that are in use/],
  ['host', { host: 2, cores: 4, memslices: 0 }, /host 2 cannot have 0 memory slices, its kernel holds 1/],
];

for (const [type, fields, message] of notServed) {
  test(`what the state does not allow is refused and changes nothing: ${type} ${JSON.stringify(fields)}`, (t) => {
    const rows = rackOf(2, 4, 4);
    send(rows, 'allocate', { process: 1, cores: 1, memslices: 2, id: 7 });
    decide(rows, { 7: 1 });
    send(rows, 'kernel_memory', { host: 2, memslices: 1 });
    send(rows, 'host', { host: 3, cores: 1, memslices: 1, slice_bytes: 4096 });
    const before = dump(rows);
    const { refused } = send(rows, type, fields);
    t.is(refused[0]?.code, 'loop/not-served');
    t.regex(refused[0]?.message ?? '', message);
    t.deepEqual(dump(rows), before);
  });
}

test('an event of another type is refused with the nearest one', (t) => {
  const { refused } = send(rackOf(1, 1, 1), 'alocate', {});
  t.deepEqual(refused, [
    {
      code: 'loop/unknown-event',
      message: 'the rack takes no event `alocate`',
      help: 'did you mean `allocate`?',
    },
  ]);
});

test('a partial release takes the newest requests first, and of each the highest units', (t) => {
  const rows = rackOf(1, 9, 9);
  for (const id of [1, 2, 3]) {
    send(rows, 'allocate', { process: 1, cores: 3, memslices: 1, id });
    decide(rows, { [id]: 1 }, id);
  }
  const { effects } = send(rows, 'release', { process: 1, host: 1, cores: 4, memslices: 1 }, 9);
  t.deepEqual(
    effects.map(({ fields }) => [fields['request'], fields['cores'], fields['memslices']]),
    [
      [3, [[6, 3]], [[2, 1]]],
      [2, [[5, 1]], []],
    ],
  );
  t.deepEqual(
    rows
      .all('select request_id as id, status, held_cores as c from request order by 1')
      .map((r) => Object.values(r)),
    [
      [1, 'BOUND', 3],
      [2, 'BOUND', 2],
      [3, 'RELEASED', 0],
    ],
  );
  t.deepEqual(held(rows), [[1, 1, 5, 2]]);
  checkInvariants(t, rows);
});

test('a release of a process withdraws what still waits, unless a host or an amount is named', (t) => {
  const rows = rackOf(2, 4, 4);
  for (const id of [1, 2, 3]) send(rows, 'allocate', { process: 1, cores: 1, id });
  decide(rows, { 1: 1, 2: 2 });
  send(rows, 'release', { process: 1, host: 2 });
  t.deepEqual(held(rows), [[1, 1, 1, 0]]);
  t.is(rack.waiting(rows).keys.length, 1);
  send(rows, 'release', { process: 1 });
  t.deepEqual(held(rows), []);
  t.is(rack.waiting(rows).keys.length, 0);
  t.is(rack.metrics(rows)['placed'], 2);
});

test('an over-release is told to the caller as an effect too', (t) => {
  const { effects } = send(rackOf(1, 4, 4), 'release', { process: 3, host: 1, cores: 1 });
  t.deepEqual(effects, [
    { type: 'rejected', fields: { request: null, process: 3, host: 1, reason: 'over-release' } },
  ]);
});

test('a request that is left out waits with its reason told once, and is back after the next tick begins', (t) => {
  const rows = rackOf(1, 1, 1);
  send(rows, 'allocate', { process: 1, cores: 2 });
  const { keys } = rack.waiting(rows);
  const first = recorder(rows);
  rack.defer(keys, 'no host has room', first);
  t.deepEqual(first.effects, [{ type: 'waiting', fields: { request: 1, reason: 'no host has room' } }]);
  t.deepEqual(rack.waiting(rows).keys, []);
  t.deepEqual(rows.all('select id from pending'), []);
  rack.readmit(recorder(rows));
  t.is(rack.waiting(rows).keys.length, 1);
  const second = recorder(rows);
  rack.defer(keys, 'no host has room', second);
  t.deepEqual(second.effects, []);
  t.deepEqual(rack.waiting(rows).keys, []);
  t.is(rack.metrics(rows)['waiting'], 1);
  // A decision for a row that is left out, or unknown, is none of the controller's business.
  t.deepEqual(decide(rows, { 1: 1, 77: 1 }).effects, []);
});

test('a request that may not wait is refused when it is left out', (t) => {
  const rows = rackOf(1, 1, 1);
  send(rows, 'allocate', { process: 1, cores: 2, wait: false });
  const context = recorder(rows);
  rack.defer(rack.waiting(rows).keys, 'no host has room', context);
  t.deepEqual(context.effects, [
    { type: 'rejected', fields: { request: 1, process: 1, host: null, reason: 'infeasible' } },
  ]);
  rack.readmit(recorder(rows));
  t.deepEqual(rack.waiting(rows).keys, []);
  t.like(rack.metrics(rows), { refused: 1, waiting: 0, placed: 0 });
});

test('a request with a host of its own keeps it under every baseline, and others leave it room', (t) => {
  for (const scheduler of ['FillCurrent', 'Random', 'RoundRobin']) {
    const rows = rackOf(3, 1, 1);
    for (const id of [1, 2]) send(rows, 'allocate', { process: 3, cores: 1, id });
    send(rows, 'allocate', { process: 3, cores: 1, id: 3, host: 1 });
    t.is(rows.get('select status from pending where id = 3')?.['status'], 'PLACED');
    const decisions = must(solveDirectly(rack, scheduler, recorder(rows)), 'decisions');
    t.is(decisions[2]?.value, 1, scheduler);
    t.is(rack.waiting(rows).keys.length, 0);
  }
});

test('a full host of its own makes the batch infeasible', (t) => {
  const rows = rackOf(2, 1, 1);
  for (const id of [1, 2]) send(rows, 'allocate', { process: 3, cores: 1, id, host: 1 });
  t.is(solveDirectly(rack, 'RoundRobin', recorder(rows)), null);
});

test('the random baseline draws from the seed and reaches every host with room', (t) => {
  const hostsOf = (seed: number): unknown[] => {
    const rows = rackOf(4, 9, 9);
    rows.run('update host set cores = 0 where host_id = 3');
    send(rows, 'allocate', { process: 1, cores: 20, units: true });
    const decisions = must(solveDirectly(rack, 'Random', recorder(rows, 0, seed)), 'decisions');
    return decisions.map(({ value }) => value);
  };
  t.deepEqual(hostsOf(5), hostsOf(5));
  t.notDeepEqual(hostsOf(5), hostsOf(6));
  t.deepEqual([...new Set(hostsOf(5))].sort(), [1, 2, 4]);
});

test('fill-current reaches every host, also where its step divides their number', (t) => {
  const rows = rackOf(17, 1, 1);
  send(rows, 'allocate', { process: 4, cores: 17, units: true });
  const decisions = must(solveDirectly(rack, 'FillCurrent', recorder(rows)), 'decisions');
  t.is(new Set(decisions.map(({ value }) => value)).size, 17);
});

test('a host that registers again may be over-committed: an alert says so and its free capacity is 0', (t) => {
  const rows = rackOf(1, 4, 4);
  send(rows, 'allocate', { process: 1, cores: 4, memslices: 1 });
  decide(rows, { 1: 1 });
  send(rows, 'host', { host: 1, cores: 3, memslices: 4 }, 50);
  t.deepEqual(rows.all('select * from unallocated'), [{ dkernel: 1, cores: 0, memslices: 3 }]);
  t.deepEqual(rows.all('select * from host_event'), [
    { host_event_id: 1, host_id: 1, kind: 'over-committed', at_us: 50, excess_cores: 1, excess_memslices: 0 },
  ]);
  send(rows, 'host', { host: 1, cores: 9, memslices: 4 }, 60);
  t.is(rows.all('select * from host_event').length, 1);
});

test('kernel memory keeps its slices: a process never gets them, and a later size counts them in', (t) => {
  const rows = rackOf(1, 4, 6);
  t.deepEqual(send(rows, 'kernel_memory', { host: 1, memslices: 2 }).effects, [
    { type: 'kernel_bound', fields: { host: 1, memslices: [[0, 2]] } },
  ]);
  send(rows, 'allocate', { process: 1, memslices: 4 });
  t.deepEqual(decide(rows, { 1: 1 }).effects[0]?.fields['memslices'], [[2, 4]]);
  checkInvariants(t, rows);
  send(rows, 'host', { host: 1, cores: 4, memslices: 8 });
  t.deepEqual(rows.all('select * from unallocated'), [{ dkernel: 1, cores: 4, memslices: 2 }]);
});

test('bytes that the cache covers need no request; the cache ends with the slices it lies in', (t) => {
  const rows = rackOf(1, 4, 6);
  send(rows, 'allocate', { process: 1, bytes: 2_097_152 + 1 });
  t.is(rows.get('select cached_bytes as c from process')?.['c'], 0, 'nothing is cached before it is there');
  decide(rows, { 1: 1 });
  t.is(rows.get('select cached_bytes as c from process')?.['c'], 2_097_151);
  const served = send(rows, 'allocate', { process: 1, bytes: 2_097_000 });
  t.deepEqual(served.effects, [{ type: 'cached', fields: { process: 1, bytes: 2_097_000 } }]);
  t.is(rack.waiting(rows).keys.length, 0);
  send(rows, 'release', { process: 1 });
  t.is(rows.get('select cached_bytes as c from process')?.['c'], 0);
});

test('the figures mean over runs, weigh by time, and are null before there is anything to mean', (t) => {
  const rows = rackOf(2, 4, 8);
  t.deepEqual(rack.metrics(rows), {
    placed: 0,
    refused: 0,
    waiting: 0,
    hosts_per_process: null,
    colocated_share: null,
    core_utilisation: null,
    memslice_utilisation: null,
  });
  // Run 1 of process 1: all on one host from 0 to 100. Run 2: half of its pairs apart from 100 to 200.
  send(rows, 'allocate', { process: 1, cores: 4, memslices: 4, id: 1 }, 0);
  decide(rows, { 1: 1 }, 0);
  send(rows, 'release', { process: 1, cores: 2 }, 50);
  send(rows, 'release', { process: 1 }, 100);
  send(rows, 'allocate', { process: 1, cores: 1, memslices: 1, id: 2 }, 100);
  send(rows, 'allocate', { process: 1, cores: 1, memslices: 1, id: 3 }, 100);
  decide(rows, { 2: 1, 3: 2 }, 100);
  send(rows, 'release', { process: 1 }, 200);
  t.deepEqual(rack.metrics(rows), {
    placed: 3,
    refused: 0,
    waiting: 0,
    hosts_per_process: 1.5,
    colocated_share: 0.75,
    core_utilisation: (4 * 50 + 2 * 50 + 2 * 100) / (8 * 200),
    memslice_utilisation: (4 * 100 + 2 * 100) / (16 * 200),
  });
});

test('a run counts once all that its process asked for is there', (t) => {
  const rows = rackOf(2, 4, 4);
  for (const id of [1, 2]) send(rows, 'allocate', { process: 1, cores: 1, memslices: 1, id });
  decide(rows, { 1: 1 });
  t.deepEqual(rows.all('select * from process_run'), []);
  decide(rows, { 2: 2 });
  t.deepEqual(rows.all('select run, hosts, local_share from colocation'), [
    { run: 1, hosts: 2, local_share: 0.5 },
  ]);
});

test('whatever is asked and given back, extents, rows and views agree (seed 42)', (t) => {
  const id = fc.integer({ min: 1, max: 12 });
  const small = fc.nat({ max: 3 });
  const happening = fc.oneof(
    fc.record({
      type: fc.constant('allocate'),
      process: small,
      cores: small,
      memslices: small,
      units: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('allocate'),
      process: small,
      bytes: fc.integer({ min: 1, max: 5_000_000 }),
    }),
    fc.record({
      type: fc.constant('allocate'),
      process: small,
      cores: small,
      host: small,
      wait: fc.boolean(),
    }),
    fc.record({ type: fc.constant('release'), request: id }),
    fc.record({ type: fc.constant('release'), process: small, cores: small, memslices: small }),
    fc.record({ type: fc.constant('release'), process: small }),
    fc.record({ type: fc.constant('kernel_memory'), host: small, memslices: fc.constant(1) }),
    fc.record({ type: fc.constantFrom('FillCurrent', 'Random', 'RoundRobin') }),
  );
  const property = fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
    const rows = rackOf(3, 5, 6);
    for (const [nowUs, { type, ...fields }] of happenings.entries()) {
      if (type in rack.schedulers) {
        const context = recorder(rows, nowUs, nowUs);
        rack.readmit(context);
        if (solveDirectly(rack, type, context) === null) rack.defer(rack.waiting(rows).keys, 'full', context);
        t.false(context.effects.some((effect) => effect.fields['reason'] === 'macro-micro-mismatch'));
        t.is(rack.waiting(rows).keys.length, 0);
      } else {
        send(rows, type, fields, nowUs);
      }
      checkInvariants(t, rows);
    }
    t.deepEqual(rows.all('select * from over_committed'), []);
  });
  fc.assert(property, { seed: 42, numRuns: 150 });
});
