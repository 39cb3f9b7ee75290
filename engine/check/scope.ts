import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import { didYouMean, suggestion } from '../base/suggest.js';
import type { Expression, Name } from '../lang/ast.js';
import type { BoundExpression } from './bound.js';

/** What a column of a row source is to the select that reads it. */
export interface ScopeColumn {
  readonly name: string;
  /** True where its value depends on a decision. */
  readonly decision: boolean;
  /** Name of its collation; absent for `binary`. */
  readonly collation?: string | null;
  /** Why the column has no meaning over decisions, in words. */
  readonly refused?: string;
  /** What the name stands for; null inside selects that go to SQLite as written. */
  readonly meaning: BoundExpression | null;
}

/** One alias in `from`. */
export interface ScopeSource {
  readonly alias: string;
  readonly columns: readonly ScopeColumn[];
  /** `rowid` of a base table, which no column list shows. */
  readonly rowid: ScopeColumn | null;
  /** Decisions of a base table as they are stored now, each under `storedName`; no column list shows them either. */
  readonly stored?: readonly ScopeColumn[];
  /** Where the relation is defined, for notes. */
  readonly definedAs: string;
  /** True where the relation could not be found or read: any column may be its, and no second error follows. */
  readonly unknown?: true;
}

/** Names in force at one place; the parent is the select around it. */
export interface Scope {
  readonly sources: readonly ScopeSource[];
  /** Lower-case names that `using` or `natural` made one column of two. */
  readonly merged: ReadonlySet<string>;
  /** Output aliases that `order by`, `group by` and `having` may also use, as SQLite allows. */
  readonly outputs: ReadonlyMap<string, ScopeColumn>;
  /** Expressions that the select list names, whether or not the names may be used here: for help. */
  readonly listed?: ReadonlyMap<string, Span>;
  readonly parent: Scope | null;
}

export const emptyScope: Scope = { sources: [], merged: new Set(), outputs: new Map(), parent: null };

export type Resolution =
  | { readonly kind: 'column'; readonly column: ScopeColumn; readonly depth: number }
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic };

const resembles = (name: string, other: string): boolean => didYouMean(name, [other]) !== undefined;

/** What a key that holds decisions is told apart by while it is being decided. */
export const storedName = (decision: string): string => `stored ${decision}`;

const ROWID = new Set(['rowid', 'oid', '_rowid_']);

function candidates(scope: Scope, qualifier: string | null, name: string): ScopeColumn[] {
  const found: ScopeColumn[] = [];
  for (const source of scope.sources) {
    if (qualifier !== null && source.alias.toLowerCase() !== qualifier) continue;
    const named = (candidate: ScopeColumn): boolean => candidate.name.toLowerCase() === name;
    const column = source.columns.find(named) ?? source.stored?.find(named);
    if (column !== undefined) found.push(column);
    else if (source.rowid !== null && ROWID.has(name)) found.push(source.rowid);
  }
  if (found.length > 0) return found;
  // A qualifier that resembles a misspelt table is that table, spelt right.
  const open = scope.sources.some(
    ({ alias, unknown }) => unknown === true && (qualifier === null || resembles(qualifier, alias)),
  );
  return open ? [{ name, decision: false, meaning: null }] : [];
}

/** Resolves a column from the inside out; the innermost select that has the name wins, as in SQL. */
export function resolve(scope: Scope, column: Extract<Expression, { kind: 'column' }>): Resolution {
  const qualifier = column.qualifier?.text.toLowerCase() ?? null;
  const name = column.name.text.toLowerCase();
  let depth = 0;
  for (let at: Scope | null = scope; at !== null; at = at.parent, depth += 1) {
    const found = candidates(at, qualifier, name);
    const [first, second] = found;
    if (first !== undefined && (second === undefined || at.merged.has(name))) {
      return { kind: 'column', column: first, depth };
    }
    if (second !== undefined) return { kind: 'diagnostic', diagnostic: ambiguous(at, column.name) };
    if (qualifier === null) {
      const output = at.outputs.get(name);
      if (output !== undefined) return { kind: 'column', column: output, depth };
    }
  }
  return { kind: 'diagnostic', diagnostic: unknownColumn(scope, column.qualifier, column.name) };
}

function ambiguous(scope: Scope, name: Name): Diagnostic {
  const wanted = name.text.toLowerCase();
  const owners = scope.sources
    .filter((source) => source.columns.some((column) => column.name.toLowerCase() === wanted))
    .map((source) => source.alias);
  return {
    code: 'bind/ambiguous-column',
    severity: 'error',
    message: `column \`${name.text}\` is in ${owners.map((owner) => `\`${owner}\``).join(' and ')}`,
    span: name.span,
    help: `write \`${owners[0] ?? ''}.${name.text}\` or \`${owners[1] ?? ''}.${name.text}\``,
  };
}

/** A name that only the select list has, which stands for nothing in a clause over groups or decisions. */
function listedOnly(name: Name, expression: Span): Diagnostic {
  const text = textOf(expression);
  return {
    code: 'bind/unknown-column',
    severity: 'error',
    message: `\`${name.text}\` is a name of the select list, which has no effect here`,
    span: name.span,
    notes: [{ message: `\`${name.text}\` is defined here`, span: expression }],
    help: `write \`${text}\` in its place`,
    fix: {
      span: name.span,
      replacement: /^\w+(\([^()]*\))?$/.test(text) ? text : `(${text})`,
      applicable: true,
    },
  };
}

function unknownColumn(scope: Scope, qualifier: Name | null, name: Name): Diagnostic {
  const listed = qualifier === null ? scope.listed?.get(name.text.toLowerCase()) : undefined;
  if (listed !== undefined) return listedOnly(name, listed);
  const sources: ScopeSource[] = [];
  for (let at: Scope | null = scope; at !== null; at = at.parent) sources.push(...at.sources);
  if (qualifier !== null) {
    const owner = sources.find((source) => source.alias.toLowerCase() === qualifier.text.toLowerCase());
    if (owner === undefined) {
      return {
        code: 'bind/unknown-table',
        severity: 'error',
        message: `no table or alias \`${qualifier.text}\` here`,
        span: qualifier.span,
        ...suggestion(
          qualifier,
          sources.map((source) => source.alias),
        ),
      };
    }
    return {
      code: 'bind/unknown-column',
      severity: 'error',
      message: `\`${qualifier.text}\` has no column \`${name.text}\``,
      span: name.span,
      notes: [{ message: `\`${qualifier.text}\` is ${owner.definedAs}` }],
      ...suggestion(
        name,
        owner.columns.map((column) => column.name),
      ),
    };
  }
  const where = sources.map((source) => `\`${source.alias}\``).join(', ');
  return {
    code: 'bind/unknown-column',
    severity: 'error',
    message:
      sources.length === 0 ? `no column \`${name.text}\` here` : `no column \`${name.text}\` in ${where}`,
    span: name.span,
    ...suggestion(
      name,
      sources.flatMap((source) => source.columns.map((column) => column.name)),
    ),
  };
}
