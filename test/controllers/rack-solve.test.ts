import test from 'ava';
import { stoppedClock } from '../../engine/base/clock.js';
import { must } from '../../engine/base/assert.js';
import { rack } from '../../engine/controllers/rack/controller.js';
import { catalogOf } from '../../engine/check/schema.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import type { CompiledPolicies } from '../../engine/loop/compile.js';
import { softValuesNow, violationsNow } from '../../engine/loop/check-state.js';
import { solveDatabase } from '../../engine/loop/solve-database.js';
import type { SourceFile } from '../../engine/base/source.js';
import { readShippedPolicies } from '../../engine/store/files.js';
import { introspect } from '../../engine/store/introspect.js';
import { openStore } from '../../engine/store/open.js';
import { rowsOf } from '../../engine/store/rows-of.js';
import type { Store } from '../../engine/store/store.js';
import type { RackCase, RackState } from '../helpers/rack-state.js';
import { loadRackState, rackCases } from '../helpers/rack-state.js';
import { rackLoop, solver } from '../helpers/rack-loop.js';

test.after.always(() => solver.close());

const LIMITS = { timeMs: null, work: null, seed: 1 };

function policiesOf(name: string): SourceFile[] {
  const scheduler = must(rack.schedulers[name], name);
  return scheduler.kind === 'policies' ? readShippedPolicies(scheduler.paths) : [];
}

function openCase(state: RackState, localityApps: readonly number[] | null): Store {
  const store = openStore(':memory:', 'state');
  store.write(() => loadRackState(rowsOf(store), state, localityApps));
  return store;
}

/** Every placement of the pending requests, judged by SQLite alone. */
function enumerate(
  store: Store,
  state: RackState,
  policies: CompiledPolicies,
): { feasible: number; best: number; optimal: number } {
  const hosts = state.nodes.map((node) => node.id);
  const ids = state.pending.map((request) => request.id);
  const weights = new Map<string, number>();
  for (const { policy, softValues } of policies.policies) {
    for (const { name } of softValues) {
      const { kind, weight } = policy.clause;
      weights.set(name, kind === 'check' ? 1 : Number(weight) * (kind === 'minimize' ? -1 : 1));
    }
  }
  let feasible = 0;
  let best = -Infinity;
  let optimal = 0;
  const step = (at: number): void => {
    const id = ids[at];
    if (id === undefined) {
      if (violationsNow(store, policies.policies, 1).length > 0) return;
      feasible += 1;
      let value = 0;
      for (const soft of softValuesNow(store, policies.policies))
        value += (soft.value ?? 0) * (weights.get(soft.name) ?? 0);
      if (value > best) [best, optimal] = [value, 1];
      else if (value === best) optimal += 1;
      return;
    }
    for (const host of hosts) {
      store.run('update request set controllable_dkernel = ? where request_id = ?', [host, id]);
      step(at + 1);
    }
  };
  store.write(() => step(0));
  return { feasible, best, optimal };
}

interface Expected {
  readonly infeasible?: boolean;
  readonly objective?: number;
  readonly feasibleCount?: number;
  readonly optimalCount?: number;
  readonly assignment?: Readonly<Record<string, number>>;
  readonly coresPerNode?: Readonly<Record<string, number>>;
  readonly memslicesPerNode?: Readonly<Record<string, number>>;
  readonly distinctNodesPerApp?: Readonly<Record<string, number>>;
  readonly splitSizes?: readonly number[];
}

/** What the pending requests take on each host. */
function taken(store: Store, state: RackState, column: 'cores' | 'memslices'): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { id } of state.nodes) {
    const ids = state.pending.map((request) => request.id).join(', ');
    const row = store.record(
      `select coalesce(sum(${column}), 0) as n from request where controllable_dkernel = ? and request_id in (${ids})`,
      [id],
    );
    found[String(id)] = Number(row?.['n']);
  }
  return found;
}

