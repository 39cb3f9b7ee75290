import { must } from '../../base/assert.js';
import type { Catalog, ForeignKey, Relation } from '../../catalog/catalog.js';
import { columnOf } from '../../catalog/catalog.js';

/**
 * Columns whose values are other ones in each copy of a row. Columns that a foreign key ties together are one
 * class: they change alike, so that a copy refers to the copies of what its original refers to.
 */
export class KeyMap {
  private readonly parents = new Map<string, string>();
  private readonly changed = new Set<string>();
  /** Tables of which some unique set of columns has none that may change. */
  readonly fixed: readonly Relation[];

  constructor(
    readonly relations: readonly Relation[],
    private readonly catalog: Catalog,
  ) {
    const chosen = new Set(relations);
    for (const child of relations) {
      for (const key of child.foreignKeys) {
        const parent = catalog.relation(key.parent);
        if (parent === undefined || !chosen.has(parent)) continue;
        key.columns.forEach((column, i) =>
          this.unite(
            nodeOf(child, column),
            nodeOf(parent, must(parentColumns(key, parent)[i], 'parent column')),
          ),
        );
      }
    }
    this.fixed = this.choose();
  }

  /** Chooses for each unique set a class that changes, those of a single column first. */
  private choose(): Relation[] {
    const sets = this.relations.flatMap((relation) =>
      relation.uniques.map((columns) => ({ relation, columns })),
    );
    sets.sort((a, b) => a.columns.length - b.columns.length);
    const fixed = new Set<Relation>();
    for (const { relation, columns } of sets) {
      if (columns.some((column) => this.changes(relation, column))) continue;
      const column = this.changeable(relation, columns);
      if (column === undefined) fixed.add(relation);
      else this.changed.add(this.classOf(nodeOf(relation, column)));
    }
    return [...fixed];
  }

  /** An integer if there is one, else a text; what refers to a table that stays as it is must stay too. */
  private changeable(relation: Relation, columns: readonly string[]): string | undefined {
    const chosen = new Set(this.relations);
    const refersOut = (column: string): boolean =>
      relation.foreignKeys.some(
        ({ columns: own, parent }) =>
          own.some((one) => one.toLowerCase() === column.toLowerCase()) &&
          !chosen.has(this.catalog.relation(parent) ?? relation),
      );
    const free = columns.filter((column) => !refersOut(column));
    const typed = (type: string): string | undefined =>
      free.find((column) => columnOf(relation, column)?.type === type);
    return typed('integer') ?? typed('text') ?? typed('any');
  }

  changes(relation: Relation, column: string): boolean {
    return this.changed.has(this.classOf(nodeOf(relation, column)));
  }

  /** Columns that change as this one does, itself among them. */
  alike(relation: Relation, column: string): readonly { relation: Relation; column: string }[] {
    const wanted = this.classOf(nodeOf(relation, column));
    return this.relations.flatMap((one) =>
      one.columns.flatMap(({ name }) =>
        this.classOf(nodeOf(one, name)) === wanted ? [{ relation: one, column: name }] : [],
      ),
    );
  }

  private classOf(node: string): string {
    let at = node;
    for (let up = this.parents.get(at); up !== undefined; up = this.parents.get(at)) at = up;
    return at;
  }

  private unite(a: string, b: string): void {
    const [from, to] = [this.classOf(a), this.classOf(b)];
    if (from !== to) this.parents.set(from, to);
  }
}

const nodeOf = ({ name }: Relation, column: string): string => `${name}\0${column}`.toLowerCase();

/** Columns that a foreign key refers to; where it names none, the primary key. */
export const parentColumns = (key: ForeignKey, parent: Relation): readonly string[] =>
  key.parentColumns.length > 0 ? key.parentColumns : parent.identity;
