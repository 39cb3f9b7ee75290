import test from 'ava';
import { Solver } from '../helpers/solve-here.js';
import type { Verdict } from './oracle/check-world.js';
import { checkWorld } from './oracle/check-world.js';
import { Tallies } from './oracle/constructs.js';
import { randomWorld } from './oracle/generate.js';
import type { World } from './oracle/language.js';
import { printWorld } from './oracle/print.js';
import { shrink } from './oracle/shrink.js';

/** How many cases; EDICT_ORACLE_RUNS sets it for a long run, EDICT_ORACLE_SEED where it starts. */
const RUNS = Number(process.env['EDICT_ORACLE_RUNS'] ?? 2000);
const FIRST = Number(process.env['EDICT_ORACLE_SEED'] ?? 1);
const CHUNK = 100;
/** A construct that fewer policies use says nothing by its share of refusals. */
const LEAST = 20;
const isLong = process.env['EDICT_ORACLE_RUNS'] !== undefined;

const solver = new Solver();
test.after.always(() => solver.close());

const tallies = new Tallies();
const counts = { optimal: 0, infeasible: 0, refused: 0 };
const policies = { taken: 0, refused: 0 };

function count(world: World, { kind, refused }: Verdict): void {
  counts[kind] += 1;
  for (const policy of world.policies) {
    const isRefused = refused.some((one) => one.policy.name === policy.name);
    policies[isRefused ? 'refused' : 'taken'] += 1;
    if (!isRefused && kind === 'refused') continue;
    tallies.add(world, policy, isRefused ? 'refused' : kind === 'optimal' ? 'feasible' : 'infeasible');
  }
}

/** What a problem is about, without names and numbers, so that shrinking keeps to it. */
const kindOf = (problem: string): string =>
  problem
    .replace(/\b[a-z]\d+\b/g, '')
    .replace(/[\d,-].*$/s, '')
    .slice(0, 40);

/** The smallest world found that shows the same problem, as text. */
async function reduced(world: World, seed: number, problem: string): Promise<string> {
  const kind = kindOf(problem);
  const problems = async (one: World): Promise<string[]> =>
    (await checkWorld(one, solver, seed)).problems.filter((text) => kindOf(text) === kind);
  const small = await shrink(world, async (one) => (await problems(one)).length > 0);
  const { database, policies: text } = printWorld(small);
  return [`seed ${seed}`, ...database, text, ...(await problems(small))].join('\n');
}

for (let first = FIRST; first < FIRST + RUNS; first += CHUNK) {
  const last = Math.min(first + CHUNK, FIRST + RUNS) - 1;
  test.serial(
    `what the engine says is what enumerating all assignments says (seeds ${first} to ${last})`,
    async (t) => {
      t.timeout(600_000);
      const failures: string[] = [];
      for (let seed = first; seed <= last; seed += 1) {
        const world = randomWorld(seed);
        const verdict = await checkWorld(world, solver, seed);
        count(world, verdict);
        const [problem] = verdict.problems;
        if (problem === undefined) continue;
        // Reducing takes its time; the first few say enough.
        failures.push(failures.length < 3 ? await reduced(world, seed, problem) : `seed ${seed}: ${problem}`);
      }
      t.deepEqual(failures, []);
    },
  );
}

test.serial('the random cases are worth their time: most are taken and answered, and both ways', (t) => {
  const { optimal, infeasible, refused } = counts;
  const all = optimal + infeasible + refused;
  if (isLong) for (const line of tallies.lines()) t.log(line);
  t.log(counts, policies);
  t.true(optimal > all / 3, 'answered');
  t.true(infeasible > all / 5, 'infeasible');
  t.true(refused < all / 20, 'refused whole');
  t.true(policies.refused < (policies.taken + policies.refused) / 8, 'policies refused');
  const hidden = [...tallies.byConstruct].filter(
    ([, tally]) => tally.policies >= LEAST && tally.refused > tally.policies / 2,
  );
  t.deepEqual(
    hidden.map(([name]) => name),
    [],
    'constructs that are mostly refused',
  );
});
