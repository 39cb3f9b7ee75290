import { seededRandom } from '../engine/base/random.js';
import { ModelBuilder, constantOf, sumOf } from '../engine/model/builder.js';
import type { LinearExpression, Model, VariableId } from '../engine/model/model.js';
import { TRUE } from '../engine/model/model.js';

/** Limits from a pool: `served` wants weighted demands met, `even` the smallest reserve as large as can be. */
export interface AllocationOptions {
  readonly consumers: number;
  readonly kind: 'served' | 'even';
  readonly seed: number;
}

/** Share of all demands that the pool has. */
const POOL_SHARE = 0.6;

/** Hard: floor <= limit <= cap for each consumer, all limits together within the pool. */
export function allocationModel({ consumers, kind, seed }: AllocationOptions): Model {
  const random = seededRandom(seed);
  const builder = new ModelBuilder();
  const plain = (variable: VariableId, coefficient: number, constant: number): LinearExpression => ({
    constant,
    terms: [{ of: { kind: 'variable', variable }, coefficient }],
  });
  let all = 0;
  const asked = Array.from({ length: consumers }, (_one, i) => {
    const demand = 5 + random.below(200);
    all += demand;
    const lo = random.below(5);
    const label = `consumer[${i + 1}].controllable_limit`;
    const variable = builder.variable({ values: null, lo, hi: demand + random.below(50), label }, null);
    return { variable, demand, weight: 1 + random.below(20) };
  });
  const total = sumOf(asked.map(({ variable }) => ({ expression: plain(variable, 1, 0), factor: 1 })));
  builder.assert(builder.linear(total, null, Math.floor(POOL_SHARE * all)), 1);
  const entry = (expression: LinearExpression): { literal: number; expression: LinearExpression } => ({
    literal: TRUE,
    expression,
  });
  const expression =
    kind === 'even'
      ? builder.extreme(
          false,
          asked.map(({ variable, demand, weight }) => entry(plain(variable, weight, -weight * demand))),
        )
      : sumOf(
          asked.map(({ variable, demand, weight }) => ({
            expression: builder.extreme(false, [entry(plain(variable, 1, 0)), entry(constantOf(demand))]),
            factor: weight,
          })),
        );
  return builder.build([{ priority: 0, soft: [{ name: kind, weight: 1, expression }] }]);
}
