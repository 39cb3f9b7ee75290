import type { Span } from '../base/source.js';
import { isDecisionName } from '../catalog/catalog.js';
import type { Relation } from '../catalog/catalog.js';
import type { PolicyStatement } from '../lang/ast.js';
import { parsePolicies } from '../lang/parser.js';
import { quoteName } from './fragment.js';
import { storedName } from './scope.js';

/** Policy text about a relation. Its name stands where the schema says the same, so that carets point there. */
export function generated(relation: Relation, name: string, body: string, place: Span): PolicyStatement[] {
  const title = `${relation.name}.${name}`;
  const text = `create constraint ${quoteName(title)} as ${body}`;
  return parsePolicies({ name: `(schema of ${relation.name})`, text }).statements.map((statement) => ({
    ...statement,
    name: { ...statement.name, span: place },
  }));
}

/** SQL that says that row `a` of a table comes before row `b`, so that each pair is met once. */
export function earlierRow(relation: Relation): string {
  return relation.hasRowid ? 'a.rowid < b.rowid' : earlier(relation.identity);
}

/** Lexicographic order on the key as stored. */
function earlier(identity: readonly string[]): string {
  const [first, ...rest] = identity;
  if (first === undefined) return '1';
  const name = quoteName(isDecisionName(first) ? storedName(first) : first);
  const here = `a.${name} < b.${name}`;
  return rest.length === 0 ? here : `(${here} or (a.${name} = b.${name} and ${earlier(rest)}))`;
}
