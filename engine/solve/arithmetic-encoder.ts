import { must } from '../base/assert.js';
import type { LinearExpression, NumericId, NumericNode } from '../model/model.js';
import { TRUE } from '../model/model.js';
import type { Affine } from './affine.js';
import { columnAffine, combine, constantAffine, sum } from './affine.js';
import type { Encoder } from './encoder.js';
import type { Meaning } from './mip.js';
import { Unsupported } from './mip-builder.js';
import type { Need } from './need.js';
import { ABOVE, BELOW } from './need.js';
import type { Range } from './range.js';

const EXACT: Need = BELOW | ABOVE;
/** A quotient looks at every value of its divisor. */
const MOST_DIVISORS = 64;

/** Encodes extremes, products and quotients: exact for integers, given finite ranges. */
export class ArithmeticEncoder {
  constructor(private readonly encoder: Encoder) {}

  /** The number as a sum of columns that keeps to both sides, where it is made that way; else null. */
  exact(numeric: NumericNode): Affine | null {
    return numeric.kind === 'product' ? this.product(numeric.left, numeric.right) : null;
  }

  private binary(meaning: Meaning): Affine {
    return columnAffine(this.encoder.builder.column(0, 1, true, meaning));
  }

  /**
   * Rows that tie `value` to the extreme of the entries that hold. On its near side it must pass every one of
   * them; on its far side a switch chooses one that it must not pass.
   */
  extremeRows(
    id: NumericId,
    { greatest, entries }: Extract<NumericNode, { kind: 'extreme' }>,
    value: Affine,
    need: Need,
  ): void {
    const { encoder } = this;
    const near = greatest ? ABOVE : BELOW;
    const own = encoder.ranges.ofNumeric(id);
    if ((need & near) !== 0) {
      for (const { literal, expression } of entries) {
        const range = encoder.ranges.of(expression);
        const worst = greatest ? range.hi - own.lo : own.hi - range.lo;
        const holds = encoder.literal(literal, ABOVE);
        this.pass(
          value,
          encoder.expression(expression, near),
          holds,
          literal === TRUE ? 0 : worst,
          greatest,
          expression,
        );
      }
    }
    const far = greatest ? BELOW : ABOVE;
    if ((need & far) === 0) return;
    const chosen = entries.map((_entry, entry) => this.binary({ kind: 'attains', numeric: id, entry }));
    encoder.builder.row(sum(chosen), 1, Infinity);
    entries.forEach(({ literal, expression }, index) => {
      const choice = must(chosen[index], 'switch');
      if (literal !== TRUE) {
        const holds = encoder.literal(literal, BELOW);
        encoder.builder.row(
          combine([
            [1, holds],
            [-1, choice],
          ]),
          0,
          Infinity,
        );
      }
      const range = encoder.ranges.of(expression);
      const worst = greatest ? own.hi - range.lo : range.hi - own.lo;
      this.pass(value, encoder.expression(expression, far), choice, worst, !greatest, expression);
    });
  }

  /** value >= expression (or <=, where not `above`) where `holds` is 1; `worst` is by how much it may fail else. */
  private pass(
    value: Affine,
    expression: Affine,
    holds: Affine,
    worst: number,
    above: boolean,
    source: LinearExpression,
  ): void {
    const { encoder } = this;
    const step = worst <= 0 ? 0 : encoder.switchFactor(worst, encoder.describe(source));
    const sign = above ? 1 : -1;
    encoder.builder.row(
      combine([
        [sign, value],
        [-sign, expression],
        [-step, holds],
      ]),
      -step,
      Infinity,
    );
  }

  private finite(expression: LinearExpression): Range {
    const range = this.encoder.ranges.of(expression);
    const what = this.encoder.describe(expression);
    this.encoder.switchFactor(range.lo, what);
    this.encoder.switchFactor(range.hi, what);
    return range;
  }

