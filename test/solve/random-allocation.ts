import { seededRandom } from '../../engine/base/random.js';
import { ModelBuilder, constantOf, sumOf } from '../../engine/model/builder.js';
import type { ExtremeEntry, LinearExpression, Model, VariableId } from '../../engine/model/model.js';
import { TRUE } from '../../engine/model/model.js';

/** factor * variable + constant. */
export const line = (variable: VariableId, factor: number, constant = 0): LinearExpression => ({
  constant,
  terms: factor === 0 ? [] : [{ of: { kind: 'variable', variable }, coefficient: factor }],
});

export const sure = (expression: LinearExpression): ExtremeEntry => ({ literal: TRUE, expression });

export const total = (expressions: readonly LinearExpression[]): LinearExpression =>
  sumOf(expressions.map((expression) => ({ expression, factor: 1 })));

/** Up to four small variables in up to two pools with all kinds of bounds, and an objective of all kinds of terms. */
export function randomAllocation(seed: number): Model {
  const random = seededRandom(seed);
  const between = (low: number, high: number): number => low + random.below(high - low + 1);
  const chance = (share: number): boolean => random.next() < share;
  const builder = new ModelBuilder();
  const ids = Array.from({ length: between(1, 4) }, (_one, i) => {
    const lo = between(-3, 2);
    const hi = lo + between(0, 4);
    const values = chance(0.3) ? Array.from({ length: hi - lo + 1 }, (_value, at) => lo + at) : null;
    return builder.variable({ values, lo, hi, label: `x${i}` }, null);
  });
  const cut = chance(0.3) ? between(1, ids.length) : ids.length;
  for (const pool of [ids.slice(0, cut), ids.slice(cut)]) {
    const factor = chance(0.5) ? 1 : between(1, 3) * (chance(0.5) ? 1 : -1);
    const sum = total(pool.map((id) => line(id, factor)));
    const middle = factor * pool.length * between(-1, 2);
    const [lo, hi] = [middle - between(0, 4), middle + between(0, 4)];
    const literal = builder.linear(sum, chance(0.4) ? lo : null, hi);
    if (chance(0.3)) builder.assert(builder.linear(sum, hi, null), 2);
    else if (chance(0.9)) builder.assert(literal, 1);
  }
  const soft: { name: string; weight: number; expression: LinearExpression }[] = [];
  const want = (expression: LinearExpression, sign: number): void => {
    const weight = sign * (chance(0.3) ? 0.5 : between(1, 4));
    soft.push({ name: `s${soft.length}`, weight, expression });
  };
  for (const id of ids) {
    if (chance(0.4)) want(line(id, between(-3, 3), between(-2, 2)), 1);
    if (chance(0.7)) {
      const greatest = chance(0.5);
      const lines = Array.from({ length: between(1, 2) }, () =>
        sure(line(id, between(-3, 3), between(-5, 5))),
      );
      const entries = [...lines, sure(constantOf(between(-4, 6)))];
      // One in ten is wanted the wrong way round.
      want(builder.extreme(greatest, entries), greatest === chance(0.9) ? -1 : 1);
    }
  }
  if (chance(0.5)) {
    const greatest = chance(0.5);
    const entries = ids.map((id) => sure(line(id, between(1, 3) * (chance(0.8) ? 1 : -1), between(-4, 4))));
    if (chance(0.2)) entries.push(sure(constantOf(between(-3, 3))));
    want(builder.extreme(greatest, entries), (greatest ? -1 : 1) * between(1, 5));
  }
  return builder.build([{ priority: 0, soft }]);
}
