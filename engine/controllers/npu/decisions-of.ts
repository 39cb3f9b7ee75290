import type { SqlRecord, SqlValue } from '../../base/sql-value.js';
import type { Decision, Rows } from '../../loop/controller.js';
import type { Placement, PlaceProblem } from './place/problem.js';
import type { Settled } from './place/settle.js';

/** A placement and what follows from it as values of decision columns. */
export function decisionsOf(
  problem: PlaceProblem,
  placement: Placement,
  settled: Settled,
  rows: Rows,
): readonly Decision[] {
  const decided = (
    table: string,
    key: string,
    column: string,
    values: ReadonlyMap<number, SqlValue>,
  ): Decision[] => {
    const ids = [...values.keys()].sort((a, b) => a - b);
    return ids.map((id) => {
      const record: SqlRecord | undefined = rows.get(
        `select ${column} as previous from ${table} where ${key} = ?`,
        id,
      );
      return {
        table,
        key: { [key]: id },
        column,
        value: values.get(id) ?? null,
        previous: record?.['previous'] ?? null,
      };
    });
  };
  const tileId = (tile: number | undefined): number => problem.tiles[tile ?? -1]?.id ?? 0;
  const halves = new Map<number, SqlValue>();
  problem.parts.forEach(({ ends }, part) => {
    for (const { id } of ends) halves.set(id, 2 * tileId(placement[part]) + (settled.parities.get(id) ?? 0));
  });
  return [
    ...decided(
      'placeable',
      'placeable_id',
      'controllable_tile',
      new Map(problem.parts.map(({ id }, part) => [id, tileId(placement[part])])),
    ),
    ...decided(
      'object_fifo',
      'fifo_id',
      'controllable_sharing',
      new Map(problem.shareables.map(({ id }, i) => [id, settled.sharing[i] ?? 0])),
    ),
    ...decided('endpoint', 'endpoint_id', 'controllable_bd_half', halves),
    ...decided(
      'mem_buffer',
      'mem_buffer_id',
      'controllable_tile',
      new Map([...settled.bufferTiles].map(([id, tile]) => [id, tileId(tile)])),
    ),
  ];
}
