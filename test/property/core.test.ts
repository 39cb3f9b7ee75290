import test from 'ava';
import { must } from '../../engine/base/assert.js';
import type { InfeasibleCore } from '../../engine/loop/infeasible-core.js';
import type { SqlRecord } from '../../engine/base/sql-value.js';
import { Solver, databaseOf, shown } from '../helpers/solve-here.js';
import type { CoreWorld, Instance, Kept, State } from './core-world.js';
import { coreWorld } from './core-world.js';

/** How many cases; set EDICT_CORE_RUNS for a long run, EDICT_CORE_SEED for where it starts. */
const RUNS = Number(process.env['EDICT_CORE_RUNS'] ?? 400);
const FIRST = Number(process.env['EDICT_CORE_SEED'] ?? 1);
const CHUNK = 100;

const solver = new Solver();
test.after.always(() => solver.close());

/** A row or group that a core names, with what of it the core names. */
interface Named {
  readonly instance: Instance;
  readonly kept: Kept;
  /** No rows inside are listed: it clashes as a whole. */
  readonly isWhole: boolean;
}

const text = (row: SqlRecord): string => JSON.stringify(row);

/** The rows and groups that a core names. */
function namedBy(world: CoreWorld, core: InfeasibleCore): Named[] {
  return core.constraints.flatMap(({ name, rows, groups }): Named[] => {
    const { instances } = must(
      world.demands.find((one) => one.name === name),
      name,
    );
    const listed = new Set(rows.map(text));
    return instances.flatMap((instance): Named[] => {
      const group = groups.find((one) => text(one.group) === text(instance.row));
      if (group !== undefined) {
        const ids = (records: readonly SqlRecord[]): Set<number> =>
          new Set(records.map((record) => Number(Object.values(record)[0])));
        return [{ instance, isWhole: false, kept: { members: ids(group.rows), keys: ids(group.keys) } }];
      }
      const isAlone = groups.length === 0 && rows.length === 0 && text(instance.row) === '{}';
      return isAlone || listed.has(text(instance.row)) ? [wholly(instance)] : [];
    });
  });
}

const everything = ({ members, keys }: Instance): Kept => ({
  members: new Set(members),
  keys: new Set(keys),
});

const wholly = (instance: Instance): Named => ({ instance, isWhole: true, kept: everything(instance) });

const hasAnswer = (states: readonly State[], named: readonly Named[]): boolean =>
  states.some((state) => named.every(({ instance, kept }) => instance.holds(state, kept)));

/** Every way to leave out one thing that a core lists. */
function* withoutOne(named: readonly Named[]): Generator<{ what: string; rest: Named[] }> {
  for (const [i, { instance, kept, isWhole }] of named.entries()) {
    const others = named.filter((_one, at) => at !== i);
    yield { what: `the row ${text(instance.row)}`, rest: others };
    for (const part of isWhole ? [] : (['members', 'keys'] as const)) {
      for (const id of kept[part]) {
        const left = new Set([...kept[part]].filter((one) => one !== id));
        yield {
          what: `${part} ${id} of ${text(instance.row)}`,
          rest: [...others, { instance, isWhole, kept: { ...kept, [part]: left } }],
        };
      }
    }
  }
}

function problemsOf(world: CoreWorld, core: InfeasibleCore | null): string[] {
  if (core === null) return ['no core'];
  const { states, demands } = world;
  const problems: string[] = [];
  if (!core.minimal) problems.push('not shown to be minimal');
  const inCore = core.constraints.map(({ name }) =>
    must(
      demands.find((one) => one.name === name),
      name,
    ),
  );
  const whole = (names: readonly string[]): Named[] =>
    inCore.filter(({ name }) => names.includes(name)).flatMap(({ instances }) => instances.map(wholly));
  const names = inCore.map(({ name }) => name);
  if (hasAnswer(states, whole(names))) problems.push('the named constraints have an answer');
  for (const left of names) {
    if (!hasAnswer(states, whole(names.filter((name) => name !== left))))
      problems.push(`it does not need ${left}`);
  }
  const named = namedBy(world, core);
  if (hasAnswer(states, named)) problems.push('the named rows have an answer');
  for (const { what, rest } of withoutOne(named)) {
    if (!hasAnswer(states, rest)) problems.push(`it does not need ${what}`);
  }
  return problems;
}

async function check(world: CoreWorld): Promise<{ infeasible: boolean; problems: string[] }> {
  const everyDemand = world.demands.flatMap(({ instances }) => instances.map(wholly));
  const feasible = hasAnswer(world.states, everyDemand);
  const policies = world.demands.filter(({ kind }) => kind === 'policy').map(({ sql }) => sql);
  const store = databaseOf(...world.database);
  const { status, core, diagnostics } = await solver.solve(store, [policies.join(';\n')]);
  store.close();
  if (feasible)
    return {
      infeasible: false,
      problems: status === 'optimal' ? [] : [`${String(status)} ${shown(diagnostics).join('; ')}`],
    };
  if (status !== 'infeasible')
    return { infeasible: true, problems: [`${String(status)} ${shown(diagnostics).join('; ')}`] };
  return {
    infeasible: true,
    problems: problemsOf(world, core).map((one) => `${one}: ${JSON.stringify(core)}`),
  };
}

let infeasible = 0;

for (let first = FIRST; first < FIRST + RUNS; first += CHUNK) {
  const last = Math.min(first + CHUNK, FIRST + RUNS) - 1;
  test.serial(
    `what a core names clashes, and fits without any one of it, by enumeration (seeds ${first} to ${last})`,
    async (t) => {
      t.timeout(600_000);
      for (let seed = first; seed <= last; seed += 1) {
        const world = coreWorld(seed);
        const found = await check(world);
        if (found.infeasible) infeasible += 1;
        if (found.problems.length === 0) continue;
        const policies = world.demands.filter(({ kind }) => kind === 'policy').map(({ sql }) => sql);
        t.fail([`seed ${seed}`, ...world.database, ...policies, ...found.problems].join('\n'));
      }
      t.pass();
    },
  );
}

test.serial('a good part of the random cases has a core', (t) => {
  t.log({ runs: RUNS, infeasible });
  t.true(infeasible > RUNS / 3, `${infeasible} of ${RUNS}`);
});
