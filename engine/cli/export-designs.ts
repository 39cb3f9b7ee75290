import { DiagnosticError, isError } from '../base/diagnostic.js';
import type { SqlRecord, SqlValue } from '../base/sql-value.js';
import type { DesignFormat, Position } from '../importers/design-format.js';
import { readDataFile } from '../importers/read-data-file.js';
import { chosen } from './import-designs.js';

type Query = (sql: string, ...parameters: readonly SqlValue[]) => readonly SqlRecord[];

/**
 * A file with the places that a database has for its designs.
 * Throws DiagnosticError: import/bad-file, import/unknown-instance, export/undecided.
 */
export function exportDesigns(
  format: DesignFormat,
  { file, instance }: { readonly file: string; readonly instance: string | null },
  query: Query,
): string {
  const source = readDataFile(file, 'import/bad-file');
  const { designs, diagnostics } = format.read(source, { pinned: true });
  if (diagnostics.some(isError)) throw new DiagnosticError(diagnostics);
  const places = new Map<string, ReadonlyMap<string, Position>>();
  for (const { id } of chosen(designs, instance)) {
    const rows = placesOf(query, id);
    if (rows.length > 0) places.set(id, new Map(rows));
  }
  if (places.size > 0) return format.write(source, places);
  const names = designs.map(({ id }) => `\`${id}\``).join(', ');
  throw new DiagnosticError([
    {
      code: 'import/unknown-instance',
      severity: 'error',
      message: `the database has no design of the file: ${names}`,
      help: `\`edict import ${format.name} ${file}\` declares them`,
    },
  ]);
}

function placesOf(query: Query, design: string): readonly (readonly [string, Position])[] {
  const rows = query(
    `select p.name, t.col, t.row
     from placeable as p
     join design as d on d.design_id = p.design_id
     left join tile as t on t.tile_id = coalesce(p.controllable_tile, p.current_tile)
     where d.name = ?
     order by p.placeable_id`,
    design,
  );
  const undecided = rows.filter(({ col }) => col === null).length;
  if (undecided > 0) {
    throw new DiagnosticError([
      {
        code: 'export/undecided',
        severity: 'error',
        message: `${undecided} of ${rows.length} parts of \`${design}\` have no tile yet`,
        help: '`edict solve --controller npu` places them',
      },
    ]);
  }
  return rows.map(({ name, col, row }) => [String(name), [Number(col), Number(row)]] as const);
}
