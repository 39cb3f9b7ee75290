import { integerOf } from '../../base/integer-column.js';
import type { ControllerContext, Decision } from '../../loop/controller.js';
import { advance, declaredDesigns } from './design-row.js';
import type { Position } from './design.js';

/** Fixes the tiles of every declared design whose parts all have one; the loop has checked them. */
export function commit(_decisions: readonly Decision[], context: ControllerContext): void {
  const { rows } = context;
  for (const design of declaredDesigns(rows)) {
    const parts = rows.all(
      `select p.name, t.col, t.row from placeable as p left join tile as t on t.tile_id = p.controllable_tile
       where p.design_id = ? order by p.placeable_id`,
      design.id,
    );
    if (parts.some((part) => part['col'] === null)) continue;
    rows.run('update placeable set current_tile = controllable_tile where design_id = ?', design.id);
    rows.run(
      `update object_fifo set current_sharing = controllable_sharing
       where design_id = ?1 and fifo_id in (select fifo_id from shareable where design_id = ?1)`.replaceAll(
        '?1',
        String(design.id),
      ),
    );
    rows.run(
      `update endpoint set current_bd_half = controllable_bd_half
       where fifo_id in (select fifo_id from object_fifo where design_id = ?)`,
      design.id,
    );
    rows.run(
      `update mem_buffer set current_tile = controllable_tile
       where placeable_id in (select placeable_id from placeable where design_id = ?)`,
      design.id,
    );
    const tiles = Object.fromEntries(
      parts.map((part): [string, Position] => [
        String(part['name']),
        [integerOf(part, 'col'), integerOf(part, 'row')],
      ]),
    );
    advance(design, { type: 'place', tiles }, context);
  }
}
