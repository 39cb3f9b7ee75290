import { must } from '../../../engine/base/assert.js';
import { isError } from '../../../engine/base/diagnostic.js';
import { seededRandom } from '../../../engine/base/random.js';
import { softValuesNow, violationsNow } from '../../../engine/loop/check-state.js';
import type { SolveResult } from '../../../engine/loop/solve-database.js';
import type { BackendName } from '../../../engine/solve/solver.js';
import { StoreError } from '../../../engine/store/store-error.js';
import type { Store } from '../../../engine/store/store.js';
import { compileHere, databaseOf, shown } from '../../helpers/solve-here.js';
import type { Solver } from '../../helpers/solve-here.js';
import type { World } from './language.js';
import { printSelect, printWorld } from './language.js';
import type { SoftMeaning, State, Value } from './meaning.js';
import { Meaning, Refused } from './meaning.js';

/** What came of one case: agreement on an answer, a refusal of the engine, or what differs. */
export interface Verdict {
  readonly kind: 'optimal' | 'infeasible' | 'refused';
  readonly codes: readonly string[];
  readonly problems: readonly string[];
}

interface Cell {
  readonly table: string;
  readonly row: number;
  readonly column: string;
  readonly key: Value;
  readonly domain: readonly Value[];
}

/** Relations that policies read, and of those the ones they name without a database view in between. */
function relationsRead(world: World): { all: ReadonlySet<string>; direct: ReadonlySet<string> } {
  const { policies } = printWorld({ ...world, views: [] });
  const all = new Set<string>();
  const direct = new Set<string>();
  const read = (text: string, isDirect: boolean): void => {
    for (const name of [...world.tables.map((one) => one.name), ...world.views.map((one) => one.name)]) {
      if (!text.includes(` ${name} as `)) continue;
      all.add(name);
      if (isDirect) direct.add(name);
      const view = world.views.find((one) => one.name === name);
      if (view !== undefined) read(printSelect(view.select), isDirect && view.ofPolicies);
    }
  };
  read(policies, true);
  return { all, direct };
}

/** Decisions of tables that no policy reads stay as they are. */
function cellsOf(world: World): Cell[] {
  const { all } = relationsRead(world);
  return world.tables
    .filter((table) => all.has(table.name))
    .flatMap((table) =>
      table.rows.flatMap((row, index) =>
        table.columns.flatMap(({ name, decision, domain }) =>
          decision ? [{ table: table.name, row: index, column: name, key: row[0] ?? null, domain }] : [],
        ),
      ),
    );
}

function* assignments(cells: readonly Cell[], at = 0): Generator<Value[]> {
  const cell = cells[at];
  if (cell === undefined) {
    yield [];
    return;
  }
  for (const value of cell.domain) for (const rest of assignments(cells, at + 1)) yield [value, ...rest];
}

function stateOf(world: World, cells: readonly Cell[], values: readonly Value[]): State {
  const assigned = new Map(
    cells.map((cell, i) => [`${cell.table}/${cell.row}/${cell.column}`, values[i] ?? null]),
  );
  return new Map(
    world.tables.map((table) => [
      table.name,
      table.rows.map(
        (row, index) =>
          new Map(
            table.columns.map(({ name }, at) => [
              name,
              assigned.get(`${table.name}/${index}/${name}`) ?? row[at] ?? null,
            ]),
          ),
      ),
    ]),
  );
}

/** Writes an assignment; false where SQLite refuses to store it. */
function write(store: Store, cells: readonly Cell[], values: readonly Value[]): boolean {
  try {
    store.write(() => {
      // First away from unique keys, then to the wanted values.
      for (const cell of cells)
        store.run(`update ${cell.table} set ${cell.column} = null where id is ?`, [cell.key]);
      cells.forEach((cell, i) => {
        store.run(`update ${cell.table} set ${cell.column} = ? where id is ?`, [values[i] ?? null, cell.key]);
      });
    });
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code.startsWith('SQLITE_CONSTRAINT')) return false;
    throw error;
  }
}

function readBack(store: Store, cells: readonly Cell[]): Value[] {
  return cells.map(
    ({ table, column, key }) =>
      store.rows(`select ${column} from ${table} where id is ?`, [key])[0]?.[0] as Value,
  );
}

/** Levels of an assignment, highest priority first. */
function levelsOf(soft: readonly SoftMeaning[]): number[] {
  const byPriority = new Map<number, number>();
  for (const { priority, weight, value } of soft) {
    byPriority.set(priority, (byPriority.get(priority) ?? 0) + weight * value);
  }
  return [...byPriority].sort(([a], [b]) => b - a).map(([, value]) => value);
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0;
    if (value !== other) return value > other;
  }
  return false;
}

