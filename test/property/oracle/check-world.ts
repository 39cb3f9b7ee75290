import { must } from '../../../engine/base/assert.js';
import { isError } from '../../../engine/base/diagnostic.js';
import { seededRandom } from '../../../engine/base/random.js';
import { prepare } from '../../../engine/loop/decide.js';
import { softValuesNow, violationsNow } from '../../../engine/loop/check-state.js';
import type { SolveResult } from '../../../engine/loop/solve-database.js';
import type { Grounded } from '../../../engine/ground/ground.js';
import { evaluate } from '../../../engine/model/evaluate.js';
import type { BackendName } from '../../../engine/solve/solver.js';
import { StoreError } from '../../../engine/store/store-error.js';
import type { Store } from '../../../engine/store/store.js';
import { databaseOf, shown } from '../../helpers/solve-here.js';
import type { Solver } from '../../helpers/solve-here.js';
import type { RefusedPolicy, Taken } from './engine-view.js';
import { take } from './engine-view.js';
import { constructsOf } from './constructs.js';
import type { Policy, Value, World } from './language.js';
import { Meaning } from './meaning.js';
import { printValue, printWorld } from './print.js';
import { relationsRead } from './reads.js';
import { addPolicyViews, plainPolicies } from './sqlite-meaning.js';
import type { Cell } from './states.js';
import { assignmentsOf, cellsOf, isStorable, stateOf } from './states.js';
import type { Judged } from './truth.js';
import { bestOf, isAllowed, judge, levelsOf, readingOf } from './truth.js';

/** What came of one case. */
export interface Verdict {
  /** Of the policies that the engine takes; `refused` where it takes none. */
  readonly kind: 'optimal' | 'infeasible' | 'refused';
  readonly refused: readonly RefusedPolicy[];
  /** Where engine and oracle differ. */
  readonly problems: readonly string[];
}

/** How many assignments of a case are looked at by the model alone and by SQLite alone. */
const SAMPLES = { model: 32, sqlite: 8 };

const near = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

const crash = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** Compares everything the engine says about a world with the enumeration of all its assignments. */
export async function checkWorld(world: World, solver: Solver, seed: number): Promise<Verdict> {
  let taken: Taken;
  try {
    taken = take(world);
  } catch (error) {
    return { kind: 'refused', refused: [], problems: [crash(error)] };
  }
  const { refused, engine } = taken;
  if (engine === null) return { kind: 'refused', refused, problems: taken.problems };
  try {
    const { kind, problems } = await checkTaken(taken, engine, solver, seed);
    return { kind, refused, problems };
  } catch (error) {
    return { kind: 'refused', refused, problems: [crash(error)] };
  }
}

async function checkTaken(
  { world }: Taken,
  engine: NonNullable<Taken['engine']>,
  solver: Solver,
  seed: number,
): Promise<Omit<Verdict, 'refused'>> {
  const meaning = new Meaning(world, domainsOf(engine.grounded));
  const cells = cellsOf(world);
  const judged = judge(world, meaning, cells, assignmentsOf(cells));
  const problems: string[] = [];
  const isBad = judged.some(({ readings }) => readings.some((one) => one.refused === 'bad-argument'));
  if (isBad) return { kind: 'refused', problems: ['a bad argument was taken'] };
  if (judged.some((one) => isAllowed(one) && one.readings.some(({ refused }) => refused !== null)))
    return { kind: 'refused', problems: ['a null term was taken'] };
  const samples = sampled(judged, seed, SAMPLES.sqlite);
  problems.push(...askSqlite(world, meaning, cells, samples));
  problems.push(...audit(world, cells, engine, samples));
  // Rows that a database view hides are no part of a solve, so enumerating them would ask for too much.
  const { all, direct } = relationsRead(world);
  const isPartial = world.tables.some(
    ({ name, columns }) => all.has(name) && !direct.has(name) && columns.some((one) => one.decision),
  );
  const isHidden =
    isPartial &&
    world.tables.some(
      ({ uniques, checks, foreignKeys, columns, rows }) =>
        uniques.length + checks.length + foreignKeys.length > 0 ||
        (rows.length > 0 && columns.some((one) => one.decision && one.domain.length === 0)),
    );
  const best = bestOf(judged);
  const kind = best === null ? 'infeasible' : 'optimal';
  if (isHidden || (isPartial && world.policies.some((one) => one.isDomain === true)))
    return { kind, problems };
  problems.push(...compareDomains(domainsOf(engine.grounded), cells, judged));
  problems.push(...askModel(world, cells, engine, sampled(judged, seed + 1, SAMPLES.model)));
  problems.push(...(await askSolvers(world, meaning, cells, judged, engine, solver, seed)));
  return { kind, problems };
}

