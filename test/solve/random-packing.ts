import { seededRandom } from '../../engine/base/random.js';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import type { Model } from '../../engine/model/model.js';

/** Requests of two resources on hosts, with a liking per request and a balance: hard to prove from 40 on 12. */
export function randomPacking(requests: number, hosts: number, seed: number): Model {
  const random = seededRandom(seed);
  const builder = new ModelBuilder();
  const values = Array.from({ length: hosts }, (_, index) => index + 1);
  const variables = Array.from({ length: requests }, (_, index) =>
    builder.variable({ values, lo: 1, hi: hosts, label: `request[${index}]` }, null),
  );
  const perHost = Math.ceil((requests * 4) / hosts);
  const capacities = [0, 1].map((origin) => {
    const capacity = {
      items: variables.map((variable) => ({ variable, demand: 1 + random.below(6), presence: null })),
      keys: values.map((key) => ({ key, capacity: perHost + random.below(4) })),
    };
    builder.capacity(capacity, origin);
    return capacity;
  });
  const likings = variables.flatMap((variable) =>
    [0, 1, 2].map((rank) => ({
      expression: truthOf(builder.member(variable, [1 + random.below(hosts)])),
      factor: 10 + 7 * rank + random.below(5),
    })),
  );
  const soft = [
    { name: 'liking', weight: 1, expression: sumOf(likings) },
    ...capacities.map((capacity, index) => ({
      name: `balance${index}`,
      weight: 3,
      expression: builder.numeric({ kind: 'balance', capacity }),
    })),
  ];
  return builder.build([{ priority: 0, soft }]);
}
