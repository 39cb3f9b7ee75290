import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import type { Expression, SelectCore } from '../lang/ast.js';

/** Operands of a top-level `and` chain. */
export function conjuncts(expression: Expression): Expression[] {
  const found: Expression[] = [];
  const add = (one: Expression): void => {
    if (one.kind === 'binary' && one.operator === 'and') [one.left, one.right].forEach(add);
    else found.push(one);
  };
  add(expression);
  return found;
}

/** Expressions of the select list. */
export function outputExpressions(core: SelectCore): Expression[] {
  return core.columns.flatMap((column) => (column.kind === 'expression' ? [column.expression] : []));
}

/** Expressions of the select list by the names it gives them, in lower case. */
export function listedNames(core: SelectCore): ReadonlyMap<string, Span> {
  const names = new Map<string, Span>();
  for (const column of core.columns) {
    if (column.kind === 'star' || column.alias === null) continue;
    names.set(column.alias.text.toLowerCase(), column.expression.span);
  }
  return names;
}

/** What a `group by` key stands for: `1` means the first column of the select list. Null where there is no such column. */
export function numberedColumn(key: Expression, core: SelectCore): Expression | null {
  if (key.kind !== 'literal' || key.type !== 'integer') return key;
  const column = core.columns[Number(key.text) - 1];
  return column?.kind === 'expression' ? column.expression : null;
}

/** A view of the database over decisions whose rows are not rows of its tables any more. */
export function noLineage(alias: string, what: string, at: Span): Diagnostic {
  return {
    code: 'lower/no-lineage',
    severity: 'error',
    message: `the view \`${alias}\` reads decisions and ${what}, so they cannot be traced back to their rows`,
    span: at,
    help: 'write it into the policy set: `create view NAME as select ...`',
  };
}
