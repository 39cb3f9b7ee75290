import type { Diagnostic } from '../base/diagnostic.js';
import { isError, sortDiagnostics } from '../base/diagnostic.js';
import { byText } from '../base/order.js';
import type { SourceFile } from '../base/source.js';
import type { Catalog, Relation } from '../catalog/catalog.js';
import type { PolicyStatement } from '../lang/ast.js';
import { parsePolicies } from '../lang/parser.js';
import type { BoundPolicy } from './bound.js';
import { withoutFollowers } from './followers.js';
import { Relations } from './relations.js';
import { SelectBinder } from './bind-select.js';
import { Walker } from './walk.js';

/** A policy set read against a schema. When a diagnostic is an error the policies must not be used. */
export interface BoundPolicySet {
  readonly policies: readonly BoundPolicy[];
  /** Base tables with decisions that the policies read themselves: all their decisions are solved. */
  readonly tables: readonly Relation[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Statements of all files, and what is wrong with their text. */
export function parsePolicySet(sources: readonly SourceFile[]): {
  statements: readonly PolicyStatement[];
  diagnostics: readonly Diagnostic[];
  unread: readonly string[];
} {
  const parsed = sources.map(parsePolicies);
  const statements = parsed.flatMap((file) => file.statements);
  const diagnostics = parsed.flatMap((file) => file.diagnostics);
  if (statements.every((statement) => statement.clause === null) && !diagnostics.some(isError)) {
    const [first] = sources;
    const names = sources.map((source) => source.name).join(', ');
    diagnostics.push({
      code: 'bind/no-constraints',
      severity: 'error',
      span: first === undefined ? undefined : { source: first, start: 0, end: 0 },
      message: names === '' ? 'the policy set is empty' : `the policy set (${names}) holds no constraint`,
      help: 'a policy file holds `create constraint NAME as select ... check ...;`',
    });
  }
  return { statements, diagnostics, unread: parsed.flatMap((file) => file.unread) };
}

/**
 * Resolves every name and marks what SQLite evaluates and what the solver decides.
 * `unread` names statements whose text could not be read: they may be views, so nobody is blamed for naming them.
 */
export function bindPolicies(
  statements: readonly PolicyStatement[],
  catalog: Catalog,
  unread: readonly string[] = [],
): BoundPolicySet {
  const diagnostics: Diagnostic[] = [...duplicates(statements), ...hidden(statements, catalog)];
  const views = statements.filter((statement) => statement.clause === null);
  const walker = new Walker(new Relations(catalog, statements, unread));
  const walkers = [walker];
  // What is wrong with a view is said even where nothing uses it; its tables count only where something does.
  const ofViews = new Walker(walker.relations);
  for (const view of views) ofViews.factsOf(view.name);
  const policies: BoundPolicy[] = [];
  for (const statement of statements) {
    const { clause } = statement;
    if (clause === null) continue;
    const common = commonViews(statement, walker.relations);
    // Each numbers its row sources anew, so that policies that read the same rows ask SQLite in the same words.
    let own = new SelectBinder(walker, diagnostics);
    if (common !== null) {
      const around = new Walker(new Relations(catalog, [...statements, ...common], unread));
      for (const view of common) around.factsOf(view.name);
      walkers.push(around);
      own = new SelectBinder(around, diagnostics);
    }
    const written = common === null ? statement.select : { ...statement.select, with: null };
    const { select, place } = own.bind(written, null, 'constraint', clause.expression);
    const capacity = clause.kind === 'check' ? 'hard' : 'soft';
    const expression = own.expressions.bind(clause.expression, { ...place, capacity });
    policies.push({
      name: statement.name.text,
      statement,
      select,
      clause: {
        kind: clause.kind,
        expression,
        weight: clause.weight?.text ?? '1',
        priority: clause.priority?.value ?? 0,
      },
    });
  }
  const read = new Map(walkers.flatMap(({ tables }) => [...tables]));
  const tables = [...read.values()]
    .filter((relation) => relation.columns.some((column) => column.decision))
    .sort((a, b) => byText(a.name, b.name));
  const all = [...diagnostics, ...ofViews.diagnostics, ...walkers.flatMap((one) => one.diagnostics)];
  return {
    policies,
    tables,
    diagnostics: sortDiagnostics(withoutFollowers(all, statements)),
  };
}

/**
 * The common tables of a constraint as views that only it can read, or null where that is not what they are:
 * where they may read themselves, rename their columns, or hide what else bears their name.
 */
function commonViews({ select }: PolicyStatement, relations: Relations): PolicyStatement[] | null {
  const { with: common } = select;
  if (common === null || common.recursive) return null;
  const isView = common.tables.every(
    ({ name, columns }) => columns === null && relations.find(name.text) === undefined,
  );
  return isView
    ? common.tables.map(({ name, select: own }) => ({ name, select: own, clause: null, span: own.span }))
    : null;
}

/** A view that bears the name of a relation: views of the database would still read the relation. */
function hidden(statements: readonly PolicyStatement[], catalog: Catalog): Diagnostic[] {
  return statements.flatMap(({ clause, name }): Diagnostic[] => {
    const relation = catalog.relation(name.text);
    if (clause !== null || relation === undefined) return [];
    const { source } = relation;
    return [
      {
        code: 'bind/duplicate-name',
        severity: 'error',
        message: `the database already has a ${relation.kind} \`${relation.name}\``,
        span: name.span,
        notes: [{ message: 'it is defined here', span: { source, start: 0, end: source.text.length } }],
        help: 'give the view another name',
      },
    ];
  });
}

function duplicates(statements: readonly PolicyStatement[]): Diagnostic[] {
  const first = new Map<string, PolicyStatement>();
  const diagnostics: Diagnostic[] = [];
  for (const statement of statements) {
    const key = statement.name.text.toLowerCase();
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, statement);
      continue;
    }
    diagnostics.push({
      code: 'bind/duplicate-name',
      severity: 'error',
      message: `the policy set already has a \`${statement.name.text}\``,
      span: statement.name.span,
      notes: [{ message: 'the other one is here', span: earlier.name.span }],
    });
  }
  return diagnostics;
}
