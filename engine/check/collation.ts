import type { Diagnostic } from '../base/diagnostic.js';
import { textOf } from '../base/source.js';
import type { Expression } from '../lang/ast.js';
import type { Scope } from './scope.js';
import { resolve } from './scope.js';

/** The collation by which SQLite compares an expression, null for `binary`: a column's own, or one that is asked for. */
export function collationOf(expression: Expression, scope: Scope): string | null {
  switch (expression.kind) {
    case 'column': {
      const resolution = resolve(scope, expression);
      return resolution.kind === 'column' ? (resolution.column.collation ?? null) : null;
    }
    case 'collate': {
      const name = expression.collation.text.toLowerCase();
      return name === 'binary' ? null : name;
    }
    case 'cast':
      return collationOf(expression.operand, scope);
    case 'unary':
      return expression.operator === '+' ? collationOf(expression.operand, scope) : null;
    case 'binary':
      return expression.operator === '||'
        ? (asked(expression.left, scope) ?? asked(expression.right, scope))
        : null;
    default:
      return null;
  }
}

/** A collation asked for inside an expression reaches what stands around it; that of a column does not. */
function asked(expression: Expression, scope: Scope): string | null {
  if (expression.kind === 'column') return null;
  return collationOf(expression, scope);
}

/** One side of a comparison: what SQLite takes the collation from, and what is left of it by a value alone. */
interface Side {
  readonly collation: string | null;
  readonly isColumn: boolean;
  /** A column of a select around, which reaches a query of this select as a value. */
  readonly isOuter: boolean;
  readonly isAsked: boolean;
}

function sideOf(expression: Expression, scope: Scope): Side {
  if (expression.kind === 'column') {
    const found = resolve(scope, expression);
    const isOuter = found.kind === 'column' && found.depth > 0;
    return { collation: collationOf(expression, scope), isColumn: true, isOuter, isAsked: false };
  }
  if (expression.kind === 'cast' || (expression.kind === 'unary' && expression.operator === '+'))
    return sideOf(expression.operand, scope);
  const collation = asked(expression, scope);
  const isAsked = collation !== null || expression.kind === 'collate';
  return { collation, isColumn: false, isOuter: false, isAsked };
}

/** What a select is to `in`. */
const SELECTED = { isColumn: true, isOuter: false, isAsked: false };

const COMPARISONS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=', 'is', 'is not']);

const COMPARING: ReadonlySet<string> = new Set(['nullif', 'min', 'max']);

/** What an expression compares by one collation: that of the first column of each list. */
function comparedBy(expression: Expression): readonly (readonly Expression[])[] {
  switch (expression.kind) {
    case 'binary':
      return COMPARISONS.has(expression.operator) ? [[expression.left, expression.right]] : [];
    case 'between':
      return [expression.low, expression.high].map((end) => [expression.operand, end]);
    case 'inList': {
      const { operand, list } = expression;
      // SQLite makes an equation of a list of one.
      return [list.length === 1 ? [operand, ...list] : [operand]];
    }
    case 'inSelect':
      return [[expression.operand]];
    case 'case': {
      const { operand, branches } = expression;
      return operand === null ? [] : branches.map(({ when }) => [operand, when]);
    }
    case 'call':
      return COMPARING.has(expression.name.text.toLowerCase()) ? [expression.args] : [];
    default:
      return [];
  }
}

/**
 * A column of a select around reaches a query as a value, which has no collation. What would be compared by
 * another one than SQLite's is refused. `selected`: the columns of the select of `in (select ...)`.
 */
export function lostCollations(
  expression: Expression,
  scope: Scope,
  selected: readonly { readonly collation?: string | null }[] = [],
): Diagnostic[] {
  const parts = (one: Expression): readonly Expression[] => (one.kind === 'rowValue' ? one.items : [one]);
  return comparedBy(expression).flatMap((compared) => {
    const rows = compared.map(parts);
    return (rows[0] ?? []).flatMap((first, i) => {
      const sides = rows.flatMap((row) => row.slice(i, i + 1)).map((one) => sideOf(one, scope));
      if (expression.kind === 'inSelect')
        sides.push({ ...SELECTED, collation: selected[i]?.collation ?? null });
      return lost(sides, first);
    });
  });
}

function lost(sides: readonly Side[], at: Expression): Diagnostic[] {
  if (sides.some(({ isAsked }) => isAsked)) return [];
  const by = (some: readonly Side[]): string => some.find(({ isColumn }) => isColumn)?.collation ?? 'binary';
  const meant = by(sides);
  if (meant === by(sides.filter(({ isOuter }) => !isOuter))) return [];
  return [
    {
      code: 'lower/unsupported',
      severity: 'error',
      message: `the collation \`${meant}\` of a column of the select around does not reach this comparison`,
      span: at.span,
      help: `name it: \`${textOf(at.span)} collate ${meant}\``,
    },
  ];
}
