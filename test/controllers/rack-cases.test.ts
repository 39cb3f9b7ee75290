import type { ExecutionContext } from 'ava';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { hold } from '../../engine/controllers/rack/extents.js';
import type { Extent } from '../../engine/controllers/rack/micro.js';
import { problemSize, slicesOf } from '../../engine/controllers/rack/units.js';
import { rack } from '../../engine/controllers/rack/controller.js';
import type { Rows } from '../../engine/loop/controller.js';
import type { RackCase } from '../helpers/rack-state.js';
import { event, loadRackState, openRack, rackCases, recorder, solveDirectly } from '../helpers/rack-state.js';

/** Kinds that need a solver run with the solver's tests; triggers with the loop's. */
const ELSEWHERE = ['solve', 'solve-fixed', 'solve-perapp', 'sequence', 'trigger'];

type Check = (t: ExecutionContext, rows: Rows, rackCase: RackCase) => void;

function baselineCheck(scheduler: string): Check {
  return (t, rows, { state, expect }) => {
    const decisions = solveDirectly(rack, scheduler, recorder(rows));
    if (expect['infeasible'] === true) {
      t.is(decisions, null);
      t.is(rows.all('select * from scheduler_cursor').length, 0, 'a failed batch moves no cursor');
      return;
    }
    const hosts = must(decisions, 'decisions').map(({ key, value }) => [String(key['request_id']), value]);
    t.deepEqual(Object.fromEntries(hosts), expect['assignment']);
    t.is(
      rows.all("select 1 from request where status = 'BOUND'").length,
      must(state, 'state').pending.length,
    );
  };
}

const tuples = (rows: Rows, sql: string): unknown[] => rows.all(sql).map((record) => Object.values(record));

