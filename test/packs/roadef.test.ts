import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { must } from '../../engine/base/assert.js';
import { monotonicClock } from '../../engine/base/clock.js';
import { seededRandom } from '../../engine/base/random.js';
import type { SourceFile } from '../../engine/base/source.js';
import { readRoadefAssignment, readRoadefModel } from '../../engine/importers/roadef-file.js';
import { roadef, roadefRows } from '../../engine/importers/roadef.js';
import { audit } from '../../engine/loop/audit.js';
import { createSolver } from '../../engine/loop/create-solver.js';
import { solveDatabase } from '../../engine/loop/solve-database.js';
import { applyPack } from '../../engine/store/apply-pack.js';
import { packagePath, readPolicyPaths } from '../../engine/store/files.js';
import { loadRows } from '../../engine/store/load-rows.js';
import { openStore } from '../../engine/store/open.js';
import { rowsOf } from '../../engine/store/rows-of.js';
import type { Store } from '../../engine/store/store.js';
import { runCliHere } from '../cli/helpers/run-cli-here.js';
import { generatedRoadef } from '../helpers/generated-roadef.js';
import type { RoadefVerdict } from '../helpers/judge-roadef.js';
import { isRoadefFeasible, judgeRoadef } from '../helpers/judge-roadef.js';
import { tempFolder } from '../store/helpers/temp-folder.js';

const POLICIES = readPolicyPaths([packagePath('policies', 'roadef')]);

const solver = createSolver();
test.after.always(() => solver.close());

const source = (text: string): SourceFile => ({ name: 'test', text });

/** A database with a problem, at its initial assignment or at another. */
function open(modelText: string, initialText: string, nextText: string): Store {
  const store = openStore(':memory:', 'plain');
  const model = readRoadefModel(source(modelText));
  const [initial, next] = [initialText, nextText].map((text) => readRoadefAssignment(source(text), model));
  applyPack(store, 'roadef');
  store.write(() => loadRows(store, roadefRows(model, initial ?? [], next ?? [])));
  return store;
}

/** What the policies say of a database, in the words of the judge. */
function verdictOf(store: Store): RoadefVerdict {
  const { soft, violations, cut, objectives, diagnostics } = audit(store, POLICIES);
  if (diagnostics.length + cut.length > 0) throw new Error(JSON.stringify([diagnostics, cut]));
  const valueOf = (name: string): number =>
    must(
      soft.find((one) => one.name === name),
      name,
    ).value ?? NaN;
  const rowsFor = (name: string, ...columns: readonly string[]): string[] =>
    violations
      .filter(({ policy }) => policy.policy.name === name)
      .map(({ row }) => columns.map((column) => String(row[column])).join('/'))
      .sort(byNumbers);
  return {
    load: valueOf('load_cost'),
    balance: valueOf('balance_cost'),
    processMove: valueOf('process_move_cost'),
    serviceMove: valueOf('service_move_cost'),
    machineMove: valueOf('machine_move_cost'),
    total: -(objectives[0]?.value ?? NaN),
    capacity: rowsFor('capacity_limit', 'c.machine_id', 'c.resource_id'),
    transient: rowsFor('transient_use', 'c.machine_id', 'c.resource_id'),
    conflict: rowsFor('service_conflict', 'p.service_id'),
    spread: rowsFor('service_spread', 's.service_id'),
    dependency: rowsFor('service_dependency', 'p.process_id', 'd.needs'),
  };
}

function byNumbers(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => text.split('/').map(Number));
  return (x?.[0] ?? 0) - (y?.[0] ?? 0) || (x?.[1] ?? 0) - (y?.[1] ?? 0);
}

/** Lists in order, and no negative zero. */
const inOrder = (verdict: RoadefVerdict): RoadefVerdict => ({
  ...verdict,
  total: verdict.total + 0,
  dependency: [...verdict.dependency].sort(byNumbers),
});

function compare(
  t: ExecutionContext,
  model: string,
  initial: string,
  next: string,
  what: string,
): RoadefVerdict {
  const store = open(model, initial, next);
  try {
    const judged = judgeRoadef(model, initial, next);
    t.deepEqual(inOrder(verdictOf(store)), inOrder(judged), what);
    return judged;
  } finally {
    store.close();
  }
}

const SEEDS = 150;

test(`the policies cost and refuse what the definition does, on made-up problems of the seeds 1 to ${SEEDS}`, (t) => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { model, initial, changed } = generatedRoadef(seed);
    for (const next of [initial, changed]) {
      const judged = compare(t, model, initial, next, `seed ${seed}`);
      for (const [name, value] of Object.entries(judged)) {
        if (Array.isArray(value) ? value.length > 0 : value !== 0) seen.add(name);
      }
      if (isRoadefFeasible(judged)) seen.add('feasible');
    }
  }
  // Each cost and each rule took part.
  t.is(seen.size, 12);
});

function* assignments(machines: number, processes: number): Generator<readonly number[]> {
  const total = machines ** processes;
  for (let code = 0; code < total; code += 1) {
    yield Array.from({ length: processes }, (_none, p) => Math.floor(code / machines ** p) % machines);
  }
}

const SOLVED = 40;

