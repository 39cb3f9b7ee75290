import prettier from 'prettier';
import type { RawColumn, RawRelation } from '../../../engine/catalog/raw-schema.js';
import { normalizeSql } from '../../../engine/store/sql-text.js';

const TYPES: Readonly<Record<string, string>> = {
  integer: 'number',
  real: 'number',
  text: 'string',
  blob: 'Uint8Array',
};

/** The literals of `check (column in ('a', 'b'))`, where the column has such a check. */
function enumOf(relation: RawRelation, column: RawColumn): string[] | null {
  const match = new RegExp(`check \\( ${column.name} in \\( ([^()]*) \\) \\)`).exec(
    normalizeSql(relation.sql),
  );
  return match?.[1]?.split(' , ') ?? null;
}

function typeOf(relation: RawRelation, column: RawColumn): string {
  const base = enumOf(relation, column)?.join(' | ') ?? TYPES[column.type.toLowerCase()] ?? 'unknown';
  const nullable = column.notNull ? base : `${base} | null`;
  const numbered =
    column.type.toLowerCase() === 'integer' && relation.columns.filter((c) => c.primaryKey > 0).length === 1;
  const generated = column.default !== null || (column.primaryKey > 0 && numbered && !relation.withoutRowid);
  return generated ? `Generated<${nullable}>` : nullable;
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** Text of engine/store/tables.ts for these relations. */
export async function generateTables(relations: readonly RawRelation[]): Promise<string> {
  const interfaces = relations.map((relation) => {
    const columns = relation.columns.map((column) => `  ${column.name}: ${typeOf(relation, column)};`);
    return `/** Rows of \`${relation.name}\`. */\nexport interface ${pascal(relation.name)}Table {\n${columns.join('\n')}\n}`;
  });
  const members = relations.map((relation) => `  ${relation.name}: ${pascal(relation.name)}Table;`);
  const text = `// Generated from schema/00_core.sql by test/schema-drift.test.ts (UPDATE=1); not to be edited.
import type { Generated } from 'kysely';

${interfaces.join('\n\n')}

/** The core tables by name, as Kysely wants them. */
export interface CoreTables {
${members.join('\n')}
}
`;
  return prettier.format(text, {
    parser: 'typescript',
    singleQuote: true,
    printWidth: 110,
    trailingComma: 'all',
  });
}
