import { ModelBuilder, sumOf, truthOf } from './builder.js';
import type { Capacity, Constraint, Literal, Model, OriginId } from './model.js';
import { FALSE, TRUE, negate } from './model.js';

/**
 * The model whose solutions keep every other constraint and violate at least one of those chosen; without
 * objectives. Null where none of the chosen constraints can be violated by any assignment.
 */
export function violationModel(model: Model, isChosen: (origin: OriginId) => boolean): Model | null {
  const builder = ModelBuilder.extending(model, ({ origin }) => !isChosen(origin));
  const chosen = model.constraints.filter(({ origin }) => isChosen(origin));
  const [first] = chosen;
  const violated = builder.or(chosen.flatMap((constraint) => violations(builder, constraint)));
  if (first === undefined || violated === FALSE) return null;
  if (violated !== TRUE) builder.assert(violated, first.origin);
  return builder.build([]);
}

/** Literals any of which says that the constraint is violated. */
function violations(builder: ModelBuilder, constraint: Constraint): Literal[] {
  if (constraint.kind === 'assert') return [negate(constraint.literal)];
  return overloads(builder, constraint.capacity);
}

/** Per key: the demands of the items that choose it exceed its capacity. */
function overloads(builder: ModelBuilder, { items, keys }: Capacity): Literal[] {
  return keys.map(({ key, capacity }) => {
    const parts = items.map(({ variable, demand, presence }) => {
      const chooses = builder.member(variable, [key]);
      const counts = presence === null ? chooses : builder.and([chooses, presence]);
      return { expression: truthOf(counts), factor: demand };
    });
    return builder.linear(sumOf(parts), capacity + 1, null);
  });
}
