import test from 'ava';
import { Solver } from '../helpers/solve-here.js';
import type { Verdict } from './oracle/check-world.js';
import { checkWorld, shrink } from './oracle/check-world.js';
import { randomWorld } from './oracle/generate.js';
import type { World } from './oracle/language.js';
import { printWorld } from './oracle/language.js';

/** How many cases; set EDICT_ORACLE_RUNS for a long run, EDICT_ORACLE_SEED for where it starts. */
const RUNS = Number(process.env['EDICT_ORACLE_RUNS'] ?? 300);
const FIRST = Number(process.env['EDICT_ORACLE_SEED'] ?? 1);
const CHUNK = 50;

const solver = new Solver();
test.after.always(() => solver.close());

const check = (world: World, seed: number): Promise<Verdict> =>
  checkWorld(world, solver, [null, 'highs', 'simplex'], seed);

const counts = { optimal: 0, infeasible: 0, refused: 0 };

for (let first = FIRST; first < FIRST + RUNS; first += CHUNK) {
  const last = Math.min(first + CHUNK, FIRST + RUNS) - 1;
  test.serial(
    `what the engine says is what enumerating all assignments says (seeds ${first} to ${last})`,
    async (t) => {
      t.timeout(600_000);
      for (let seed = first; seed <= last; seed += 1) {
        const world = randomWorld(seed);
        const { kind, problems } = await check(world, seed);
        counts[kind] += 1;
        if (problems.length === 0) continue;
        const small = await shrink(world, async (one) => (await check(one, seed)).problems.length > 0);
        const found = await check(small, seed);
        const { database, policies } = printWorld(small);
        t.fail([`seed ${seed}`, ...database, policies, ...found.problems].join('\n'));
      }
      t.pass();
    },
  );
}

test.serial('the random cases are worth their time: most are answered, and both ways', (t) => {
  const { optimal, infeasible, refused } = counts;
  const all = optimal + infeasible + refused;
  t.log(counts);
  t.true(optimal > all / 5, 'answered');
  t.true(infeasible > all / 20, 'infeasible');
  t.true(refused < all / 2, 'refused');
});
