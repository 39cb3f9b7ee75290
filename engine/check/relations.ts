import type { Diagnostic } from '../base/diagnostic.js';
import { suggestion } from '../base/suggest.js';
import type { Catalog, Relation } from '../catalog/catalog.js';
import type { Name, PolicyStatement, Select } from '../lang/ast.js';
import { parseViewSelect } from '../lang/parser.js';

/** A relation a policy may read from: what the database has, or a view of the policy set. */
export type NamedRelation =
  | { readonly kind: 'table'; readonly relation: Relation }
  | { readonly kind: 'view'; readonly relation: Relation; readonly select: Select | null }
  | { readonly kind: 'policyView'; readonly statement: PolicyStatement };

/** What a column of a relation is to those who read it. */
export interface ColumnFacts {
  readonly name: string;
  readonly decision: boolean;
  /** Name of its collation, null for `binary`. */
  readonly collation: string | null;
}

/** Which of a relation's columns, and whether its very rows, depend on decisions. */
export interface RelationFacts {
  readonly columns: readonly ColumnFacts[];
  readonly decisionRows: boolean;
}

/** All relations by name; the policy set's own views hide the database's of the same name. */
export class Relations {
  private readonly policyViews = new Map<string, PolicyStatement>();
  private readonly constraints = new Map<string, PolicyStatement>();
  private readonly viewSelects = new Map<string, Select | null>();
  /** Facts of views, filled by the walker; null while a view is being looked at (a cycle). */
  readonly facts = new Map<string, RelationFacts | null>();
  /** Relations whose mistakes have been reported where they are defined, by lower-case name: users get no second error. */
  readonly faulty = new Set<string>();
  /** Lower-case names of statements whose text could not be read. */
  readonly unread: ReadonlySet<string>;
  /** Base tables that each view of the policy set names, directly or through others of them. */
  readonly tablesOfViews = new Map<string, readonly Relation[]>();

  constructor(
    readonly catalog: Catalog,
    statements: readonly PolicyStatement[],
    unread: readonly string[] = [],
  ) {
    this.unread = new Set(unread);
    for (const statement of statements) {
      const named = statement.clause === null ? this.policyViews : this.constraints;
      named.set(statement.name.text.toLowerCase(), statement);
    }
  }

  find(name: string): NamedRelation | undefined {
    const key = name.toLowerCase();
    const statement = this.policyViews.get(key);
    if (statement !== undefined) return { kind: 'policyView', statement };
    const relation = this.catalog.relation(key);
    if (relation === undefined) return undefined;
    if (relation.kind === 'table') return { kind: 'table', relation };
    let select = this.viewSelects.get(key);
    if (select === undefined) {
      select = parseViewSelect(relation.source);
      this.viewSelects.set(key, select);
    }
    return { kind: 'view', relation, select };
  }

  /** What the database itself means by a name. */
  ofDatabase(name: string): Relation | undefined {
    return this.catalog.relation(name);
  }

  unknown(name: Name): Diagnostic {
    const names = [
      ...this.catalog.relations.map((relation) => relation.name),
      ...[...this.policyViews.values()].map((view) => view.name.text),
    ];
    const constraint = this.constraints.get(name.text.toLowerCase());
    return {
      code: 'bind/unknown-table',
      severity: 'error',
      message: `no table or view \`${name.text}\``,
      span: name.span,
      ...(constraint === undefined
        ? suggestion(name, names)
        : {
            notes: [
              { message: `\`${name.text}\` is a constraint, which has no rows`, span: constraint.name.span },
            ],
            help: 'write its select as `create view`, and read that in both places',
          }),
    };
  }
}