/** Domains that the engine says it gives to decisions that are grouped by, by table and column. */
function domainsOf(grounded: Grounded): Map<string, readonly Value[]> {
  return new Map(Object.entries(JSON.parse(grounded.domains) as Record<string, readonly Value[]>));
}

/**
 * Which values are left of a domain depends on how far the engine infers. It must keep every value that some
 * answer has, and add none to what schema and policies say.
 */
function compareDomains(
  domains: ReadonlyMap<string, readonly Value[]>,
  cells: readonly Cell[],
  judged: readonly Judged[],
): string[] {
  const answers = judged.filter(isAllowed);
  return cells.flatMap(({ table, column, domain }, i) => {
    const told = domains.get(`${table}.${column}`);
    if (told === undefined) return [];
    const missing = answers.map((one) => one.values[i] ?? null).find((value) => !told.includes(value));
    const added = told.find((value) => !domain.includes(value));
    return [
      ...(missing === undefined ? [] : [`the domain of ${table}.${column} lacks ${String(missing)}`]),
      ...(added === undefined ? [] : [`the domain of ${table}.${column} has ${String(added)}`]),
    ];
  });
}

/** A group of the values of a decision asks for nothing where no value is left to any decision. */
const isAsked = (world: World, policy: Policy, grounded: Grounded): boolean =>
  grounded.domains !== '{}' || !constructsOf(world, policy).has('group by a decision');

/** Some of the assignments: all of a small case. */
function sampled(judged: readonly Judged[], seed: number, most: number): readonly Judged[] {
  if (judged.length <= 2 * most) return judged;
  const random = seededRandom(seed);
  return Array.from({ length: most }, () => must(judged[random.below(judged.length)], 'assignment'));
}

const place = (cells: readonly Cell[], values: readonly Value[]): string =>
  cells.map((cell, i) => `${cell.table}[${String(cell.key)}].${cell.column}=${String(values[i])}`).join(' ');

/** Stores an assignment; false where SQLite refuses it. */
function write(store: Store, world: World, cells: readonly Cell[], values: readonly Value[]): boolean {
  const { tables } = stateOf(world, cells, values);
  try {
    store.write(() => {
      store.run('pragma defer_foreign_keys = on');
      const changed = world.tables.filter(({ columns }) => columns.some((one) => one.decision));
      for (const { name } of changed) store.run(`delete from ${name}`);
      for (const { name } of changed) {
        for (const row of tables.get(name) ?? []) {
          store.run(`insert into ${name} values (${row.map(() => '?').join(', ')})`, [...row]);
        }
      }
    });
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code.startsWith('SQLITE_CONSTRAINT')) return false;
    throw error;
  }
}

/** The oracle itself, held against SQLite's reading of the policies that are plain SQL. */
function askSqlite(
  world: World,
  meaning: Meaning,
  cells: readonly Cell[],
  samples: readonly Judged[],
): string[] {
  const store = databaseOf(...printWorld(world).database);
  const plain = plainPolicies(world);
  addPolicyViews(store, world, plain);
  const problems: string[] = [];
  for (const { values, isStorable: stored } of samples) {
    const at = place(cells, values);
    if (write(store, world, cells, values) !== stored) {
      problems.push(`ORACLE: ${stored ? 'storable' : 'not storable'}, SQLite thinks otherwise of ${at}`);
      continue;
    }
    if (!stored) continue;
    const state = stateOf(world, cells, values);
    for (const { policy, violated, soft } of plain) {
      const reading = readingOf(meaning, world.policies.indexOf(policy), state);
      const isViolated = violated.some((sql) => store.rows(sql)[0]?.[0] === 1);
      if (reading.holds === isViolated)
        problems.push(
          `ORACLE: ${policy.name} ${reading.holds ? 'holds' : 'fails'}, SQL says otherwise, at ${at}`,
        );
      if (soft === null) continue;
      const [sum, nulls] = must(store.rows(soft)[0], 'sums');
      const told = reading.refused === null ? must(reading.soft[0], 'term').value : null;
      if ((nulls === 0 ? Number(sum) : null) !== told)
        problems.push(`ORACLE: ${policy.name} is ${String(told)}, in SQL ${String(sum)}, at ${at}`);
    }
  }
  store.close();
  return problems;
}

