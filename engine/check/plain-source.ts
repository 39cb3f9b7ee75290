import type { Diagnostic } from '../base/diagnostic.js';
import { suggestion } from '../base/suggest.js';
import type { Name } from '../lang/ast.js';
import { TABLE_FUNCTIONS } from './functions.js';
import type { ColumnFacts, RelationFacts } from './relations.js';
import type { ScopeColumn, ScopeSource } from './scope.js';

export const groundColumn = (name: string): ColumnFacts => ({ name, decision: false, collation: null });

export function unknownSource(alias: string): ScopeSource {
  return { alias, columns: [], rowid: null, definedAs: 'unknown', unknown: true };
}

export function localSource(
  alias: string,
  facts: RelationFacts,
  definedAs: string,
  isTable: boolean,
): ScopeSource {
  const columns = facts.columns.map((column): ScopeColumn => ({ ...column, meaning: null }));
  return {
    alias,
    columns,
    rowid: isTable ? { name: 'rowid', decision: false, meaning: null } : null,
    definedAs,
  };
}

/** A name with arguments in `from` that is no table-valued function. */
export function unknownTableFunction(name: Name): Diagnostic {
  return {
    code: 'bind/unknown-function',
    severity: 'error',
    message: `no table-valued function \`${name.text}\``,
    span: name.span,
    ...suggestion(name, TABLE_FUNCTIONS.keys()),
  };
}
