import test from 'ava';
import { monotonicClock, stoppedClock } from '../../engine/base/clock.js';
import { ModelBuilder } from '../../engine/model/builder.js';
import type { LinearExpression, Model, OriginId } from '../../engine/model/model.js';
import { negate } from '../../engine/model/model.js';
import { createBackends } from '../../engine/solve/backends.js';
import type { FeasibilityTest } from '../../engine/solve/core.js';
import { feasibilityTest, minimalCore, restrictModel } from '../../engine/solve/core.js';

const backends = createBackends();
test.after.always(() => backends.highs.close());

const NO_BUDGET = { clock: stoppedClock, timeMs: null, tests: null };
const solve = feasibilityTest({ timeMs: null, work: null, seed: 1 }, backends, monotonicClock);

function sum(...ids: readonly number[]): LinearExpression {
  return {
    constant: 0,
    terms: ids.map((variable) => ({ of: { kind: 'variable', variable } as const, coefficient: 1 })),
  };
}

/** x, y, z in 0..9. Origins 1, 4 and 6 clash; the others of the same groups do not take part. */
function clash(): { model: Model; groups: Map<OriginId, number> } {
  const builder = new ModelBuilder();
  const [x, y, z] = ['x', 'y', 'z'].map((label) =>
    builder.variable({ values: null, lo: 0, hi: 9, label }, null),
  );
  if (x === undefined || y === undefined || z === undefined) throw new Error('no variables');
  builder.assert(builder.atMost(z, 8), 0);
  builder.assert(builder.linear(sum(x, y), 11, null), 1);
  builder.assert(builder.linear(sum(y, z), 2, null), 2);
  builder.assert(builder.or([builder.atMost(x, 7), builder.atMost(z, 3)]), 3);
  builder.assert(builder.atMost(x, 5), 4);
  builder.assert(negate(builder.atMost(z, 0)), 5);
  builder.assert(builder.atMost(y, 5), 6);
  const groups = new Map([
    [0, 100],
    [1, 100],
    [2, 101],
    [3, 101],
    [4, 102],
    [5, 102],
    [6, 103],
  ]);
  return { model: builder.build([]), groups };
}

test.serial('a core names the constraints that clash and no others', async (t) => {
  const { model, groups } = clash();
  t.deepEqual(await minimalCore(model, solve, groups, NO_BUDGET), { minimal: true, origins: [1, 4, 6] });
});

test.serial('a core is found by tests alone where nothing is blamed', async (t) => {
  const { model, groups } = clash();
  let asked = 0;
  const blind: FeasibilityTest = async (part) => {
    asked += 1;
    return { ...(await solve(part)), blamed: null };
  };
  t.deepEqual(await minimalCore(model, blind, groups, NO_BUDGET), { minimal: true, origins: [1, 4, 6] });
  t.true(asked <= 14, String(asked));
});

test.serial('whole groups go first', async (t) => {
  const { model, groups } = clash();
  const removed: OriginId[][] = [];
  const spy: FeasibilityTest = async (part) => {
    const left = new Set(part.constraints.map(({ origin }) => origin));
    removed.push([...groups.keys()].filter((origin) => !left.has(origin)));
    return { ...(await solve(part)), blamed: null };
  };
  await minimalCore(model, spy, groups, NO_BUDGET);
  t.deepEqual(removed.slice(0, 2), [
    [0, 1],
    [2, 3],
  ]);
});

test.serial('a budget of tests that ends leaves a core that is not called minimal', async (t) => {
  const { model, groups } = clash();
  const blind: FeasibilityTest = async (part) => ({ ...(await solve(part)), blamed: null });
  const core = await minimalCore(model, blind, groups, { ...NO_BUDGET, tests: 3 });
  t.false(core.minimal);
  t.is((await solve(restrictModel(model, new Set(core.origins)))).feasible, false);
});

test.serial('time that is over leaves everything that was known to clash', async (t) => {
  const { model, groups } = clash();
  let now = 0;
  const clock = { nowMs: () => (now += 10) };
  const core = await minimalCore(model, solve, groups, { clock, timeMs: 5, tests: null }, [1, 3, 4, 6]);
  t.deepEqual(core, { minimal: false, origins: [1, 3, 4, 6] });
});

test.serial(
  'a test that cannot say keeps the constraint and the core from being called minimal',
  async (t) => {
    const { model, groups } = clash();
    const unsure: FeasibilityTest = async (part) => {
      const holds = part.constraints.some(({ origin }) => origin === 3);
      return holds ? { ...(await solve(part)), blamed: null } : { feasible: null, blamed: null };
    };
    t.deepEqual(await minimalCore(model, unsure, groups, NO_BUDGET), {
      minimal: false,
      origins: [1, 3, 4, 6],
    });
  },
);

test.serial('an empty domain clashes without any constraint', async (t) => {
  const builder = new ModelBuilder();
  builder.variable({ values: [], lo: null, hi: null, label: 'x' }, null);
  const y = builder.variable({ values: null, lo: 0, hi: 9, label: 'y' }, null);
  builder.assert(builder.atMost(y, 3), 0);
  const core = await minimalCore(builder.build([]), solve, new Map([[0, 0]]), NO_BUDGET);
  t.deepEqual(core, { minimal: true, origins: [] });
});

test.serial('a capacity is part of a core like any other constraint', async (t) => {
  const builder = new ModelBuilder();
  const items = [0, 1, 2].map((id) => {
    builder.variable({ values: [1, 2, 3], lo: 1, hi: 3, label: 'x' }, null);
    return { variable: id, demand: 2, presence: null };
  });
  const keys = [1, 2, 3].map((key) => ({ key, capacity: 3 }));
  builder.capacity({ items, keys }, 7);
  builder.assert(builder.atMost(0, 2), 8);
  builder.assert(builder.atMost(1, 2), 9);
  builder.assert(builder.atMost(2, 2), 10);
  builder.assert(builder.or([builder.member(0, [1]), builder.member(1, [1])]), 11);
  const core = await minimalCore(builder.build([]), solve, new Map(), NO_BUDGET);
  t.deepEqual(core, { minimal: true, origins: [7, 8, 9, 10] });
});