/** The engine's checking queries over assignments that nobody solved for. */
function audit(
  world: World,
  cells: readonly Cell[],
  { store, compiled, grounded }: NonNullable<Taken['engine']>,
  samples: readonly Judged[],
): string[] {
  const problems: string[] = [];
  for (const { values, readings } of samples) {
    if (!write(store, world, cells, values)) continue;
    const violated = new Set(
      violationsNow(store, compiled.policies, 1, grounded.domains).map(({ policy }) => policy.policy.name),
    );
    const found = new Map(
      softValuesNow(store, compiled.policies, grounded.domains).map(({ name, value }) => [name, value]),
    );
    world.policies.forEach((policy, i) => {
      const { holds, soft, refused } = must(readings[i], 'reading');
      if (refused !== null || !isAsked(world, policy, grounded)) return;
      if (holds === violated.has(policy.name)) {
        const says = violated.has(policy.name) ? 'violated' : 'kept';
        problems.push(`the audit finds ${policy.name} ${says} at ${place(cells, values)}`);
      }
      for (const { name, value } of soft) {
        if (found.get(name) === value) continue;
        const says = String(found.get(name));
        problems.push(`the audit values ${name} at ${says}, it is ${value}, at ${place(cells, values)}`);
      }
    });
  }
  return problems;
}

/** The grounded model, policy by policy, over assignments that nobody solved for. */
function askModel(
  world: World,
  cells: readonly Cell[],
  { grounded }: NonNullable<Taken['engine']>,
  samples: readonly Judged[],
): string[] {
  const { model } = grounded;
  const problems: string[] = [];
  const places = cells.map((cell) => {
    const known = grounded.cells.find(
      ({ relation, column, key }) =>
        relation.name === cell.table && column === cell.column && Object.values(key)[0] === cell.key,
    );
    return known === undefined
      ? null
      : { known, values: must(model.variables[known.variable], 'variable').values };
  });
  // Texts without a domain of the schema have no codes that could be told from outside.
  if (places.some((one) => one !== null && one.known.text && one.values === null)) return [];
  for (const one of samples) {
    const values = model.variables.map(({ values: domain, lo }) => domain?.[0] ?? lo ?? 0);
    const missing = places.some((at, i) => {
      if (at === null) return false;
      const { known, values: domain } = at;
      const wanted = one.values[i] ?? null;
      const code = known.text
        ? (domain ?? []).find((candidate) => grounded.sqlValue(known, candidate) === wanted)
        : Number(wanted);
      if (code !== undefined) values[known.variable] = code;
      return code === undefined;
    });
    if (missing) {
      if (isAllowed(one)) problems.push(`the model has no ${place(cells, one.values)}`);
      continue;
    }
    const { violated, outOfDomain, soft } = evaluate(model, values);
    if (outOfDomain.length > 0) {
      if (isAllowed(one)) problems.push(`the model's domains exclude ${place(cells, one.values)}`);
      continue;
    }
    const names = new Set(violated.map((id) => grounded.origins[id]?.policy.name ?? ''));
    const isOwn = (name: string): boolean => world.policies.some((policy) => policy.name === name);
    world.policies.forEach((policy, i) => {
      const { holds, refused } = must(one.readings[i], 'reading');
      if (refused !== null || holds !== names.has(policy.name) || !isAsked(world, policy, grounded)) return;
      // A row is looked for in the groups of the values that everything else leaves it.
      const others = one.readings.every((reading, other) => other === i || reading.holds);
      if (!(others && one.isStorable) && constructsOf(world, policy).has('group by a decision')) return;
      const says = holds ? 'violated' : 'kept';
      problems.push(`the model finds ${policy.name} ${says} at ${place(cells, one.values)}`);
    });
    if (one.isStorable === [...names].some((name) => !isOwn(name)))
      problems.push(
        `the model finds ${one.isStorable ? 'not storable' : 'storable'} ${place(cells, one.values)}`,
      );
    const terms = model.objectives.flatMap((level) => level.soft);
    const found = new Map(terms.map(({ name }, i) => [name, soft.flat()[i]]));
    for (const { name, value } of isAllowed(one) ? one.readings.flatMap((reading) => reading.soft) : []) {
      if (found.get(name) === value) continue;
      const says = String(found.get(name));
      problems.push(`the model values ${name} at ${says}, it is ${value}, at ${place(cells, one.values)}`);
    }
  }
  return problems;
}