test(`the solved assignment is the best of all, on made-up problems of the seeds 1 to ${SOLVED}`, async (t) => {
  let feasible = 0;
  for (let seed = 1; seed <= SOLVED; seed += 1) {
    const { model, initial, machines, processes } = generatedRoadef(seed);
    let best: number | null = null;
    for (const next of assignments(machines, processes)) {
      const judged = judgeRoadef(model, initial, next.join(' '));
      if (isRoadefFeasible(judged) && (best === null || judged.total < best)) best = judged.total;
    }
    const store = open(model, initial, initial);
    const { status, levels, diagnostics } = await solveDatabase(store, POLICIES, {
      limits: { timeMs: null, work: null, seed: 1 },
      dryRun: false,
      clock: monotonicClock,
      solve: solver.solve,
    });
    t.is(status, best === null ? 'infeasible' : 'optimal', `seed ${seed}: ${JSON.stringify(diagnostics)}`);
    if (best !== null) {
      feasible += 1;
      t.is(-(levels[0]?.value ?? NaN) + 0, best, `seed ${seed}`);
      const written = roadef.write(rowsOf(store).all);
      const judged = judgeRoadef(model, initial, written);
      t.is(judged.total, best, `seed ${seed}`);
      t.true(isRoadefFeasible(judged), `seed ${seed}`);
    }
    store.close();
  }
  t.true(feasible >= SOLVED / 4 && feasible < SOLVED, `${feasible} of ${SOLVED} have an answer`);
});

// Two machines change a process of 3 units; the second is full while it moves.
const MODEL = `1
1 10
2
0 0 10 5 0 2
0 1 8 8 2 0
1
0 0
2
0 3 1
0 4 2
0
1 1 1
`;

test('a problem is imported, audited, solved and exported from the command line', async (t) => {
  const folder = tempFolder(t);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const db = join(folder, 'fleet.db');
  const model = file('model.txt', MODEL);
  const initial = file('assignment.txt', '0 0\n');
  const imported = await runCliHere(['import', 'roadef', model, initial, '--db', db, '--json']);
  t.is(imported.exit, 0, imported.stderr);
  t.like(JSON.parse(imported.stdout), {
    pack: 'roadef',
    rows: { machine: 2, process: 2, need: 2, machine_move: 4 },
  });
  const policies = ['--db', db, '--policies', packagePath('policies', 'roadef')];

  const before = await runCliHere(['audit', ...policies, '--format', 'plain']);
  t.is(before.exit, 1);
  t.regex(before.stdout, /conflict\.sql:2: service_conflict is violated by p\.service_id=0\nobjective -20\n/);
  t.regex(before.stdout, /^ {2}load_cost = 20$/m);

  const solved = await runCliHere(['solve', ...policies, '--json']);
  t.is(solved.exit, 0, solved.stderr);
  // Either may go: 1 + 1 + 2 and no load above 5, or 2 + 1 + 2.
  t.like(JSON.parse(solved.stdout), { status: 'optimal', objective: -4 });
  const exported = await runCliHere(['export', 'roadef', '--db', db]);
  t.is(exported.stdout, '1 0\n');
  const out = join(folder, 'new.txt');
  t.is((await runCliHere(['export', 'roadef', '--db', db, '--out', out])).exit, 0);
  t.is(readFileSync(out, 'utf8'), '1 0\n');

  // What was exported can be read again and is worth the same.
  const again = join(folder, 'again.db');
  t.is((await runCliHere(['import', 'roadef', model, initial, out, '--db', again])).exit, 0);
  const after = await runCliHere([
    'audit',
    '--db',
    again,
    '--policies',
    packagePath('policies', 'roadef'),
    '--json',
  ]);
  t.is(after.exit, 0);
  t.like(JSON.parse(after.stdout), { violations: [], objectives: [{ priority: 0, value: -4 }] });

  const twice = await runCliHere(['import', 'roadef', model, initial, '--db', db]);
  t.is(twice.exit, 2);
  t.regex(twice.stderr, /import\/not-empty.*already has rows in `resource`, `machine`/);
  const fewer = await runCliHere(['import', 'roadef', model, '--db', join(folder, 'none.db')]);
  t.is(fewer.exit, 2);
  t.regex(fewer.stderr, /cli\/usage.*`roadef` takes 2 to 3 files, not 1/);
  t.false(existsSync(join(folder, 'none.db')));
});

const data = join(process.env['EDICT_DATA'] ?? '', 'roadef2012-machine-reassignment');

test('the policies cost and refuse what the definition does, on every public instance', (t) => {
  if (process.env['EDICT_DATA'] === undefined) {
    t.log('SKIPPED: the public instances are audited only with EDICT_DATA=FOLDER');
    t.pass();
    return;
  }
  t.timeout(600_000);
  const read = (name: string): string => {
    const bytes = readFileSync(join(data, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  };
  const names = readdirSync(data).flatMap((file) => /^model_(\w+)\.txt\.gz$/.exec(file)?.[1] ?? []);
  t.true(names.length >= 13);
  for (const name of names) {
    const model = read(`model_${name}.txt.gz`);
    const initial = read(name === 'example' ? 'assignment_example_0.txt' : `assignment_${name}.txt.gz`);
    const machines = initial.trim().split(/\s+/);
    const random = seededRandom(7);
    const changes = [0, 0.01, 0.1].map((share) =>
      machines.map((one) =>
        random.next() < share ? must(machines[random.below(machines.length)], 'one') : one,
      ),
    );
    for (const [i, change] of changes.entries())
      compare(t, model, initial, change.join(' '), `${name}, ${i}`);
  }
  const example = ['0', '1', '2'].map((i) => read(`assignment_example_${i}.txt`));
  const costs = example.map(
    (next) => judgeRoadef(read('model_example.txt.gz'), must(example[0], 'first'), next).total,
  );
  // The worked example of the definition.
  t.deepEqual(costs, [4200, 3510, 2411]);
});
