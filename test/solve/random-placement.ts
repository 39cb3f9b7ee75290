import { seededRandom } from '../../engine/base/random.js';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import { negate } from '../../engine/model/model.js';
import type { Capacity, ClassMap, LinearExpression, Model, Variable } from '../../engine/model/model.js';

/**
 * A small placement problem in which many hosts are alike: capacities, racks, anti-affinity, locality, lists
 * and a balance, each with some chance.
 */
export function randomPlacement(seed: number): Model {
  const random = seededRandom(seed);
  const below = (bound: number): number => random.below(bound);
  const chance = (share: number): boolean => random.next() < share;
  const hosts = Array.from({ length: 4 + below(4) }, (_, index) => index * 2 + 1);
  const requests = 2 + below(2);
  const builder = new ModelBuilder();
  const domain = (): Variable => {
    const values = chance(0.7) ? hosts : hosts.filter(() => chance(0.8));
    const list = values.length > 0 ? values : hosts;
    return { values: list, lo: list[0] ?? 0, hi: list.at(-1) ?? 0, label: 'request' };
  };
  const variables = Array.from({ length: requests }, () => {
    const variable = chance(0.15) ? { values: [1], lo: 1, hi: 1, label: 'placed' } : domain();
    return builder.variable(variable, null);
  });
  const racks: ClassMap = new Map(hosts.filter(() => chance(0.9)).map((host) => [host, below(3)]));
  const zones: ClassMap = new Map(hosts.map((host) => [host, below(2)]));
  const presences = variables.map((variable) =>
    chance(0.8) ? null : builder.member(variable, hosts.slice(0, 3)),
  );
  const capacity = (): Capacity => ({
    items: variables
      .filter(() => chance(0.85))
      .map((variable) => ({ variable, demand: below(3), presence: presences[variable] ?? null })),
    keys: hosts.filter(() => chance(0.9)).map((key) => ({ key, capacity: 1 + below(3) })),
  });
  const resources = Array.from({ length: below(3) }, capacity);
  resources.forEach((resource, origin) => builder.capacity(resource, origin));
  const parts: { expression: LinearExpression; factor: number }[] = [];
  const pairs = variables.flatMap((left, index) =>
    variables.slice(index + 1).map((right) => [left, right] as const),
  );
  for (const [left, right] of pairs) {
    const kind = below(8);
    if (kind === 0) builder.assert(negate(builder.same(left, racks, right, racks)), 10);
    else if (kind === 1) builder.assert(negate(builder.same(left, null, right, null)), 11);
    else if (kind === 2) builder.assert(negate(builder.same(left, racks, right, zones)), 12);
    else if (kind === 3) builder.assert(builder.same(left, null, right, null), 13);
    else if (kind === 4)
      parts.push({ expression: truthOf(builder.same(left, null, right, null)), factor: 2 - below(4) });
    else if (kind === 5)
      parts.push({ expression: truthOf(builder.same(left, zones, right, zones)), factor: 2 - below(4) });
    else if (kind === 6 && chance(0.4)) builder.assert(negate(builder.same(left, null, right, racks)), 14);
  }
  for (const variable of variables) {
    if (chance(0.5)) {
      const liked = builder.member(
        variable,
        hosts.filter(() => chance(0.4)),
      );
      parts.push({ expression: truthOf(liked), factor: 1 + below(3) });
    }
    if (chance(0.1)) {
      parts.push({
        expression: { constant: 0, terms: [{ of: { kind: 'variable', variable }, coefficient: 1 }] },
        factor: 1,
      });
    }
  }
  const balanced = resources[0] ?? capacity();
  if (chance(0.6)) {
    const balance = builder.numeric({ kind: 'balance', capacity: balanced });
    parts.push({ expression: balance, factor: chance(0.8) ? 1 : -1 });
  }
  const soft = parts.map(({ expression, factor }, index) => ({
    name: `s${index}`,
    weight: factor,
    expression: sumOf([{ expression, factor: 1 }]),
  }));
  if (soft.length < 2) return builder.build(soft.length === 0 ? [] : [{ priority: 0, soft }]);
  const cut = 1 + below(soft.length - 1);
  return builder.build([
    { priority: 2, soft: soft.slice(0, cut) },
    { priority: 1, soft: soft.slice(cut) },
  ]);
}