/** It takes small programs only, and may say of others that it cannot tell. */
const SIMPLEX_MS = 2_000;

const BACKENDS: readonly (BackendName | null)[] = [null, 'highs', 'simplex'];

/** Status, objective and answer of each backend; one of them writes its answer back. */
async function askSolvers(
  world: World,
  meaning: Meaning,
  cells: readonly Cell[],
  judged: readonly Judged[],
  { compiled, grounded }: NonNullable<Taken['engine']>,
  solver: Solver,
  seed: number,
): Promise<string[]> {
  const { database, policies } = printWorld(world);
  const best = bestOf(judged);
  const problems: string[] = [];
  // Small programs only are the simplex backend's: it may take its time to find a core.
  const writer = best === null ? null : (BACKENDS[seed % BACKENDS.length] ?? null);
  const store = databaseOf(...database);
  const narrowed = prepare(store, compiled).grounded;
  if (narrowed.domains !== grounded.domains)
    problems.push(`domains ${narrowed.domains}, without narrowing ${grounded.domains}`);
  const result = await solver.solve(store, [policies], writer);
  const name = writer ?? 'any backend';
  if (result.status !== 'unknown' || writer !== 'simplex')
    problems.push(
      ...compareAnswer(world, meaning, cells, judged, best, store, result).map((one) => `${name}: ${one}`),
    );
  store.close();
  for (const backend of BACKENDS) {
    if (backend === null || backend === writer) continue;
    const { outcome } = await solver.solveModel(
      narrowed.model,
      backend,
      backend === 'simplex' ? SIMPLEX_MS : null,
    );
    if ((outcome.status === 'unknown' || outcome.status === 'feasible') && backend === 'simplex') continue;
    if (outcome.status === 'optimal') {
      const found = outcome.levels.length === 0 ? [0] : outcome.levels.map((level) => level.value);
      problems.push(...compareLevels(found, best).map((one) => `${backend}: ${one}`));
    } else if (outcome.status !== 'infeasible' || best !== null) {
      problems.push(
        `${backend}: ${outcome.status}, the best is ${best === null ? 'nothing' : best.join(', ')}`,
      );
    }
  }
  return problems;
}

function compareLevels(found: readonly number[], best: readonly number[] | null): string[] {
  if (best === null) return [`objective ${found.join(', ')}, there is no answer`];
  if (found.length === best.length && found.every((value, i) => near(value, best[i] ?? NaN))) return [];
  return [`objective ${found.join(', ')}, the best is ${best.join(', ')}`];
}

