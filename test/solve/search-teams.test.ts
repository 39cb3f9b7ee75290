import test from 'ava';
import fc from 'fast-check';
import { seededRandom } from '../../engine/base/random.js';
import { upperBound } from '../../engine/solve/search/bound.js';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import { compileProblem } from '../../engine/solve/search/compile-problem.js';
import type { Problem } from '../../engine/solve/search/problem.js';
import { slotAt } from '../../engine/solve/search/problem.js';
import { search } from '../../engine/solve/search/search.js';
import { State } from '../../engine/solve/search/state.js';
import { TeamPlacer } from '../../engine/solve/search/team-places.js';
import type { Team } from '../../engine/solve/search/teams.js';
import { Teams, mayTake } from '../../engine/solve/search/teams.js';
import { p1Model } from '../../bench/p1-model.js';
import { randomTeams } from './random-teams.js';

/** What a team is worth at its best in the room that a state leaves, by trying all; -Infinity where nothing fits. */
function bestByTrying(
  problem: Problem,
  state: State,
  team: Team,
  values: readonly number[],
  elsewhere: number,
  least: Float64Array,
): number {
  const { items, tables } = problem;
  const { variables, named, own, pairs, endOf, company } = team;
  const count = variables.length;
  const chosen: number[] = [];
  let best = -Infinity;
  const isRoomy = (): boolean =>
    values.every((value, spot) =>
      tables.every((table, at) => {
        const slot = slotAt(table, value);
        if (slot < 0) return true;
        let demand = 0;
        for (const [member, variable] of variables.entries()) {
          if (chosen[member] !== spot) continue;
          for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1)
            if (items.table[i] === at) demand += items.demand[i] ?? 0;
        }
        return demand === 0 || state.loads.roomOf(at, slot) - demand >= Math.max(0, least[at] ?? -Infinity);
      }),
    );
  const visit = (member: number): void => {
    if (member === count) {
      if (!isRoomy()) return;
      let worth = 0;
      for (let one = 0; one < count; one += 1) {
        const spot = chosen[one] ?? 0;
        if (spot < named.length) worth += own[one * named.length + spot] ?? 0;
        const isSet = (other: number): boolean =>
          other !== one && endOf[other] === endOf[one] && chosen[other] === spot;
        if (variables.some((_other, other) => isSet(other))) worth += company[one] ?? 0;
        for (let other = 0; other < one; other += 1)
          if (chosen[other] === spot) worth += pairs[one * count + other] ?? 0;
      }
      best = Math.max(best, worth);
      return;
    }
    for (let spot = 0; spot < values.length + elsewhere; spot += 1) {
      if (spot < values.length && !mayTake(problem, variables[member] ?? 0, values[spot] ?? -1)) continue;
      chosen[member] = spot;
      visit(member + 1);
    }
  };
  visit(0);
  return best;
}

test('a team is placed as well as trying all places says, and worth what its values are (seed 11)', (t) => {
  t.timeout(120_000);
  let [teams, crowded, kept, mixed, accompanied] = [0, 0, 0, 0, 0];
  const law = fc.property(fc.noShrink(fc.nat()), (seed) => {
    const problem = compileProblem(randomTeams(seed));
    if (problem === null) return;
    const random = seededRandom(seed);
    const state = new State(problem);
    state.placeFixed();
    const isOpen = (variable: number): boolean =>
      (problem.domains[problem.domainOf[variable] ?? 0]?.length ?? 0) > 1;
    const open = [...problem.domainOf.keys()].filter(isOpen);
    const finder = new Teams(problem, (variable) => (isOpen(variable) ? -1 : (state.values[variable] ?? -1)));
    const team = finder.of(Int32Array.from(open));
    // Whoever is in company with a fixed one is in no team.
    if (team === null) {
      t.true(open.length < problem.domainOf.length, `model ${seed}`);
      return;
    }
    if (team.company.some((gain) => gain > 0)) accompanied += 1;
    const placer = new TeamPlacer(
      problem,
      state.loads,
      problem.tables.map(() => true),
    );
    const values = [...team.named];
    for (const value of problem.universe.keys())
      if (!values.includes(value) && random.below(2) === 0) values.push(value);
    const elsewhere = random.below(3);
    const least = Float64Array.from(problem.tables, () =>
      random.below(2) === 0 ? -Infinity : random.below(3),
    );
    placer.place(team, { values, elsewhere, least, steps: 1_000_000 });
    const best = bestByTrying(problem, state, team, values, elsewhere, least);
    t.is(placer.worth, best, `model ${seed}`);
    t.true(best === -Infinity || placer.bound === best, `model ${seed}: bound ${placer.bound}`);
    placer.place(team, { values, elsewhere, least, steps: 3 });
    t.true(placer.bound >= best && placer.worth <= best, `model ${seed}, few steps`);
    placer.place(team, { values, elsewhere, least, steps: 1_000_000, isOver: () => true });
    t.true(placer.bound >= best && placer.worth <= best && placer.taken <= 1_000_000, `model ${seed}, late`);
    teams += 1;
    if (team.isMixed) mixed += 1;
    if (best === -Infinity) crowded += 1;
    if (least.some((one) => one > 0)) kept += 1;
  });
  fc.assert(law, { seed: 11, numRuns: 1500 });
  t.log(
    `${teams} teams, ${crowded} without room, ${kept} with room to keep, ${mixed} with unlike domains, ${accompanied} in company`,
  );
  t.true(teams > 1000 && crowded > 10 && kept > 100 && mixed > 100 && accompanied > 200);
});

