import type { Expression, Select } from '../lang/ast.js';
import type { BoundGround, BoundItem, BoundOrderKey } from './bound.js';

/**
 * The order of a select's rows: its `order by`, else the key of its first table (the rowid where it has none).
 * Empty where there is no table to order by. `bind` answers null for a key it has refused; then so does this.
 */
export function rowOrder(
  select: Select,
  items: readonly BoundItem[],
  bind: (key: Expression) => BoundGround | null,
): readonly BoundOrderKey[] | null {
  if (select.orderBy.length > 0) {
    const keys: BoundOrderKey[] = [];
    for (const { expression, descending } of select.orderBy) {
      const key = bind(expression);
      if (key === null) return null;
      keys.push({ key, descending, nulls: descending ? 'last' : 'first' });
    }
    return keys;
  }
  const table = items.find((item) => item.source.kind === 'table');
  if (table?.source.kind !== 'table') return [];
  return table.source.relation.identity.map((column): BoundOrderKey => ({
    key: { kind: 'ground', sql: [{ kind: 'column', item: table.id, column }], span: select.span },
    descending: false,
    nulls: 'first',
  }));
}
