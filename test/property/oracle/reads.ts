import type { Expr, Select, World } from './language.js';
import { partsOf, subQueryOf } from './language.js';

/** Relations that a select names, those of its sub-queries included. */
export function namedBy(select: Select): Set<string> {
  const found = new Set<string>();
  const expression = (expr: Expr): void => {
    const below = subQueryOf(expr);
    if (below !== null) for (const name of namedBy(below)) found.add(name);
    partsOf(expr).forEach(expression);
  };
  for (const source of select.from) {
    found.add(source.relation);
    source.on.forEach(expression);
  }
  [...select.where, ...select.groupBy, ...select.having].forEach(expression);
  for (const { expr } of select.out) expression(expr);
  return found;
}

/** A policy reads what its clause reads, too. */
export function selectsOf(select: Select, parts: readonly Expr[]): Select {
  return { ...select, out: [...select.out, ...parts.map((expr) => ({ name: '', expr }))] };
}

/** Relations that some selects read, through views too. */
export function reachedFrom(
  world: World,
  selects: readonly Select[],
): { readonly all: ReadonlySet<string>; readonly direct: ReadonlySet<string> } {
  const all = new Set<string>();
  const direct = new Set<string>();
  const read = (select: Select, isDirect: boolean): void => {
    for (const name of namedBy(select)) {
      all.add(name);
      if (isDirect) direct.add(name);
      const view = world.views.find((one) => one.name === name);
      if (view !== undefined) read(view.select, isDirect && view.ofPolicies);
    }
  };
  for (const select of selects) read(select, true);
  return { all, direct };
}

/** Relations that the policies read; `direct`: without a view of the database in between. */
export function relationsRead(world: World): ReturnType<typeof reachedFrom> {
  return reachedFrom(
    world,
    world.policies.map(({ select, parts }) => selectsOf(select, parts)),
  );
}