interface Truth {
  readonly feasible: boolean;
  readonly best: readonly number[] | null;
  /** Reasons met in some assignment why the policies cannot be read. */
  readonly refused: ReadonlySet<string>;
  /** Met in an assignment that satisfies every hard policy. */
  readonly nullInFeasible: boolean;
}

function truthOf(world: World, meaning: Meaning, store: Store, cells: readonly Cell[]): Truth {
  const refused = new Set<string>();
  let feasible = false;
  let best: number[] | null = null;
  let nullInFeasible = false;
  for (const values of assignments(cells)) {
    const isStorable = write(store, cells, values);
    const state = stateOf(world, cells, values);
    const refusals = new Set<string>();
    const read = <T>(work: () => T, otherwise: T): T => {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refusals.add(error.why);
        return otherwise;
      }
    };
    const kept = world.policies.map((policy) => read(() => meaning.holds(policy, state), true));
    const soft = world.policies.flatMap((policy) => read(() => meaning.soft(policy, state), []));
    for (const why of refusals) refused.add(why);
    if (!isStorable || kept.includes(false)) continue;
    feasible = true;
    if (refusals.has('null-term')) nullInFeasible = true;
    const levels = levelsOf(soft);
    if (best === null || isBetter(levels, best)) best = levels;
  }
  return { feasible, best, refused, nullInFeasible };
}

const near = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

/** Compares everything the engine says about a world with the enumeration of all its assignments. */
export async function checkWorld(
  world: World,
  solver: Solver,
  backends: readonly (BackendName | null)[],
  seed: number,
): Promise<Verdict> {
  const { database, policies } = printWorld(world);
  const cells = cellsOf(world);
  const meaning = new Meaning(world);
  const truth = truthOf(world, meaning, databaseOf(...database), cells);
  // Rows that a database view hides are no part of a solve, so enumerating them would ask for too much.
  const { all, direct } = relationsRead(world);
  const isPartial = world.tables.some(
    ({ name, columns }) => all.has(name) && !direct.has(name) && columns.some((one) => one.decision),
  );
  const hidden =
    isPartial && (cells.some(({ domain }) => domain.length === 0) || /unique|, check/.test(database.join()));
  const problems: string[] = [];
  let verdict: Omit<Verdict, 'problems'> | null = null;
  for (const backend of backends) {
    const store = databaseOf(...database);
    let result: SolveResult;
    try {
      result = await solver.solve(store, [policies], backend);
    } catch (error) {
      return { kind: 'refused', codes: [], problems: [crash(error)] };
    }
    if (result.status === 'unknown' && backend === 'simplex') continue;
    if (hidden && result.status !== null) return { kind: 'refused', codes: [], problems };
    const found = compareSolve(world, meaning, truth, cells, store, result);
    problems.push(...found.problems.map((one) => `${backend ?? 'any backend'}: ${one}`));
    verdict = found;
  }
  try {
    problems.push(...audit(world, meaning, cells, seed));
  } catch (error) {
    problems.push(crash(error));
  }
  const { kind, codes } = must(verdict, 'verdict');
  return { kind, codes, problems };
}

const crash = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

function compareSolve(
  world: World,
  meaning: Meaning,
  truth: Truth,
  cells: readonly Cell[],
  store: Store,
  result: SolveResult,
): Verdict {
  // That there is no answer is said as an error, too.
  const errors = result.diagnostics.filter((one) => isError(one) && one.code !== 'solve/infeasible');
  const codes = errors.map((one) => one.code);
  const problems: string[] = [];
  if (result.status === null) {
    for (const error of errors) {
      const { code } = error;
      const isRight =
        code === 'lower/unsupported' ||
        code === 'lower/no-lineage' ||
        code === 'lower/outer-join-on-decision' ||
        // Refused too where the engine cannot show that such a row never counts.
        code === 'ground/null-term' ||
        (code === 'ground/bad-argument' && truth.refused.has('bad-argument'));
      if (!isRight) problems.push(`${shown([error]).join('')} (${error.message})`);
      if (error.span === undefined) problems.push(`${code} has no place`);
    }
    if (errors.length === 0) problems.push('no answer and no error');
    return { kind: 'refused', codes, problems };
  }
  if (errors.length > 0) problems.push(`errors beside an answer: ${shown(errors).join('; ')}`);
  if (truth.refused.has('bad-argument'))
    return { kind: 'refused', codes, problems: ['a bad argument was taken'] };
  if (truth.nullInFeasible) problems.push('a null term was taken');
  if (!truth.feasible) {
    if (result.status !== 'infeasible') problems.push(`${result.status}, the enumeration has no answer`);
    return { kind: 'infeasible', codes, problems };
  }
  if (result.status !== 'optimal') {
    problems.push(`${result.status}, the enumeration has an answer`);
    return { kind: 'optimal', codes, problems };
  }
  if (truth.nullInFeasible) return { kind: 'optimal', codes, problems };
  const state = stateOf(world, cells, readBack(store, cells));
  for (const policy of world.policies) {
    if (!meaning.holds(policy, state)) problems.push(`the answer violates ${policy.name}`);
  }
  const soft = world.policies.flatMap((policy) => meaning.soft(policy, state));
  const values = result.levels.map((level) => level.value);
  const best = truth.best === null || truth.best.length === 0 ? [0] : truth.best;
  if (values.length !== best.length || !values.every((value, i) => near(value, best[i] ?? NaN))) {
    problems.push(`objective ${values.join(', ')}, the best is ${best.join(', ')}`);
  }
  const told = new Map(result.soft.map(({ name, value }) => [name, value]));
  for (const { name, value } of soft) {
    if (told.get(name) !== value)
      problems.push(`${name} is said to be ${told.get(name) ?? 'nothing'}, it is ${value}`);
  }
  if (told.size !== soft.length) problems.push(`${told.size} soft terms, expected ${soft.length}`);
  return { kind: 'optimal', codes, problems };
}

