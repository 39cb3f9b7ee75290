import type { SourceFile } from '../../base/source.js';
import type { Catalog, Relation } from '../../catalog/catalog.js';
import { tokenize } from '../../lang/lexer.js';

/** Base tables that policies name, themselves or through views of the database. */
function namedTables(sources: readonly SourceFile[], catalog: Catalog): Set<Relation> {
  const found = new Set<Relation>();
  const open = [...sources];
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    for (const { kind, text } of tokenize(source).tokens) {
      const relation = kind === 'name' ? catalog.relation(text) : undefined;
      if (relation === undefined || found.has(relation)) continue;
      found.add(relation);
      if (relation.kind === 'view') open.push(relation.source);
    }
  }
  return new Set([...found].filter(({ kind }) => kind === 'table'));
}

/**
 * The tables whose rows are multiplied unless somebody says otherwise: those that the policies name, and all that
 * foreign keys tie to them, either way. In the order of the catalog.
 */
export function tablesToMultiply(sources: readonly SourceFile[], catalog: Catalog): readonly Relation[] {
  const chosen = namedTables(sources, catalog);
  for (let size = -1; size !== chosen.size;) {
    size = chosen.size;
    for (const child of catalog.relations) {
      for (const { parent: name } of child.foreignKeys) {
        const parent = catalog.relation(name);
        if (parent === undefined) continue;
        if (chosen.has(child)) chosen.add(parent);
        if (chosen.has(parent)) chosen.add(child);
      }
    }
  }
  return catalog.relations.filter((relation) => chosen.has(relation));
}