test('a large team ends soon after it is told to', (t) => {
  const random = seededRandom(11);
  const builder = new ModelBuilder();
  const hosts = Array.from({ length: 40 }, (_one, host) => host);
  const variables = Array.from({ length: 32 }, () =>
    builder.variable({ values: hosts, lo: 0, hi: 39, label: 'request' }, null),
  );
  builder.capacity(
    {
      items: variables.map((variable) => ({ variable, demand: 3 + random.below(7), presence: null })),
      keys: hosts.map((key) => ({ key, capacity: 8 + random.below(9) })),
    },
    0,
  );
  const gains = variables.flatMap((variable, i) => [
    ...hosts.map((host) => ({ literal: builder.member(variable, [host]), factor: 1 + random.below(9) })),
    ...variables
      .slice(0, i)
      .map((other) => ({ literal: builder.same(variable, null, other, null), factor: random.below(20) })),
  ]);
  const expression = sumOf(gains.map(({ literal, factor }) => ({ expression: truthOf(literal), factor })));
  const problem = compileProblem(
    builder.build([{ priority: 0, soft: [{ name: 'gains', weight: 1, expression }] }]),
  );
  if (problem === null) return t.fail();
  const team = new Teams(problem, () => -1).of(Int32Array.from(variables));
  if (team === null) return t.fail();
  const placer = new TeamPlacer(problem, new State(problem).loads, [true]);
  let asked = 0;
  const isOver = (): boolean => (asked += 1) > 3;
  const least = Float64Array.of(-Infinity);
  placer.place(team, { values: [...team.named], elsewhere: 0, least, steps: 100_000_000, isOver });
  t.is(asked, 4);
  t.true(placer.worth > 0 && placer.bound > placer.worth);
});

test('what more is read of a variable than teams know of makes it no member of one', (t) => {
  const builder = new ModelBuilder();
  const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map(() =>
    builder.variable({ values: [1, 2, 3], lo: 1, hi: 3, label: 'request' }, null),
  );
  const same = (left: number, right: number): number => builder.same(left, null, right, null);
  const gains = [
    builder.or([same(a, b), same(a, c)]),
    // Of two variables at once, and of a condition besides.
    builder.or([same(b, c), same(a, d)]),
    builder.or([same(c, d), builder.member(c, [1])]),
  ];
  const expression = sumOf(gains.map((gain) => ({ expression: truthOf(gain), factor: 1 })));
  const model = builder.build([{ priority: 0, soft: [{ name: 'gains', weight: 1, expression }] }]);
  const problem = compileProblem(model);
  if (problem === null) return t.fail();
  const teams = new Teams(problem, () => -1);
  t.deepEqual([...teams.company.others], [2, 0, 0, 0]);
  for (const variable of [b, c, d]) t.is(teams.of(Int32Array.of(variable)), null);
  t.is(teams.of(Int32Array.of(a, b, c)), null);
});

for (const siblings of ['each', 'any'] as const) {
  test(`requests that gain beside ${siblings} sibling come to within 0.1 % of their bound, most of them to it`, (t) => {
    let proved = 0;
    for (let seed = 1; seed <= 6; seed += 1) {
      const model = p1Model({ requests: 400, hosts: 1000, kind: 'loose', seed, siblings });
      const problem = compileProblem(model);
      if (problem === null) return t.fail();
      const limits = { moves: 60_000, timeMs: null, nowMs: () => 0, isCancelled: () => false };
      const { objective, bound } = search(problem, { limits, seed: 1, patient: true });
      const tight = Math.min(bound, upperBound(problem, 1_000_000, objective).bound);
      t.true(objective <= tight + 1e-6, `seed ${seed}`);
      t.true((tight - objective) / tight < 0.001, `seed ${seed}: ${objective} of ${tight}`);
      if (objective >= tight - 1e-6) proved += 1;
    }
    t.true(proved >= 3, `${proved} of 6`);
  });
}
