import { seededRandom } from '../../engine/base/random.js';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import { negate } from '../../engine/model/model.js';
import type { Capacity, LinearExpression, Model } from '../../engine/model/model.js';

/**
 * A few small teams: requests of some processes on hosts with little room, that gain or lose beside each or any other and on
 * hosts that their process likes. Some are alike, some are fixed, barred from hosts or may
 * go to some only, and some models have a balance.
 */
export function randomTeams(seed: number): Model {
  const random = seededRandom(seed);
  const below = (bound: number): number => random.below(bound);
  const hosts = Array.from({ length: 2 + below(3) }, (_one, host) => 2 * host);
  const processes = 1 + below(3);
  const builder = new ModelBuilder();
  const asked = Array.from({ length: 3 + below(3) }, () => {
    const isFixed = below(10) === 0;
    const some = below(4) === 0 ? hosts.filter(() => below(3) > 0) : hosts;
    const values = isFixed || some.length === 0 ? [hosts[below(hosts.length)] ?? 0] : some;
    const variable = builder.variable(
      { values, lo: values[0] ?? 0, hi: values.at(-1) ?? 0, label: 'request' },
      null,
    );
    return { variable, process: below(processes), cores: below(4), slices: below(3) };
  });
  const parts: { expression: LinearExpression; factor: number }[] = [];
  const capacityOf = (resource: 'cores' | 'slices'): Capacity => ({
    items: asked.map((one) => ({ variable: one.variable, demand: one[resource], presence: null })),
    keys: hosts.map((key) => ({ key, capacity: 2 + below(6) })),
  });
  (['cores', 'slices'] as const).forEach((resource, origin) => {
    const capacity = capacityOf(resource);
    builder.capacity(capacity, origin);
    if (below(3) === 0)
      parts.push({ expression: builder.numeric({ kind: 'balance', capacity }), factor: 1 + below(3) });
  });
  for (let process = 0; process < processes; process += 1) {
    const liked = hosts.filter(() => below(3) === 0);
    const [own, together] = [below(6), below(8) - 1];
    const members = asked.filter((one) => one.process === process);
    for (const { variable } of members) {
      const barred = hosts.filter(() => below(8) === 0);
      if (below(3) === 0) builder.assert(negate(builder.member(variable, barred)), 2);
    }
    const company = below(2) === 0 ? 0 : 1 + below(8);
    for (const [at, { variable }] of members.entries()) {
      const others = members.filter((one) => one.variable !== variable);
      const beside = others.map((other) => builder.same(variable, null, other.variable, null));
      if (company > 0) parts.push({ expression: truthOf(builder.or(beside)), factor: company + below(2) });
      for (const value of liked)
        parts.push({ expression: truthOf(builder.member(variable, [value])), factor: own });
      for (const other of members.slice(at + 1)) {
        const same = builder.same(variable, null, other.variable, null);
        parts.push({ expression: truthOf(same), factor: 2 * (below(8) === 0 ? below(5) - 2 : together) });
      }
    }
  }
  return builder.build([{ priority: 0, soft: [{ name: 'gains', weight: 1, expression: sumOf(parts) }] }]);
}
