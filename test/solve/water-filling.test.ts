import test from 'ava';
import fc from 'fast-check';
import { allocationModel } from '../../bench/allocation-model.js';
import { must } from '../../engine/base/assert.js';
import { monotonicClock } from '../../engine/base/clock.js';
import { ModelBuilder, constantOf } from '../../engine/model/builder.js';
import type { ExtremeEntry, LinearExpression, Model } from '../../engine/model/model.js';
import { createBackends } from '../../engine/solve/backends.js';
import { solveModel } from '../../engine/solve/select.js';
import type { SolveLimits, SolveReport } from '../../engine/solve/solver.js';
import { verifyOutcome } from '../../engine/solve/verify.js';
import { WATER_FILLING, waterFilling } from '../../engine/solve/water-filling.js';
import { Solver, databaseOf } from '../helpers/solve-here.js';
import { line, randomAllocation, sure, total } from './random-allocation.js';
import { bruteForce } from './random-model.js';

const backends = createBackends();
const solver = new Solver();
test.after.always(async () => {
  await backends.highs.close();
  await backends.search.close();
  await solver.close();
});

const LIMITS: SolveLimits = { timeMs: null, work: null, seed: 1 };

const solveHere = (model: Model): Promise<SolveReport> => solveModel(model, LIMITS, backends, monotonicClock);

const valueOf = ({ outcome }: SolveReport): number | null =>
  'levels' in outcome ? (outcome.levels[0]?.value ?? null) : null;

test('sums from pools are worth what enumeration finds (seed 71)', (t) => {
  t.timeout(120_000);
  let [taken, left, even] = [0, 0, 0];
  const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
    const model = randomAllocation(seed);
    const outcome = waterFilling(model);
    if (outcome === null) {
      left += 1;
      return;
    }
    t.is(verifyOutcome(model, outcome), null, `model ${seed}`);
    t.is(outcome.status, 'optimal');
    if (outcome.status !== 'optimal') return;
    const { levels } = bruteForce(model);
    t.deepEqual(
      outcome.levels.map(({ value, bound }) => [value, bound]),
      levels?.map((value) => [value, value]),
      `model ${seed}`,
    );
    t.deepEqual(waterFilling(model), outcome);
    taken += 1;
    if (model.numerics.some((one) => one.kind === 'extreme' && new Set(readBy(one.entries)).size > 1))
      even += 1;
  });
  fc.assert(law, { seed: 71, numRuns: 3000 });
  t.log(`${taken} taken, ${even} of them with a smallest of several, ${left} left`);
  t.true(taken > 800 && even > 400 && left > 100);
});

const readBy = (entries: readonly ExtremeEntry[]): number[] =>
  entries.flatMap(({ expression }) =>
    expression.terms.flatMap(({ of }) => (of.kind === 'variable' ? [of.variable] : [])),
  );

for (const kind of ['served', 'even'] as const) {
  test.serial(`what is ${kind} from a pool is worth what HiGHS proves`, async (t) => {
    t.timeout(120_000);
    for (let seed = 1; seed <= 4; seed += 1) {
      const model = allocationModel({ consumers: 40, kind, seed });
      const report = await solveHere(model);
      t.is(report.backend, WATER_FILLING);
      t.is(report.outcome.status, 'optimal');
      const { highs } = backends;
      const other = await solveModel(model, LIMITS, { simplex: highs, highs }, monotonicClock);
      t.is(other.backend, 'highs');
      t.is(other.outcome.status, 'optimal');
      t.is(valueOf(report), valueOf(other), `seed ${seed}`);
    }
  });

  test(`24,000 limits are ${kind} from one pool`, async (t) => {
    const report = await solveHere(allocationModel({ consumers: 24_000, kind, seed: 1 }));
    t.is(report.backend, WATER_FILLING);
    t.is(report.outcome.status, 'optimal');
  });
}

/** Three variables from 0 to 9, an objective over them and rows. */
function model(
  make: (builder: ModelBuilder, ids: readonly [number, number, number]) => readonly LinearExpression[],
  priorities = 1,
): Model {
  const builder = new ModelBuilder();
  const variable = (label: string): number => builder.variable({ values: null, lo: 0, hi: 9, label }, null);
  const expressions = make(builder, [variable('x'), variable('y'), variable('z')]);
  const soft = expressions.map((expression, i) => ({ name: `s${i}`, weight: 1, expression }));
  return builder.build(Array.from({ length: priorities }, (_one, i) => ({ priority: priorities - i, soft })));
}

const within = (builder: ModelBuilder, sum: LinearExpression, most: number): void =>
  builder.assert(builder.linear(sum, null, most), 1);

const TAKEN: Readonly<Record<string, Model>> = {
  'one pool': model((builder, [x, y, z]) => {
    within(builder, total([line(x, 1), line(y, 1), line(z, 1)]), 10);
    return [line(x, 2), line(y, 1)];
  }),
  'a bound from below and one from above of the same pool': model((builder, [x, y]) => {
    within(builder, total([line(x, 2), line(y, 2)]), 9);
    within(builder, total([line(x, -1), line(y, -1)]), -3);
    return [line(x, -1)];
  }),
  'two pools without a common variable': model((builder, [x, y, z]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    return [line(z, -1), builder.extreme(false, [sure(line(x, 1)), sure(line(y, 2))])];
  }),
  'a smallest beside terms of more weight': model((builder, [x, y]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    return [line(x, 7), builder.extreme(false, [sure(line(x, 1)), sure(line(y, 2))])];
  }),
};

for (const [name, taken] of Object.entries(TAKEN)) {
  test(`water filling takes ${name}`, (t) => {
    const outcome = must(waterFilling(taken), 'an outcome');
    t.is(verifyOutcome(taken, outcome), null);
    if (outcome.status !== 'optimal') return t.fail(outcome.status);
    t.deepEqual(
      outcome.levels.map(({ value }) => value),
      bruteForce(taken).levels,
    );
  });
}

