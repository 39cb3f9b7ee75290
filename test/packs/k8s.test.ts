import { readdirSync } from 'node:fs';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { TableRow } from '../../bench/traces/k8s-cluster.js';
import { packagePath, readText } from '../../engine/store/files.js';
import type { Store } from '../../engine/store/store.js';
import { Solver, databaseOf } from '../helpers/solve-here.js';
import type { Cluster } from './k8s/cluster.js';
import { randomCluster, rowsOf } from './k8s/cluster.js';
import type { Places } from './k8s/kube-rules.js';
import {
  bestPlacement,
  bestPreemption,
  hasCauses,
  isAllowed,
  placedOf,
  preemptionWorth,
} from './k8s/kube-rules.js';

const solver = new Solver();
test.after.always(() => solver.close());

const SCHEMA = readText(packagePath('schema', 'packs', 'k8s.sql'));
const POLICIES = readdirSync(packagePath('policies', 'k8s'))
  .filter((name) => name.endsWith('.sql') && !name.endsWith('.test.sql'))
  .sort();
const TEXTS = POLICIES.map((name) => readText(packagePath('policies', 'k8s', name)));

function clusterOf(rows: readonly TableRow[]): Store {
  const store = databaseOf(SCHEMA);
  store.write(() => {
    for (const { table, row } of rows) {
      const marks = Object.keys(row).map(() => '?');
      store.run(
        `insert into ${table} (${Object.keys(row).join(', ')}) values (${marks.join(', ')})`,
        Object.values(row),
      );
    }
  });
  return store;
}

/** Solves a random cluster and tells where its pods are then. */
async function solved(
  t: ExecutionContext,
  cluster: Cluster,
  setting: string,
  about: string,
): Promise<Places> {
  const store = clusterOf(rowsOf(cluster));
  store.script(`update scheduler set ${setting}`);
  const { status, diagnostics } = await solver.solve(store, TEXTS);
  t.is(status, 'optimal', `${about}: ${JSON.stringify(diagnostics)}`);
  const rows = store.records(
    'select p.name, p.controllable_node as node from open_pod as o join pod as p on p.name = o.name',
  );
  store.close();
  return new Map(rows.map((row) => [String(row['name']), String(row['node'])]));
}

const RUNS = Number(process.env['EDICT_K8S_RUNS'] ?? 20);

test('the pack places as many pods as enumeration of the rules of kube-scheduler does (seed 3)', async (t) => {
  t.timeout(600_000);
  const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
    const cluster = randomCluster(seed, { running: 2, waiting: 4 });
    const about = `cluster ${seed}`;
    const places = await solved(t, cluster, 'preemption = 0', about);
    t.true(isAllowed(cluster, places), `${about}: ${JSON.stringify([...places])}`);
    t.deepEqual(placedOf(cluster, places), bestPlacement(cluster), about);
  });
  await fc.assert(law, { seed: 3, numRuns: RUNS });
});

test('preemption is as good as the best of an enumeration (seed 4)', async (t) => {
  t.timeout(600_000);
  const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
    const cluster = randomCluster(seed, { running: 4, waiting: 3 });
    const about = `cluster ${seed}`;
    const places = await solved(t, cluster, 'preemption = 1', about);
    const isRight = isAllowed(cluster, places) && hasCauses(cluster, places);
    t.true(isRight, `${about}: ${JSON.stringify([...places])}`);
    t.deepEqual(preemptionWorth(cluster, places), bestPreemption(cluster), about);
  });
  await fc.assert(law, { seed: 4, numRuns: RUNS });
});

test('what the descheduler moves goes where kube-scheduler would let it (seed 5)', async (t) => {
  t.timeout(600_000);
  let moves = 0;
  const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
    const cluster = randomCluster(seed, { running: 5, waiting: 1 });
    const about = `cluster ${seed}`;
    const places = await solved(t, cluster, 'max_moves = 2', about);
    t.true(isAllowed(cluster, places), `${about}: ${JSON.stringify([...places])}`);
    const moved = cluster.pods.filter(
      ({ name, node }) => node !== null && (places.get(name) ?? node) !== node,
    );
    t.true(moved.length <= 2 && moved.every(({ name }) => places.get(name) !== ''), about);
    moves += moved.length;
  });
  await fc.assert(law, { seed: 5, numRuns: RUNS });
  t.true(moves > 0, `${moves} moves`);
});

test('docs/k8s.md names every policy file of the pack', (t) => {
  const page = readText(packagePath('docs', 'k8s.md'));
  for (const name of POLICIES) t.true(page.includes(`| \`${name}\` |`), name);
});
