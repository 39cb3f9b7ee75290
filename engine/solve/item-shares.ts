import type { Capacity, Literal, VariableId } from '../model/model.js';
import { indexIn } from '../model/search.js';
import type { Affine } from './affine.js';
import { columnAffine, combine, constantAffine, isConstantAffine } from './affine.js';
import type { Encoder } from './encoder.js';
import type { Need } from './need.js';
import { ABOVE, BELOW } from './need.js';

/** Truths of items being present on some of their values; each one made once. */
export class ItemShares {
  private readonly shares = new Map<string, { readonly affine: Affine; done: Need }>();

  constructor(private readonly encoder: Encoder) {}

  /** Truth of an item being present and having chosen one of `values` (ascending). */
  of({ variable, presence }: Capacity['items'][number], values: readonly number[], need: Need): Affine {
    const { encoder } = this;
    if (presence === null) return encoder.member(variable, values, need);
    const held = this.valuesGiven(variable, presence, values);
    if (held !== null) return encoder.member(variable, held, need);
    const chosen = encoder.member(variable, values, need);
    if (isConstantAffine(chosen) && chosen.constant === 0) return chosen;
    const present = encoder.literal(presence, need);
    if (isConstantAffine(present)) return present.constant === 1 ? chosen : constantAffine(0);
    return this.product(variable, presence, values, chosen, present, need);
  }

  /** The values with which the presence holds, where it depends on the variable itself; else null. */
  private valuesGiven(
    variable: VariableId,
    presence: Literal,
    values: readonly number[],
  ): readonly number[] | null {
    const { encoder } = this;
    const table = encoder.tableGiven(presence, variable);
    if (table === null) return null;
    const list = encoder.columns.listOf(variable) ?? [];
    return values.filter((value) => table[indexIn(list, value)] === 1);
  }

  private product(
    variable: VariableId,
    presence: Literal,
    values: readonly number[],
    chosen: Affine,
    present: Affine,
    need: Need,
  ): Affine {
    const { builder } = this.encoder;
    const id = `${variable}/${presence}/${values.join(',')}`;
    let share = this.shares.get(id);
    if (share === undefined) {
      const column = builder.column(0, 1, false, { kind: 'product', left: chosen, right: present });
      share = { affine: columnAffine(column), done: 0 };
      this.shares.set(id, share);
    }
    const missing = need & ~share.done;
    share.done |= need;
    const { affine } = share;
    if ((missing & ABOVE) !== 0)
      builder.row(
        combine([
          [1, chosen],
          [1, present],
          [-1, affine],
        ]),
        -Infinity,
        1,
      );
    if ((missing & BELOW) !== 0) {
      builder.row(
        combine([
          [1, chosen],
          [-1, affine],
        ]),
        0,
        Infinity,
      );
      builder.row(
        combine([
          [1, present],
          [-1, affine],
        ]),
        0,
        Infinity,
      );
    }
    return affine;
  }
}
