import type { Expression, PolicyStatement, Select, SelectCore } from '../lang/ast.js';
import { expressionsIn, fromParts, selectIn, visitExpression } from '../lang/visit.js';
import type { RowSource, Sources } from './row-source.js';

/** One core of a select with the names in force there. */
export interface LintCore {
  readonly core: SelectCore;
  readonly select: Select;
  readonly sources: readonly RowSource[];
  /** The core around it whose columns it may read; null for the statement's own and for selects in `from`. */
  readonly parent: LintCore | null;
  /** The expression that holds it, where one does. */
  readonly holder: Expression | null;
  /** Expressions that stand directly in it; for the statement's own core the clause too. */
  readonly expressions: readonly Expression[];
}

/** Every core of a statement, outer ones first. */
export function coresOf({ select, clause }: PolicyStatement, sources: Sources): LintCore[] {
  const found: LintCore[] = [];
  const visitSelect = (
    one: Select,
    parent: LintCore | null,
    holder: Expression | null,
    common: ReadonlySet<string>,
    more: readonly Expression[],
  ): void => {
    const names = new Set([
      ...common,
      ...(one.with?.tables.map(({ name }) => name.text.toLowerCase()) ?? []),
    ]);
    for (const table of one.with?.tables ?? []) visitSelect(table.select, parent, null, names, []);
    const cores = [one.core, ...one.compound.map(({ core }) => core)];
    cores.forEach((core, i) => {
      const tail = i === 0 ? [...one.orderBy.map(({ expression }) => expression), ...more] : [];
      const expressions = [...expressionsIn(core), ...tail];
      const here: LintCore = {
        core,
        select: one,
        sources: sources.of(core.from, names),
        parent,
        holder,
        expressions,
      };
      found.push(here);
      for (const item of fromParts(core.from)) {
        if (item.kind === 'select') visitSelect(item.select, parent, null, names, []);
      }
      for (const expression of expressions) {
        visitExpression(expression, (part) => {
          const inner = selectIn(part);
          if (inner !== null) visitSelect(inner, here, part, names, []);
        });
      }
    });
  };
  visitSelect(select, null, null, new Set(), clause === null ? [] : [clause.expression]);
  return found;
}