  /** left * right: the factor of fewer values digit by digit, each digit times the other factor. */
  private product(left: LinearExpression, right: LinearExpression): Affine {
    const ranges = [this.finite(left), this.finite(right)] as const;
    const width = ({ lo, hi }: Range): number => hi - lo;
    const [counted, factor] = width(ranges[0]) <= width(ranges[1]) ? [left, right] : [right, left];
    const { encoder } = this;
    const range = this.finite(counted);
    const other = encoder.expression(factor, EXACT);
    const otherRange = this.finite(factor);
    const own = encoder.expression(counted, EXACT);
    const above = combine([
      [1, own],
      [-1, constantAffine(range.lo)],
    ]);
    const digits: (readonly [number, Affine])[] = [];
    for (let worth = 1; worth <= range.hi - range.lo; worth *= 2) {
      digits.push([worth, this.binary({ kind: 'digit', of: above, worth })]);
    }
    if (digits.length > 0) {
      encoder.builder.row(
        combine([[1, above], ...digits.map(([worth, digit]) => [-worth, digit] as const)]),
        0,
        0,
      );
    }
    const parts = digits.map(([worth, digit]) => [worth, this.digitTimes(digit, other, otherRange)] as const);
    return combine([[range.lo, other], ...parts]);
  }

  /** digit * other, for a digit of 0 or 1. */
  private digitTimes(digit: Affine, other: Affine, { lo, hi }: Range): Affine {
    const { builder } = this.encoder;
    const meaning: Meaning = { kind: 'product', left: digit, right: other };
    const result = columnAffine(builder.column(Math.min(0, lo), Math.max(0, hi), false, meaning));
    const row = (parts: readonly (readonly [number, Affine])[], from: number, to: number): void =>
      builder.row(combine(parts), from, to);
    row(
      [
        [1, result],
        [-hi, digit],
      ],
      -Infinity,
      0,
    );
    row(
      [
        [1, result],
        [-lo, digit],
      ],
      0,
      Infinity,
    );
    row(
      [
        [1, result],
        [-1, other],
        [-lo, digit],
      ],
      -Infinity,
      -lo,
    );
    row(
      [
        [1, result],
        [-1, other],
        [-hi, digit],
      ],
      -hi,
      Infinity,
    );
    return result;
  }

  /** dividend = divisor * value + rest, where the rest has the dividend's sign and is smaller than the divisor. */
  quotientRows({ dividend, divisor }: Extract<NumericNode, { kind: 'quotient' }>, value: Affine): void {
    const { encoder } = this;
    const { builder } = encoder;
    const range = this.finite(dividend);
    const by = this.finite(divisor);
    if (by.hi - by.lo >= MOST_DIVISORS) {
      const what = encoder.describe(divisor);
      throw new Unsupported(`a division by ${what}, which ranges over more than ${MOST_DIVISORS} values`);
    }
    const whole = encoder.expression(dividend, EXACT);
    // 1 where the dividend is not negative.
    const sign =
      range.lo >= 0 ? constantAffine(1) : range.hi < 0 ? constantAffine(0) : this.signOf(whole, range);
    const divisorValue = encoder.expression(divisor, EXACT);
    const largest = Math.max(Math.abs(range.lo), Math.abs(range.hi));
    const values = Array.from({ length: by.hi - by.lo + 1 }, (_one, i) => by.lo + i);
    const isThat = values.map((number) =>
      values.length === 1
        ? constantAffine(1)
        : this.binary({ kind: 'within', of: divisorValue, lo: number, hi: number }),
    );
    if (values.length > 1) {
      builder.row(sum(isThat), 1, 1);
      const total = isThat.map((one, i) => [-(values[i] ?? 0), one] as const);
      builder.row(combine([[1, divisorValue], ...total]), 0, 0);
    }
    values.forEach((number, i) => {
      const chosen = must(isThat[i], 'divisor');
      const most = Math.abs(number) - 1;
      // By how much a rest for another divisor may lie outside.
      const step =
        values.length === 1
          ? 0
          : encoder.switchFactor(largest * (Math.abs(number) + 1) + most + 1, 'a quotient');
      const rest =
        number === 0
          ? value
          : combine([
              [1, whole],
              [-number, value],
            ]);
      const room = number === 0 ? 0 : most;
      builder.row(
        combine([
          [1, rest],
          [-room, sign],
          [step, chosen],
        ]),
        -Infinity,
        step,
      );
      builder.row(
        combine([
          [1, rest],
          [-room, sign],
          [-step, chosen],
        ]),
        -room - step,
        Infinity,
      );
    });
  }

  private signOf(whole: Affine, range: Range): Affine {
    const { builder } = this.encoder;
    const sign = this.binary({ kind: 'within', of: whole, lo: 0, hi: Infinity });
    builder.row(
      combine([
        [1, whole],
        [range.lo, sign],
      ]),
      range.lo,
      Infinity,
    );
    builder.row(
      combine([
        [1, whole],
        [-(range.hi + 1), sign],
      ]),
      -Infinity,
      -1,
    );
    return sign;
  }
}