for (const one of rackCases().filter((candidate) => candidate.kind.startsWith('solve'))) {
  test(`${one.id}: ${one.title}`, async (t) => {
    const state = must(one.state, 'state');
    const apps = one.kind === 'solve-perapp' ? (one.input?.['localityApps'] as readonly number[]) : null;
    const store = openCase(state, apps);
    const sources = policiesOf(one.policy ?? 'DCMloc');
    const result = await solveDatabase(store, sources, {
      limits: LIMITS,
      dryRun: false,
      clock: stoppedClock,
      solve: solver.solve,
    });
    const expected = one.expect as Expected;
    const codes = result.diagnostics.map((one) => one.code);
    t.deepEqual(codes, expected.infeasible === true ? ['solve/infeasible'] : []);
    if (expected.infeasible === true) {
      t.is(result.status, 'infeasible');
      t.true((result.core?.constraints.length ?? 0) > 0);
      store.close();
      return;
    }
    t.is(result.status, 'optimal');
    if (expected.objective !== undefined) t.is(result.levels[0]?.value, expected.objective);
    for (const [id, host] of Object.entries(expected.assignment ?? {})) {
      t.is(
        store.record('select controllable_dkernel as host from request where request_id = ?', [Number(id)])?.[
          'host'
        ],
        host,
      );
    }
    if (expected.coresPerNode) t.deepEqual(taken(store, state, 'cores'), expected.coresPerNode);
    if (expected.memslicesPerNode) t.deepEqual(taken(store, state, 'memslices'), expected.memslicesPerNode);
    for (const [app, hosts] of Object.entries(expected.distinctNodesPerApp ?? {})) {
      const ids = state.pending.filter((request) => String(request.app) === app).map((request) => request.id);
      const row = store.record(
        `select count(distinct controllable_dkernel) as n from request where request_id in (${ids.join(', ')})`,
      );
      t.is(row?.['n'], hosts);
    }
    if (expected.splitSizes) {
      const sizes = Object.values(taken(store, state, 'cores')).filter((size) => size > 0);
      t.deepEqual(
        sizes.sort((a, b) => a - b),
        [...expected.splitSizes],
      );
    }
    const { compiled } = compilePolicies(sources, catalogOf(introspect(store)));
    if (expected.feasibleCount !== undefined || expected.optimalCount !== undefined) {
      const counted = enumerate(store, state, must(compiled, 'compiled policies'));
      t.is(result.levels[0]?.value, counted.best, 'no placement is worth more, by the checking queries');
      if (expected.feasibleCount !== undefined) t.is(counted.feasible, expected.feasibleCount);
      if (expected.optimalCount !== undefined) t.is(counted.optimal, expected.optimalCount);
    }
    store.close();
  });
}

interface SequenceStep {
  readonly op: 'request' | 'solve' | 'add-node';
  readonly app?: number;
  readonly cores?: number;
  readonly id?: number;
  readonly memslices?: number;
  readonly expect?: 'ok' | 'infeasible';
}

for (const one of rackCases().filter((candidate) => candidate.kind === 'sequence')) {
  test(`${one.id}: ${one.title}`, async (t) => {
    const input = one.input as unknown as {
      readonly nodes: RackState['nodes'];
      readonly steps: readonly SequenceStep[];
    };
    const { store, loop } = rackLoop({ mode: 'all-or-nothing' });
    let atUs = 0;
    const register = ({ id, cores, memslices }: SequenceStep | RackState['nodes'][number]): void => {
      atUs += 1;
      loop.take([{ atUs, type: 'host', fields: { host: id, cores, memslices } }]);
    };
    for (const node of input.nodes) register(node);
    for (const step of input.steps) {
      if (step.op === 'add-node') register(step);
      else if (step.op === 'request') {
        atUs += 1;
        loop.take([{ atUs, type: 'allocate', fields: { process: step.app, cores: step.cores } }]);
      } else {
        const { status } = await loop.decide(atUs);
        t.is(status === 'infeasible' ? 'infeasible' : 'ok', must(step.expect, 'expectation'));
      }
    }
    const expected = (one.expect as Expected).coresPerNode ?? {};
    const rows = store.records(
      "select current_dkernel as host, sum(held_cores) as n from request where status = 'BOUND' group by 1",
    );
    t.deepEqual(Object.fromEntries(rows.map((row) => [String(row['host']), row['n']])), expected);
    store.close();
  });
}

test('every case of rack.json is run by some test', (t) => {
  const elsewhere = [
    'round-robin',
    'fill-current',
    'decompose',
    'release',
    'affinity-alloc',
    'trigger',
    'micro',
    'units',
    'page-cache',
    'scale',
  ];
  const unknown = rackCases().filter(
    (one: RackCase) =>
      !one.kind.startsWith('solve') && one.kind !== 'sequence' && !elsewhere.includes(one.kind),
  );
  t.deepEqual(
    unknown.map((one) => one.id),
    [],
  );
});
