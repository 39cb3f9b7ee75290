import { integerOf } from '../../base/integer-column.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { Batch, ControllerContext, Rows } from '../../loop/controller.js';
import { advance, declaredDesigns, designById } from './design-row.js';

/** The designs that the next batch places, the longest waiting first. */
export function waiting(rows: Rows): Batch {
  const designs = declaredDesigns(rows);
  const first = designs[0];
  const record =
    first === undefined ? undefined : rows.get('select arrived_us from design where design_id = ?', first.id);
  return {
    table: 'design',
    keys: designs.map(({ id }) => ({ design_id: id })),
    oldestUs: record === undefined ? null : integerOf(record, 'arrived_us'),
  };
}

/** A design that has no place fails; `replace` tries again. */
export function defer(keys: readonly SqlRecord[], reason: string, context: ControllerContext): void {
  for (const key of keys) {
    const design = designById(context.rows, integerOf(key, 'design_id'));
    if (design?.state === 'DECLARED') advance(design, { type: 'fail', reason }, context);
  }
}
