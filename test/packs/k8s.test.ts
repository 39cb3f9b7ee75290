import { readdirSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import type { TableRow } from '../../bench/traces/k8s-cluster.js';
import { packagePath, readText } from '../../engine/store/files.js';
import type { Store } from '../../engine/store/store.js';
import { Solver, databaseOf } from '../helpers/solve-here.js';
import { randomCluster, rowsOf } from './k8s/cluster.js';
import { bestPlacement, isAllowed, placedOf } from './k8s/kube-rules.js';

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

test('the pack places as many pods as enumeration of the rules of kube-scheduler does (seed 3)', async (t) => {
  t.timeout(240_000);
  const law = fc.asyncProperty(fc.noShrink(fc.nat()), async (seed) => {
    const cluster = randomCluster(seed);
    const store = clusterOf(rowsOf(cluster));
    const { status, diagnostics } = await solver.solve(store, TEXTS);
    t.is(status, 'optimal', `cluster ${seed}: ${JSON.stringify(diagnostics)}`);
    const rows = store.records('select name, controllable_node as node from pod where node_name is null');
    const places = new Map(rows.map((row) => [String(row['name']), String(row['node'])]));
    store.close();
    t.true(isAllowed(cluster, places), `cluster ${seed}: ${JSON.stringify([...places])}`);
    t.deepEqual(placedOf(cluster, places), bestPlacement(cluster), `cluster ${seed}`);
  });
  await fc.assert(law, { seed: 3, numRuns: Number(process.env['EDICT_K8S_RUNS'] ?? 40) });
});

test('docs/k8s.md names every policy file of the pack', (t) => {
  const page = readText(packagePath('docs', 'k8s.md'));
  for (const name of POLICIES) t.true(page.includes(`| \`${name}\` |`), name);
});
