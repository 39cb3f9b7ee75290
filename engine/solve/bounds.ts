import { unreachable } from '../base/assert.js';
import type {
  Capacity,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NodeId,
  TermOf,
  VariableId,
} from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';
import type { Range } from './range.js';
import {
  EVERYTHING,
  TRUTH,
  ZERO,
  addRanges,
  hullOf,
  isEmpty,
  multiplyRanges,
  point,
  quotientRange,
  scaleRange,
} from './range.js';

/** What is known of a model: a range per variable, and nodes decided true (1), false (0) or not (-1). */
export interface Knowledge {
  rangeOf(variable: VariableId): Range;
  truthOf(node: NodeId): number;
  loadRange(loads: Loads, key: number): Range;
}

/** -1 unknown, 0 false, 1 true. */
export function truthOfLiteral(knowledge: Knowledge, literal: Literal): number {
  const truth = knowledge.truthOf(nodeOf(literal));
  if (truth < 0) return truth;
  return isNegated(literal) ? 1 - truth : truth;
}

/** Ranges of expressions; numeric nodes are computed once per instance, so make one per state of knowledge. */
export class Bounds {
  private readonly numerics = new Map<number, Range>();

  constructor(
    private readonly model: Model,
    private readonly knowledge: Knowledge,
  ) {}

  term(of: TermOf): Range {
    switch (of.kind) {
      case 'variable':
        return this.knowledge.rangeOf(of.variable);
      case 'literal': {
        const truth = truthOfLiteral(this.knowledge, of.literal);
        return truth < 0 ? TRUTH : point(truth);
      }
      case 'numeric':
        return this.numeric(of.numeric);
      default:
        return unreachable(of);
    }
  }

  expression({ constant, terms }: LinearExpression): Range {
    let total = point(constant);
    for (const { of, coefficient } of terms) total = addRanges(total, scaleRange(coefficient, this.term(of)));
    return total;
  }

  numeric(id: number): Range {
    const known = this.numerics.get(id);
    if (known !== undefined) return known;
    const range = this.computeNumeric(id);
    this.numerics.set(id, range);
    return range;
  }

  private computeNumeric(id: number): Range {
    const numeric = this.model.numerics[id];
    if (numeric === undefined) return EVERYTHING;
    switch (numeric.kind) {
      case 'balance':
        return balanceRange(numeric.capacity);
      case 'when': {
        const truth = truthOfLiteral(this.knowledge, numeric.literal);
        if (truth === 0) return ZERO;
        const range = this.expression(numeric.expression);
        return truth === 1 ? range : hullOf(range, ZERO);
      }
      case 'extreme':
        return extremeRange(
          numeric.greatest,
          numeric.entries.map(({ literal, expression }) => ({
            truth: truthOfLiteral(this.knowledge, literal),
            range: this.expression(expression),
          })),
        );
      case 'product':
        return multiplyRanges(this.expression(numeric.left), this.expression(numeric.right));
      case 'quotient':
        return quotientRange(this.expression(numeric.dividend), this.expression(numeric.divisor));
      case 'load':
        return this.knowledge.loadRange(numeric.loads, numeric.key);
      default:
        return unreachable(numeric);
    }
  }
}

/** Range of the extreme of entries of which at least one holds; `truth` as for literals. */
export function extremeRange(
  greatest: boolean,
  entries: readonly { readonly truth: number; readonly range: Range }[],
): Range {
  let all: Range = { lo: Infinity, hi: -Infinity };
  let surely = greatest ? -Infinity : Infinity;
  for (const { truth, range } of entries) {
    if (truth === 0) continue;
    all = hullOf(all, range);
    if (truth === 1) surely = greatest ? Math.max(surely, range.lo) : Math.min(surely, range.hi);
  }
  if (isEmpty(all)) return EVERYTHING;
  // The greatest is at least every certain one, and at most the greatest possible one.
  return greatest
    ? { lo: Math.max(all.lo, surely), hi: all.hi }
    : { lo: all.lo, hi: Math.min(all.hi, surely) };
}

/** Smallest spare minus largest capacity: every demand may at worst be on one key. */
function balanceRange({ items, keys }: Capacity): Range {
  if (keys.length === 0) return ZERO;
  let largest = 0;
  let smallest = Infinity;
  for (const { capacity } of keys) {
    largest = Math.max(largest, capacity);
    smallest = Math.min(smallest, capacity);
  }
  let total = ZERO;
  for (const { demand } of items) total = addRanges(total, point(-demand));
  return addRanges({ lo: smallest + total.lo, hi: smallest }, point(-largest));
}