/** Checking queries over assignments that nobody solved for. */
function audit(world: World, meaning: Meaning, cells: readonly Cell[], seed: number): string[] {
  const { database, policies } = printWorld(world);
  const store = databaseOf(...database);
  const { compiled } = compileHere(store, policies);
  if (compiled === null) return [];
  const random = seededRandom(seed);
  const problems: string[] = [];
  for (let i = 0; i < 6; i += 1) {
    const values = cells.map(({ domain }) => domain[random.below(domain.length)] ?? null);
    if (!write(store, cells, values)) continue;
    const state = stateOf(world, cells, values);
    const violated = new Set(
      violationsNow(store, compiled.policies, 10).map(({ policy }) => policy.policy.name),
    );
    const found = new Map(softValuesNow(store, compiled.policies).map(({ name, value }) => [name, value]));
    const at = (): string =>
      cells
        .map((cell, c) => `${cell.table}[${String(cell.key)}].${cell.column}=${String(values[c])}`)
        .join(' ');
    for (const policy of world.policies) {
      try {
        if (meaning.holds(policy, state) === violated.has(policy.name)) {
          problems.push(
            `the audit finds ${policy.name} ${violated.has(policy.name) ? 'violated' : 'kept'} at ${at()}`,
          );
        }
        for (const { name, value } of meaning.soft(policy, state)) {
          if (found.get(name) !== value) {
            problems.push(
              `the audit values ${name} at ${String(found.get(name))}, it is ${value}, at ${at()}`,
            );
          }
        }
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    }
  }
  return problems;
}

function isRead(world: World, name: string): boolean {
  const { database, policies } = printWorld(world);
  return [...database, policies].some((text) => text.includes(` ${name} as `));
}

/** The smallest world that still shows a problem: policies, views and rows left out one by one. */
export async function shrink(world: World, fails: (smaller: World) => Promise<boolean>): Promise<World> {
  const without = <T>(items: readonly T[], at: number): T[] => items.filter((_item, i) => i !== at);
  const candidates = (from: World): World[] => [
    ...from.policies.map((_one, i) => ({ ...from, policies: without(from.policies, i) })),
    ...from.views
      .map((_one, i) => ({ ...from, views: without(from.views, i) }))
      .filter((one, i) => !isRead(one, from.views[i]?.name ?? '')),
    ...from.policies.flatMap((policy, i) => {
      const { select } = policy;
      const smaller = [
        ...(policy.parts.length > 1
          ? policy.parts.map((_p, p) => ({ ...policy, parts: without(policy.parts, p) }))
          : []),
        ...select.where.map((_w, w) => ({
          ...policy,
          select: { ...select, where: without(select.where, w) },
        })),
        ...select.having.map((_w, w) => ({
          ...policy,
          select: { ...select, having: without(select.having, w) },
        })),
      ];
      return smaller.map((one) => ({
        ...from,
        policies: from.policies.map((old, o) => (o === i ? one : old)),
      }));
    }),
    ...from.tables.flatMap((table, i) =>
      table.rows.map((_row, r) => ({
        ...from,
        tables: from.tables.map((old, o) => (o === i ? { ...table, rows: without(table.rows, r) } : old)),
      })),
    ),
  ];
  for (let at = world; ;) {
    let next: World | null = null;
    for (const candidate of candidates(at)) {
      if (candidate.policies.length === 0) continue;
      if (await fails(candidate).catch(() => false)) {
        next = candidate;
        break;
      }
    }
    if (next === null) return at;
    at = next;
  }
}
