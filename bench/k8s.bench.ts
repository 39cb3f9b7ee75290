import { must } from '../engine/base/assert.js';
import { createSolver } from '../engine/loop/create-solver.js';
import type { SolveResult } from '../engine/loop/solve-database.js';
import { solveDatabase } from '../engine/loop/solve-database.js';
import { packagePath, readText, sqlFilesIn } from '../engine/store/files.js';
import { openStore } from '../engine/store/open.js';
import type { Store } from '../engine/store/store.js';
import type { Bench, BenchContext, Row } from './bench.js';
import { measureAsync, repetition, timesOf } from './measure.js';
import type { K8sClusterOptions } from './traces/k8s-cluster.js';
import { K8S_CLUSTER_DEFAULTS, k8sCluster } from './traces/k8s-cluster.js';

interface Size extends Partial<K8sClusterOptions> {
  readonly what: 'start' | 'preempt' | 'move';
}

const SMOKE_SIZES: readonly Size[] = [{ what: 'start', nodes: 4, workloads: 16, running: 3, waiting: 8 }];

const SIZES: readonly Size[] = [
  { what: 'start' },
  { what: 'start', waiting: 50 },
  { what: 'start', nodes: 250 },
  { what: 'preempt' },
  { what: 'move' },
];

/** What the scheduler is told before the solve. */
const SETTINGS: Readonly<Record<Size['what'], string>> = {
  start: 'preemption = 0',
  preempt: 'preemption = 1',
  move: 'max_moves = 5',
};

/** Pods that wait on a generated cluster, under every policy of policies/k8s. */
export const k8sBench: Bench = {
  name: 'k8s',
  async run(context) {
    const rows: Row[] = [];
    for (const size of context.smoke ? SMOKE_SIZES : SIZES) rows.push(await rowOf(size, context));
    const title =
      'Generated clusters under all of policies/k8s: policy text to checked answer, with the stages of the last run';
    return [{ name: 'k8s', title, rows }];
  },
};

async function rowOf({ what, ...sizes }: Size, { smoke, clock, note }: BenchContext): Promise<Row> {
  const options = { ...K8S_CLUSTER_DEFAULTS, ...sizes };
  note(`${what} ${options.waiting}x${options.zones * options.nodes}`);
  const store = clusterStore(options, SETTINGS[what]);
  const solver = createSolver();
  const folder = packagePath('policies', 'k8s');
  const sources = sqlFilesIn(folder)
    .filter((name) => !name.endsWith('.test.sql'))
    .map((name) => ({ name, text: readText(packagePath('policies', 'k8s', name)) }));
  try {
    const { timing, last } = await measureAsync(clock, repetition(smoke), () =>
      solveDatabase(store, sources, {
        limits: { timeMs: null, work: null, seed: 1 },
        dryRun: true,
        clock,
        solve: solver.solve,
      }),
    );
    const open = must(store.record('select count(*) as pods from open_pod'), 'a count');
    const waiting = new Set(store.records('select name from waiting_pod').map(({ name }) => String(name)));
    return {
      what,
      waiting: options.waiting,
      nodes: options.zones * options.nodes,
      running: Number(must(store.record('select count(*) as pods from bound_pod'), 'a count')['pods']),
      open: Number(open['pods']),
      ...answerOf(last, waiting),
      ...timesOf(timing),
    };
  } finally {
    store.close();
    await solver.close();
  }
}

function clusterStore(options: K8sClusterOptions, setting: string): Store {
  const store = openStore(':memory:', 'plain');
  store.script(readText(packagePath('schema', 'packs', 'k8s.sql')));
  store.write(() => {
    for (const { table, row } of k8sCluster(options)) {
      const columns = Object.keys(row);
      const marks = columns.map(() => '?').join(', ');
      store.run(`insert into ${table} (${columns.join(', ')}) values (${marks})`, Object.values(row));
    }
    store.run(`update scheduler set ${setting}`);
  });
  return store;
}

function answerOf({ status, constraints, assignments, ms }: SolveResult, waiting: ReadonlySet<string>): Row {
  const set = (wanted: string): readonly string[] =>
    assignments.flatMap(({ column, key, value }) =>
      column === wanted && value !== '' && value !== 0 ? [String(key['name'])] : [],
    );
  return {
    status,
    constraints,
    started: set('controllable_node').filter((name) => waiting.has(name)).length,
    evicted: set('controllable_evict').length,
    compile_ms: ms.compile,
    ground_ms: ms.ground,
    solve_ms: ms.solve,
    verify_ms: ms.verify,
  };
}
