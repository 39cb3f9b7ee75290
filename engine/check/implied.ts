import { textOf } from '../base/source.js';
import type { ForeignKey, Relation } from '../catalog/catalog.js';
import { isDecisionName } from '../catalog/catalog.js';
import type { PolicyStatement } from '../lang/ast.js';
import { parseTableChecks } from '../lang/parser.js';
import { quoteName } from './fragment.js';
import { definitionOf } from './column-clauses.js';
import { earlierRow, generated } from './implied-text.js';
import { partialKeys } from './partial-keys.js';

/**
 * What a table's own definition demands of its decisions, as policies: its checks, its keys, its composite
 * foreign keys. A solution that SQLite would refuse to store is no solution.
 * Single-column foreign keys are not here: they are the decision's domain.
 */
export function impliedStatements(relation: Relation): PolicyStatement[] {
  const decisions = relation.columns.filter((column) => column.decision);
  if (relation.kind !== 'table' || decisions.length === 0) return [];
  return [...checks(relation), ...keys(relation), ...partialKeys(relation), ...foreignKeys(relation)];
}

function checks(relation: Relation): PolicyStatement[] {
  return parseTableChecks(relation.source).flatMap((expression, i) => {
    const text = textOf(expression.span);
    if (!mentionsDecision(text, relation)) return [];
    const body = `select * from ${quoteName(relation.name)} check 1`;
    const shell = generated(relation, `check${i + 1}`, body, expression.span);
    // The expression keeps its place in the table's definition, so that carets point there.
    return shell.map((statement) => ({
      ...statement,
      clause: { kind: 'check' as const, expression, weight: null, priority: null },
    }));
  });
}

function mentionsDecision(text: string, relation: Relation): boolean {
  const lower = text.toLowerCase();
  return relation.columns.some((column) => column.decision && lower.includes(column.name.toLowerCase()));
}

function keys(relation: Relation): PolicyStatement[] {
  return relation.uniques.flatMap((columns) => {
    const chosen = columns.filter(isDecisionName);
    if (chosen.length === 0) return [];
    const table = quoteName(relation.name);
    const before = earlierRow(relation);
    const plain = columns.filter((column) => !isDecisionName(column));
    const on = [before, ...plain.map((column) => `a.${quoteName(column)} = b.${quoteName(column)}`)].join(
      ' and ',
    );
    const equal = chosen.map((column) => `a.${quoteName(column)} = b.${quoteName(column)}`).join(' and ');
    const body = `select * from ${table} as a join ${table} as b on ${on} check not (${equal})`;
    const place = definitionOf(relation.source, columns);
    return generated(relation, `unique(${columns.join(', ')})`, body, place);
  });
}

function foreignKeys(relation: Relation): PolicyStatement[] {
  return relation.foreignKeys.flatMap((key: ForeignKey, i) => {
    if (key.columns.length < 2 || !key.columns.some(isDecisionName)) return [];
    const table = quoteName(relation.name);
    const parent = quoteName(key.parent);
    const equal = key.columns
      .map((column, at) => `p.${quoteName(key.parentColumns[at] ?? 'rowid')} = ${table}.${quoteName(column)}`)
      .join(' and ');
    // SQLite asks nothing of a key that is null in part; decisions are never null.
    const partial = key.columns
      .filter((column) => !isDecisionName(column))
      .map((column) => `${table}.${quoteName(column)} is null or `)
      .join('');
    const body = `select * from ${table} check ${partial}exists (select 1 from ${parent} as p where ${equal})`;
    return generated(relation, `foreign_key${i + 1}`, body, definitionOf(relation.source, key.columns));
  });
}