const checks: Readonly<Record<string, Check>> = {
  'round-robin': baselineCheck('RoundRobin'),
  'fill-current': baselineCheck('FillCurrent'),

  decompose(t, rows, { input = {}, expect }) {
    rows.run('insert into process (process_id) values (9)');
    rows.run(`insert into request (request_id, process_id, cores, memslices) values (?, 9, 1, 0)`, 39);
    t.is(input['nextId'], 40);
    const context = recorder(rows);
    const { app, cores, memslices } = input;
    rack.receive(event('allocate', { process: app, cores, memslices, units: true }), context);
    t.deepEqual(
      tuples(rows, 'select id, cores, memslices from pending where process = 1 order by id'),
      expect['requests'],
    );
    rack.receive(event('allocate', { process: app, cores: 1 }), context);
    t.deepEqual(rows.get('select max(request_id) as id from request'), { id: Number(expect['nextId']) });
  },

  release(t, rows, { input = {}, expect }) {
    const context = recorder(rows);
    const { node, app, cores, memslices } = input;
    rack.receive(event('release', { host: node, process: app, cores, memslices }), context);
    t.regex(must(context.refused[0], 'a refusal').message, new RegExp(`^${String(expect['error'])}: `));
    t.deepEqual(
      tuples(rows, 'select process, dkernel, cores, memslices from placed order by process, dkernel'),
      expect['placed'],
    );
  },

  'affinity-alloc'(t, rows, { input = {}, expect }) {
    const context = recorder(rows);
    rack.receive(event('kernel_memory', { host: input['node'], memslices: input['memslices'] }), context);
    t.is(context.refused.length === 0, expect['ok'] === true);
    t.deepEqual(tuples(rows, 'select host_id, cores, memslices from host order by host_id'), expect['nodes']);
    t.deepEqual(
      tuples(rows, 'select dkernel, cores, memslices from unallocated order by dkernel'),
      expect['unallocated'],
    );
  },

  micro(t, rows, { input = {}, expect }) {
    const { host, freeCores, freeSlices, cores, memslices } = input as {
      readonly host: number;
      readonly freeCores: readonly number[];
      readonly freeSlices: readonly number[];
      readonly cores: number;
      readonly memslices: number;
    };
    rows.run('insert into host (host_id, cores, memslices) values (?, 10, 10)', host);
    rows.run('insert into process (process_id) values (1), (2)');
    rows.run(
      `insert into request (request_id, process_id, cores, memslices, status, current_dkernel)
       values (7, 2, 0, 0, 'BOUND', ?)`,
      host,
    );
    hold(rows, 'core_extent', host, complement(freeCores, 10), 7);
    hold(rows, 'memslice_extent', host, complement(freeSlices, 10), 7);
    const context = recorder(rows);
    rack.receive(event('allocate', { process: 1, cores, memslices, id: 8 }), context);
    const decision = { table: 'request', column: 'controllable_dkernel', value: host, previous: null };
    rack.commit([{ ...decision, key: { request_id: 8 } }], context, rack.waiting(rows));
    const effect = must(context.effects[0], 'an effect');
    if ('error' in expect) {
      t.is(effect.type, 'rejected');
      t.is(effect.fields['reason'], expect['error']);
      t.deepEqual(rows.get('select rejected_reason as r from request where request_id = 8'), {
        r: String(expect['error']),
      });
      t.regex(must(context.refused[0], 'a refusal').message, /^macro-micro-mismatch: host 2 /);
      return;
    }
    t.is(effect.type, 'bound');
    t.deepEqual(unitsOf(effect.fields['cores']), expect['cores']);
    t.deepEqual(unitsOf(effect.fields['memslices']), expect['slices']);
  },

  units(t, rows, { input = {}, expect }) {
    rows.run('insert into host (host_id, cores, memslices) values (1, 1, 100000)');
    const { bytes } = input as { readonly bytes: readonly number[] };
    t.deepEqual(
      bytes.map((count) => slicesOf(count, 2_097_152)),
      expect['memslices'],
    );
    for (const [index, count] of bytes.entries()) {
      rack.receive(event('allocate', { process: index, bytes: count }), recorder(rows));
    }
    const asked = rows.all('select memslices from pending order by process');
    t.deepEqual(
      asked.map((record) => record['memslices']),
      expect['memslices'],
    );
  },

  'page-cache'(t, rows, { input = {}, expect }) {
    const { sliceBytes, requestsBytes } = input as {
      readonly sliceBytes: number;
      readonly requestsBytes: readonly number[];
    };
    rows.run('insert into host (host_id, cores, memslices, slice_bytes) values (1, 1, 9, ?)', sliceBytes);
    const asked: number[] = [];
    const cached: unknown[] = [];
    for (const bytes of requestsBytes) {
      rack.receive(event('allocate', { process: 1, bytes }), recorder(rows));
      asked.push(rack.waiting(rows).keys.length);
      solveDirectly(rack, 'RoundRobin', recorder(rows));
      cached.push(rows.get('select cached_bytes from process')?.['cached_bytes']);
    }
    t.deepEqual(asked, expect['schedulerRequests']);
    t.deepEqual(cached, expect['cacheAfter']);
  },

  scale(t, _rows, { input = {}, expect }) {
    const { hosts, coresPerHost, pending } = input as Readonly<Record<string, number>> & {
      readonly hosts: number;
      readonly coresPerHost: number;
      readonly pending: number;
    };
    const size = problemSize(hosts, coresPerHost, pending);
    for (const name of ['log10HostAssignments', 'log10CoreAssignments'] as const) {
      t.true(Math.abs(size[name] - Number(expect[name])) <= Number(expect['tolerance']), name);
    }
  },
};

function complement(free: readonly number[], total: number): Extent[] {
  return [...Array(total).keys()].filter((unit) => !free.includes(unit)).map((unit) => [unit, 1]);
}

function unitsOf(extents: unknown): number[] {
  return (extents as readonly Extent[]).flatMap(([first, count]) =>
    [...Array(count).keys()].map((offset) => first + offset),
  );
}

const mine = rackCases().filter(({ kind }) => !ELSEWHERE.includes(kind));

test('the cases that need no solver are all here', (t) => {
  t.deepEqual(
    mine.map(({ id }) => id),
    ['022', '023', '024', '027', '030', '031', '038', '039', '040', '041', '042'].map((n) => `rack-${n}`),
  );
});

for (const rackCase of mine) {
  test(`${rackCase.id}: ${rackCase.title}`, (t) => {
    const rows = openRack();
    if (rackCase.state !== undefined) loadRackState(rows, rackCase.state);
    must(checks[rackCase.kind], rackCase.kind)(t, rows, rackCase);
  });
}