const LEFT: Readonly<Record<string, Model>> = {
  'two pools with a common variable': model((builder, [x, y, z]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    within(builder, total([line(y, 1), line(z, 1)]), 10);
    return [line(x, 2), line(y, 3), line(z, 2)];
  }),
  'a pool within a pool': model((builder, [x, y, z]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    within(builder, total([line(x, 1), line(y, 1), line(z, 1)]), 12);
    return [line(x, 2), line(y, 3), line(z, 2)];
  }),
  'unequal coefficients': model((builder, [x, y]) => {
    within(builder, total([line(x, 2), line(y, 3)]), 10);
    return [line(x, 2), line(y, 3)];
  }),
  'coefficients of unequal sign': model((builder, [x, y]) => {
    within(builder, total([line(x, 1), line(y, -1)]), 3);
    return [line(x, 2), line(y, -1)];
  }),
  'a convex term': model((builder, [x, y]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    return [line(y, 1), builder.extreme(true, [sure(line(x, 2)), sure(constantOf(5))])];
  }),
  'a term of two variables': model((builder, [x, y]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    return [builder.extreme(false, [sure(total([line(x, 1), line(y, -1)])), sure(constantOf(5))])];
  }),
  'a greatest of several': model((builder, [x, y]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    return [builder.extreme(true, [sure(line(x, 2)), sure(line(y, 1))])];
  }),
  'two smallest of several': model((builder, [x, y, z]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    const lesser = builder.extreme(false, [sure(line(y, 1)), sure(line(z, 1))]);
    return [lesser, builder.extreme(false, [sure(line(x, 2)), sure(line(y, 1))])];
  }),
  'a condition': model((builder, [x, y]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    return [builder.when(builder.atMost(x, 4), line(x, 1))];
  }),
  'two priorities': model((builder, [x, y]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    return [line(x, 1)];
  }, 2),
  'a choice of rows': model((builder, [x, y]) => {
    const row = builder.linear(total([line(x, 1), line(y, 1)]), null, 10);
    builder.assert(builder.or([row, builder.atMost(y, 2)]), 1);
    return [line(x, 1)];
  }),
  'a list with a gap': (() => {
    const builder = new ModelBuilder();
    const x = builder.variable({ values: [0, 2, 3], lo: 0, hi: 3, label: 'x' }, null);
    return builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression: line(x, 1) }] }]);
  })(),
  'an objective without end': (() => {
    const builder = new ModelBuilder();
    const x = builder.variable({ values: null, lo: 0, hi: null, label: 'x' }, null);
    return builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression: line(x, 1) }] }]);
  })(),
  'sums beyond 2^53': model((builder, [x, y]) => {
    within(builder, total([line(x, 1), line(y, 1)]), 10);
    return [line(x, 2 ** 52)];
  }),
};

for (const [name, other] of Object.entries(LEFT)) {
  test(`water filling leaves ${name} to others`, (t) => {
    t.is(waterFilling(other), null);
  });
}

test.serial('where the best level is far below the highest another backend answers', async (t) => {
  const builder = new ModelBuilder();
  const make = (label: string): number => builder.variable({ values: null, lo: 0, hi: 500, label }, null);
  const [x, y] = [make('x'), make('y')];
  const even = builder.extreme(false, [sure(line(x, 1)), sure(line(y, 1))]);
  const expression = total([even, line(x, -2)]);
  const steep = builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression }] }]);
  t.is(waterFilling(steep), null);
  const report = await solveHere(steep);
  t.not(report.backend, WATER_FILLING);
  t.is(report.outcome.status, 'optimal');
  t.is(valueOf(report), 0);
});

const SCHEMA = `
  create table pool (pool_id integer primary key, size integer not null);
  create table consumer (
    consumer_id integer primary key,
    demand integer not null,
    weight integer not null,
    least integer not null,
    cap integer not null,
    controllable_limit integer,
    check (controllable_limit >= least),
    check (controllable_limit <= cap)
  );
  insert into pool values (1, 20);
  insert into consumer (consumer_id, demand, weight, least, cap) values
    (1, 9, 2, 1, 12), (2, 8, 5, 2, 6), (3, 30, 3, 0, 10), (4, 4, 1, 3, 4);`;

const POOL = `
  create constraint pool as
  select * from consumer
  check sum(controllable_limit) <= (select size from pool);`;

const WANTED: readonly { readonly want: string; readonly value: number; readonly limits?: number[] }[] = [
  {
    want: 'maximize sum(weight * min(controllable_limit, demand))',
    value: 65,
    limits: [1, 6, 10, 3],
  },
  { want: 'minimize sum(weight * max(demand - controllable_limit, 0))', value: -87 },
  { want: 'maximize min(controllable_limit - demand)', value: -20 },
  { want: 'minimize max(controllable_limit)', value: -3 },
];

for (const { want, value, limits } of WANTED) {
  test.serial(`a policy that hands out a pool is answered in closed form: ${want}`, async (t) => {
    const policies = [POOL, `create constraint wanted as select * from consumer ${want};`];
    const store = databaseOf(SCHEMA);
    const result = await solver.solve(store, policies);
    t.is(result.status, 'optimal');
    t.is(result.backend, WATER_FILLING);
    const proved = await solver.solve(databaseOf(SCHEMA), policies, 'highs');
    t.is(proved.backend, 'highs');
    t.is(result.levels[0]?.value, value);
    t.is(proved.levels[0]?.value, value);
    const found = store.rows('select controllable_limit from consumer order by consumer_id').flat();
    if (limits !== undefined) t.deepEqual(found, limits);
  });
}