function compareAnswer(
  world: World,
  meaning: Meaning,
  cells: readonly Cell[],
  judged: readonly Judged[],
  best: readonly number[] | null,
  store: Store,
  result: SolveResult,
): string[] {
  // That there is no answer is said as an error, too.
  const errors = result.diagnostics.filter((one) => isError(one) && one.code !== 'solve/infeasible');
  const rejected = result.diagnostics.filter((one) => one.code === 'solve/backend-rejected');
  const problems = rejected.map((one) => one.message);
  if (errors.length > 0)
    return [
      ...problems,
      `errors: ${errors.map((one) => `${shown([one]).join('')} (${one.message})`).join('; ')}`,
    ];
  if (best === null) {
    if (result.status !== 'infeasible')
      return [...problems, `${String(result.status)}, the enumeration has no answer`];
    return [...problems, ...compareCore(world, judged, widest(world, cells, judged), result)];
  }
  if (result.status !== 'optimal')
    return [...problems, `${String(result.status)}, the enumeration has an answer`];
  const values = cells.map(
    ({ table, column, key }) =>
      store.rows(`select ${column} from ${table} where id is ?`, [key])[0]?.[0] as Value,
  );
  const state = stateOf(world, cells, values);
  const readings = world.policies.map((_policy, i) => readingOf(meaning, i, state));
  const answer = { values, isStorable: isStorable(world, state), readings };
  const { direct } = relationsRead(world);
  cells.forEach(({ table, domain, key, column, stored }, i) => {
    const value = values[i] ?? null;
    const isKept = !direct.has(table) && value === stored;
    if (!domain.includes(value) && !isKept)
      problems.push(`${column} of ${String(key)} is ${printValue(values[i] ?? null)}`);
  });
  world.policies.forEach((policy, i) => {
    if (readings[i]?.holds === false) problems.push(`the answer violates ${policy.name}`);
  });
  problems.push(...compareLevels(levelsOf(answer), best).map((one) => `the written answer: ${one}`));
  problems.push(
    ...compareLevels(
      result.levels.map((level) => level.value),
      best,
    ),
  );
  const told = new Map(result.soft.map((one) => [one.name, one.value]));
  const soft = readings.flatMap((one) => one.soft);
  for (const { name, value } of soft) {
    if (told.get(name) !== value)
      problems.push(`${name} is said to be ${told.get(name) ?? 'nothing'}, it is ${value}`);
  }
  if (told.size !== soft.length) problems.push(`${told.size} soft terms, expected ${soft.length}`);
  return problems;
}

/** The same assignments where each decision that is grouped by has every value of the schema. */
function widest(world: World, cells: readonly Cell[], judged: readonly Judged[]): Judged[] {
  const assignments = judged.map(({ values }) => values);
  return judge(world, new Meaning(world), cells, assignments);
}

/**
 * A core has no answer, and has one as soon as one of its policies is left out. Some policies of a set leave the
 * decisions that others group by more values than all policies do, and fewer than the schema: `judged` and `wide`.
 */
function compareCore(
  world: World,
  judged: readonly Judged[],
  wide: readonly Judged[],
  { core }: SolveResult,
): string[] {
  if (core === null) return ['infeasible without a core'];
  const inCore = core.constraints.map(({ name }) => world.policies.findIndex((one) => one.name === name));
  const named = inCore.filter((at) => at >= 0);
  // The keys and checks of the schema have names of their own and are needed all together or not at all.
  const ofSchema = inCore.length > named.length;
  const hasAnswer = (among: readonly Judged[], policies: readonly number[], stored: boolean): boolean =>
    among.some(
      (one) => (!stored || one.isStorable) && policies.every((at) => one.readings[at]?.holds !== false),
    );
  const problems: string[] = [];
  const names = core.constraints.map(({ name }) => name).join(', ');
  if (hasAnswer(judged, named, ofSchema) && hasAnswer(wide, named, ofSchema))
    problems.push(`the core ${names} has an answer`);
  if (!core.minimal) {
    // Nobody can say whether there is an answer once a decision may be any integer at all.
    const isOpen = world.tables.some((table) =>
      table.columns.some((one) => one.decision && one.type === 'int' && one.name !== 'controllable_h'),
    );
    return isOpen ? problems : [...problems, `the core ${names} is not shown to be minimal`];
  }
  // Without the policy that bounds it a decision may take more values than were enumerated.
  const isBounded = world.policies.every((one, at) => one.isDomain !== true || named.includes(at));
  for (const at of named) {
    if (world.policies[at]?.isDomain === true || !isBounded) continue;
    const rest = named.filter((one) => one !== at);
    // Which of the schema's demands are in it cannot be told by their names alone.
    if (!ofSchema && !hasAnswer(judged, rest, false) && !hasAnswer(wide, rest, false))
      problems.push(`the core ${names} does not need ${world.policies[at]?.name ?? ''}`);
  }
  return problems;
}
