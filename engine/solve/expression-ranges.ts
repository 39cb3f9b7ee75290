import type { LinearExpression, Model, NumericId, TermOf, VariableId } from '../model/model.js';
import { FALSE, TRUE } from '../model/model.js';
import { Bounds, extremeRange } from './bounds.js';
import { LoadBounds } from './load-bounds.js';
import type { Range } from './range.js';
import { ZERO, addRanges, hullOf, multiplyRanges, point, quotientRange, scaleRange } from './range.js';
import type { Tables } from './tables.js';
import type { VariableColumns } from './variable-columns.js';

/** Ranges of expressions for the encoder, as tight as columns per value allow. */
export class ExpressionRanges {
  private readonly bounds: Bounds;
  private readonly numerics = new Map<NumericId, Range>();

  constructor(
    private readonly model: Model,
    private readonly columns: VariableColumns,
    private readonly tables: Tables,
  ) {
    const loads = new LoadBounds({
      domainOf: (variable) => ({ values: columns.listOf(variable), ...columns.rangeOf(variable) }),
      truthOfLiteral: (literal) => (literal === TRUE ? 1 : literal === FALSE ? 0 : -1),
    });
    this.bounds = new Bounds(model, {
      rangeOf: (variable) => columns.rangeOf(variable),
      truthOf: (node) => (node === 0 ? 1 : -1),
      loadRange: (counted, key) => loads.range(counted, key),
    });
  }

  /**
   * Range of an expression; terms over one listed variable are bounded together, so that of a table over its
   * values only one entry counts.
   */
  of({ constant, terms }: LinearExpression): Range {
    let total = point(constant);
    const byVariable = new Map<VariableId, Float64Array>();
    for (const { of, coefficient } of terms) {
      const variable = this.tables.variableOfTerm(of);
      if (variable === null) {
        total = addRanges(total, scaleRange(coefficient, this.ofTerm(of)));
        continue;
      }
      if (variable === 'constant') {
        total = addRanges(total, point(coefficient * this.tables.termAt(of, 0)));
        continue;
      }
      const size = this.columns.listOf(variable)?.length ?? 0;
      const sums = byVariable.get(variable) ?? new Float64Array(size);
      byVariable.set(variable, sums);
      for (let index = 0; index < size; index += 1) {
        sums[index] = (sums[index] ?? 0) + coefficient * this.tables.termAt(of, index);
      }
    }
    for (const sums of byVariable.values()) {
      let lo = Infinity;
      let hi = -Infinity;
      for (const value of sums) {
        lo = Math.min(lo, value);
        hi = Math.max(hi, value);
      }
      total = addRanges(total, { lo, hi });
    }
    return total;
  }

  private ofTerm(of: TermOf): Range {
    return of.kind === 'numeric' ? this.ofNumeric(of.numeric) : this.bounds.term(of);
  }

  ofNumeric(id: NumericId): Range {
    let range = this.numerics.get(id);
    if (range === undefined) {
      range = this.computeNumeric(id);
      this.numerics.set(id, range);
    }
    return range;
  }

  private computeNumeric(id: NumericId): Range {
    const numeric = this.model.numerics[id];
    switch (numeric?.kind) {
      case 'when':
        return hullOf(this.of(numeric.expression), ZERO);
      case 'extreme': {
        const entries = numeric.entries.map(({ literal, expression }) => ({
          truth: literal === TRUE ? 1 : -1,
          range: this.of(expression),
        }));
        return extremeRange(numeric.greatest, entries);
      }
      case 'product':
        return multiplyRanges(this.of(numeric.left), this.of(numeric.right));
      case 'quotient':
        return quotientRange(this.of(numeric.dividend), this.of(numeric.divisor));
      case 'balance':
      case 'load':
      case undefined:
        return this.bounds.numeric(id);
    }
  }
}
