import { conjuncts } from '../check/select-parts.js';
import type { Expression, PolicyStatement } from '../lang/ast.js';
import { joinsIn } from '../lang/visit.js';
import type { LintCore } from './lint-core.js';
import type { LintStatement } from './rule.js';

/** Operands of each `and` chain of a core: of `where`, of each `on`, of `having`, and of the check of a policy. */
export function chainsOf(core: LintCore, { statement }: LintStatement): readonly (readonly Expression[])[] {
  const { where, having, from } = core.core;
  const on = joinsIn(from).flatMap((join) => (join.on === null ? [] : [join.on]));
  return [where, ...on, having, checkOf(core, statement)].flatMap((one) =>
    one === null ? [] : [conjuncts(one)],
  );
}

function checkOf({ core }: LintCore, { select, clause }: PolicyStatement): Expression | null {
  return core === select.core && clause?.kind === 'check' ? clause.expression : null;
}

/** Conditions on the rows of a core: `where` and every `on`. */
export function rowConditions({ core }: LintCore): readonly Expression[] {
  const on = joinsIn(core.from).flatMap((join) => (join.on === null ? [] : [join.on]));
  return [...on, ...(core.where === null ? [] : [core.where])].flatMap(conjuncts);
}
